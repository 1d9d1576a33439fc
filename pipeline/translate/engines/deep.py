"""deep-translator's online services as engines. In use only where a chain names one: texts leave the machine.

    split | (for each part) wait for the rate | ask, with time limits and retries | join | refuse what is none

The library shares state between threads and hides faults, so each text gets its own instance, whose requests go out
through transport.py.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import requests
from deep_translator.exceptions import (
    AuthorizationException,
    BaseError,
    MicrosoftAPIerror,
    RequestError,
    ServerException,
    TooManyRequests,
)
from fxtranslate import discovery

from pipeline.errors import EngineError, EngineUnavailableError
from pipeline.records import Hints, Pair
from pipeline.translate.engines.answers import fault_of
from pipeline.translate.engines.bucket import TokenBucket
from pipeline.translate.engines.facts import Facts
from pipeline.translate.engines.services import SERVICES
from pipeline.translate.engines.transport import OwnHost, ServiceFaultError, Transport, sending

# All that the library is known to end in when an answer is not what it expects; several have no common root.
_LIBRARY_FAULTS = (
    BaseError,
    AuthorizationException,
    MicrosoftAPIerror,
    RequestError,
    ServerException,
    TooManyRequests,
    requests.RequestException,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`key` as the service gave it; for microsoft KEY:REGION, for papago ID:SECRET, for mymemory an e-mail address."""

    key: str = ""
    base_url: str = ""  # instead of the service's own, in the library's form
    timeout: float = 20.0  # seconds for an answer
    rate: float = 1.0  # requests a second, all threads together
    burst: int = 1  # requests at once after a pause
    pause: float = 1.0  # seconds before the first retry; doubles
    user_agent: str = ""
    price: float = 0.0  # for a million characters


class DeepEngine:
    """One of deep-translator's services. Safe to call from several threads."""

    def __init__(self, name: str, options: Options, bucket: TokenBucket | None = None) -> None:
        if name not in SERVICES:
            known = ", ".join(SERVICES)
            raise EngineUnavailableError(f"no such service; there are {known}", code="refused", resource=name)
        self.name = name
        self._service = SERVICES[name]
        self.facts = Facts(
            sends_data_out=True,
            languages=self._service.languages,
            characters=self._service.limit.characters,
            utf8=self._service.limit.utf8,
            price=options.price,
        )
        self._options = options
        self._bucket = bucket or TokenBucket(options.rate, options.burst)
        self._closed = threading.Event()

    def supports(self, pair: Pair) -> bool:
        return self.reason(pair) is None

    def ready(self, pair: Pair) -> bool:
        return self.supports(pair)

    def reason(self, pair: Pair) -> str | None:
        if self._service.needs_key and not self._options.key:
            return f"{self.name} needs a key: name an environment variable in `key_env`, and see that this process has it"
        if pair.source == pair.target or self._service.codes(pair) is None:
            return f"{self.name} does not translate {pair}"
        return None

    def version(self, pair: Pair) -> str:  # noqa: ARG002
        """The service as such: none of them says which model it runs."""
        return self.name

    def alphabet(self, pair: Pair) -> frozenset[str] | None:  # noqa: ARG002 -- it takes any
        return None

    def translate(
        self,
        texts: Sequence[str],
        pair: Pair,
        hints: Sequence[Hints] = (),  # noqa: ARG002 -- the services take none
    ) -> list[str | EngineError]:
        """One result for each text, in order.

        A fault of the service itself ends the call: what is done is kept, the rest gets the fault; where nothing
        is done, it is raised.
        """
        if reason := self.reason(pair):
            raise EngineUnavailableError(reason, code="refused", resource=self.name)
        results: list[str | EngineError] = []
        with OwnHost() as session, sending(self._transport(session)):
            for text in texts:
                try:
                    results.append(self._text(text, pair))
                except ServiceFaultError as fault:
                    if not any(isinstance(result, str) for result in results):
                        raise
                    return [*results, *[fault] * (len(texts) - len(results))]
                except EngineError as error:
                    results.append(error)
        return results

    def close(self) -> None:
        """End calls under way before their next request."""
        self._closed.set()

    def _transport(self, session: requests.Session) -> Transport:
        if self._options.user_agent:
            session.headers["User-Agent"] = self._options.user_agent
        return Transport(
            service=self.name,
            session=session,
            bucket=self._bucket,
            timeout=self._options.timeout,
            pause=self._options.pause,
            secrets=tuple(
                part for part in (self._options.key, *self._options.key.split(":")) if len(part) > 3
            ),
            inspect=self._service.inspect,
        )

    def _text(self, text: str, pair: Pair) -> str:
        if not text.strip():
            return ""
        answer = " ".join(self._part(part, pair) for part in split(text, self._service.limit.fits))
        if fault := fault_of(text, answer):
            code, message = fault
            raise EngineError(message, code=code, resource=self.name)
        return answer

    def _part(self, text: str, pair: Pair) -> str:
        if self._closed.is_set():
            raise ServiceFaultError("the engine has been closed", code="refused", resource=self.name)
        if not self._service.limit.fits(text):
            raise EngineError(f"a word too long to ask for: {text[:60]!r}", code="limit", resource=self.name)
        answer = self._ask(text, pair)
        if not isinstance(answer, str) or not answer.strip():
            raise EngineError(f"no translation of {text[:60]!r}", code="empty", resource=self.name)
        return answer.strip()

    def _ask(self, text: str, pair: Pair) -> object:
        translator = self._service.create(self._options.key)
        # Set behind the library's back: its own tables of languages are incomplete, and wrong for papago.
        translator._source, translator._target = self._service.codes(pair) or ("", "")  # noqa: SLF001
        if base_url := self._options.base_url or self._service.base_url:
            translator._base_url = base_url  # noqa: SLF001 -- no other way to set it
        try:
            return self._service.read(translator.translate(text))
        except _LIBRARY_FAULTS as error:
            # Without its words: they may hold the key.
            message = f"an answer that makes no sense ({type(error).__name__})"
            raise ServiceFaultError(message, code="http", resource=self.name) from None


def split(text: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """Parts that fit, at the ends of sentences, where need be between words. A word that does not fit stays one part."""
    if fits(text):
        yield text
        return
    part = ""
    for piece in _pieces(text, fits):
        if part and not fits(f"{part} {piece}"):
            yield part
            part = piece
        else:
            part = f"{part} {piece}".strip()
    if part:
        yield part


def _pieces(text: str, fits: Callable[[str], bool]) -> Iterator[str]:
    for sentence in discovery.segment_sentences(text):
        yield from [sentence.strip()] if fits(sentence.strip()) else sentence.split()
