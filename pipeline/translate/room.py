"""The engines of one run, opened from the configuration and closed together."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.config import Config
from pipeline.translate.engines import Engine, build_engines
from pipeline.translate.routes import Routes


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRoom:
    """`threads`: how many batches the stage works on at once, one more than the engine has processes."""

    routes: Routes
    engines: Mapping[str, Engine]
    threads: int

    def close(self) -> None:
        for engine in self.engines.values():
            engine.close()


def open_engines(config: Config) -> EngineRoom:
    """Build the engines; nothing is started or asked before the first sentence."""
    engines = build_engines(config, os.environ)
    routes = Routes(
        engines=engines, chain=config.engines.chain, pairs=config.engines.pairs, pivot=config.engines.pivot
    )
    workers = config.engines.firefox.workers or os.cpu_count() or 1
    return EngineRoom(routes=routes, engines=engines, threads=workers + 1)
