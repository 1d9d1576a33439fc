"""Engines: what turns a sentence of one language into one of another, behind one protocol.

An engine never gives the source text for a translation, and knows nothing of entries, HTML or the memory.
Each lives in its own module, imported only when the configuration names it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol, runtime_checkable

from pipeline.config import Config
from pipeline.errors import EngineError
from pipeline.options.engines import LanguageModel, Paced, Service
from pipeline.records import Hints, Pair
from pipeline.translate.engines.bucket import Buckets
from pipeline.translate.engines.facts import Facts
from pipeline.translate.engines.line import Line


class Engine(Protocol):
    """Called by the translator, from several threads at once."""

    @property
    def name(self) -> str:
        """As in the configuration's chains, and kept as the origin of a translation."""

    @property
    def facts(self) -> Facts:
        """What it can take, and what becomes of the texts."""

    def supports(self, pair: Pair) -> bool:
        """Whether this very direction can be asked for. Cheap, asks no network."""

    def ready(self, pair: Pair) -> bool:
        """Whether it could begin at once: nothing would have to be brought from elsewhere first."""

    def reason(self, pair: Pair) -> str | None:
        """Why `supports` says no, for the user, with the remedy; None where it says yes."""

    def version(self, pair: Pair) -> str:
        """What identifies the model behind this direction; another version, other translations."""

    def alphabet(self, pair: Pair) -> frozenset[str] | None:
        """The characters the model covers; None: all. Never raises."""

    def translate(
        self, texts: Sequence[str], pair: Pair, hints: Sequence[Hints] = ()
    ) -> list[str | EngineError]:
        """One result for each text, in order. Raises EngineError only where the whole call came to nothing.

        `hints`, one for each text or none at all, are of use only where the facts say so.
        """

    def close(self) -> None:
        """Free what the engine holds; it cannot be used again."""


@runtime_checkable
class Probed(Protocol):
    """An engine that can say how its service is, without being sent a text."""

    def probe(self) -> str:
        """In words, for `check`. Raises EngineError where something is wrong."""


def build_engines(config: Config, environment: Mapping[str, str]) -> dict[str, Engine]:
    """Every engine that a chain of the configuration names. Nothing is started or asked yet."""
    workshop = Workshop(config, environment)
    return {name: workshop.build(name) for name in config.engines.named}


class Workshop:
    """Builds engines by name. Engines with the same key share one bucket: a service counts by key."""

    def __init__(self, config: Config, environment: Mapping[str, str]) -> None:
        self._config = config
        self._environment = environment
        self._buckets = Buckets()

    def build(self, name: str) -> Engine:
        own = self._config.engines
        if name in own.llm:
            return self._language_model(name, own.llm[name])
        makers: dict[str, Callable[[], Engine]] = {
            "firefox": lambda: _firefox(self._config),
            "deepl": self._deepl,
            "libre": self._libre,
            "apertium": self._apertium,
            "etranslation": self._etranslation,
        }
        return makers.get(name, lambda: self._service(name))()

    def _line(self, name: str, table: Paced) -> Line:
        key = self._environment.get(table.key_env, "")
        return Line(
            service=name,
            key=key,
            bucket=self._buckets.of(name, key, rate=table.rate, burst=table.burst),
            timeout=table.timeout,
            user_agent=self._config.user_agent,
        )

    def _deepl(self) -> Engine:
        from pipeline.translate.engines.deepl import DeepLEngine  # noqa: PLC0415

        own = self._config.engines.services.get("deepl", Service())
        return DeepLEngine("deepl", self._line("deepl", own), url=own.base_url, price=own.price)

    def _libre(self) -> Engine:
        from pipeline.translate.engines.libre import LibreTranslateEngine  # noqa: PLC0415

        own = self._config.engines.services.get("libre", Service())
        return LibreTranslateEngine("libre", self._line("libre", own), url=own.base_url, price=own.price)

    def _apertium(self) -> Engine:
        from pipeline.translate.engines.apertium import ApertiumEngine  # noqa: PLC0415

        own = self._config.engines.apertium
        return ApertiumEngine("apertium", self._line("apertium", own), url=own.url, price=own.price)

    def _etranslation(self) -> Engine:
        from pipeline.translate.engines.asynchronous import AsynchronousEngine  # noqa: PLC0415
        from pipeline.translate.engines.etranslation import Account, ETranslation  # noqa: PLC0415
        from pipeline.translate.jobs import StoredJobs  # noqa: PLC0415

        own = self._config.engines.etranslation
        line = self._line("etranslation", own)
        base = own.callback or f"{self._config.network.base_url}/callbacks"
        account = Account(
            url=own.url,
            application=own.application,
            key=line.key,
            user=own.user,
            domain=own.domain,
            callback=f"{base.rstrip('/')}/etranslation",
        )
        submitter = ETranslation("etranslation", account, price=own.price)
        return AsynchronousEngine(
            "etranslation", line, submitter, StoredJobs(), patience=timedelta(hours=own.patience)
        )

    def _language_model(self, name: str, own: LanguageModel) -> Engine:
        from pipeline.translate.engines.llm import LanguageModelEngine, Model  # noqa: PLC0415

        model = Model(
            url=own.url,
            model=own.model,
            profile=own.profile,
            batch=own.batch,
            context=own.context,
            json_schema=own.json_schema,
            price=own.price,
        )
        return LanguageModelEngine(name, self._line(name, own), model)

    def _service(self, name: str) -> Engine:
        from pipeline.translate.engines.deep import DeepEngine, Options  # noqa: PLC0415

        own = self._config.engines.services.get(name, Service())
        key = self._environment.get(own.key_env, "")
        options = Options(
            key=key,
            base_url=own.base_url,
            timeout=own.timeout,
            rate=own.rate,
            burst=own.burst,
            user_agent=self._config.user_agent,
            price=own.price,
        )
        return DeepEngine(name, options, self._buckets.of(name, key, rate=own.rate, burst=own.burst))


def _firefox(config: Config) -> Engine:
    from pipeline.translate.engines.child import Limits  # noqa: PLC0415 -- each engine's libraries only at need
    from pipeline.translate.engines.firefox import FirefoxEngine  # noqa: PLC0415
    from pipeline.translate.engines.pool import Pool  # noqa: PLC0415
    from pipeline.translate.engines.weights_server import WeightsServer  # noqa: PLC0415

    own = config.engines.firefox
    limits = Limits(loaded=own.loaded, nice=own.nice)
    server = WeightsServer(own.server, user_agent=config.user_agent) if own.download else None
    pool = Pool(workers=own.workers, batch=own.batch, limits=limits)
    return FirefoxEngine(config.engines.models, pool, download=server)
