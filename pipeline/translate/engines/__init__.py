"""Engines: what turns a sentence of one language into one of another, behind one protocol.

An engine never gives the source text for a translation, and knows nothing of entries, HTML or the memory.
Each lives in its own module, imported only when the configuration names it.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pipeline.config import Config
from pipeline.errors import EngineError
from pipeline.options.engines import Service
from pipeline.records import Pair


class Engine(Protocol):
    """Called by the translator, from several threads at once."""

    @property
    def name(self) -> str:
        """As in the configuration's chains, and kept as the origin of a translation."""

    @property
    def sends_data_out(self) -> bool:
        """Texts leave the machine."""

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

    def translate(self, texts: Sequence[str], pair: Pair) -> list[str | EngineError]:
        """One result for each text, in order. Raises EngineError only where the whole call came to nothing."""

    def close(self) -> None:
        """Free what the engine holds; it cannot be used again."""


def build_engines(config: Config, environment: Mapping[str, str]) -> dict[str, Engine]:
    """Every engine that a chain of the configuration names. Nothing is started or asked yet."""
    chains = (config.engines.chain, *config.engines.pairs.values())
    names = dict.fromkeys(name for chain in chains for name in chain)
    return {name: _build(name, config, environment) for name in names}


def _build(name: str, config: Config, environment: Mapping[str, str]) -> Engine:
    return _firefox(config) if name == "firefox" else _service(name, config, environment)


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


def _service(name: str, config: Config, environment: Mapping[str, str]) -> Engine:
    from pipeline.translate.engines.deep import DeepEngine, Options  # noqa: PLC0415

    own = config.engines.services.get(name, Service())
    options = Options(
        key=environment.get(own.key_env, ""),
        base_url=own.base_url,
        timeout=own.timeout,
        rate=own.rate,
        user_agent=config.user_agent,
    )
    return DeepEngine(name, options)
