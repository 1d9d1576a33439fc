"""The engines of one run, opened from the configuration and closed together."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.config import Config
from pipeline.translate.budget import Budgets, Limit
from pipeline.translate.engines import Engine, build_engines
from pipeline.translate.guards import Guards, StoredPurse
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
        engines=engines,
        chain=config.engines.chain,
        pairs=config.engines.pairs,
        pivot=config.engines.pivot,
        guards=Guards(budgets_of(config)),
    )
    workers = config.engines.firefox.workers or os.cpu_count() or 1
    return EngineRoom(routes=routes, engines=engines, threads=workers + 1)


def budgets_of(config: Config) -> Budgets:
    """The budgets of the engines in use, counted in the store."""
    tables = {name: config.engines.paced(name) for name in config.engines.named}
    limits = {
        name: Limit(characters=table.budget, when_spent=table.when_spent)
        for name, table in tables.items()
        if table is not None and table.budget
    }
    return Budgets(limits=limits, purse=StoredPurse(lambda: datetime.now(UTC)))
