"""[engines]: which engines translate what, and how each is reached."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from pipeline.tables import Table
from pipeline.values import Language, OptionalUrl, PairName, Url, Variable


class FirefoxEngine(Table):
    workers: Annotated[int, Field(ge=0, le=256)] = 0  # 0: one a core
    batch: Annotated[int, Field(ge=1, le=256)] = 16  # sentences
    loaded: Annotated[int, Field(ge=1, le=64)] = 6  # directions a worker keeps in memory
    nice: Annotated[int, Field(ge=0, le=19)] = 5
    download: bool = True  # fetch missing weights at first need
    server: Url = "https://firefox.settings.services.mozilla.com"


class Service(Table):
    """An online service reached through deep-translator. In use only where a chain names it."""

    base_url: OptionalUrl = ""
    key_env: Variable = ""
    timeout: Annotated[float, Field(gt=0, le=600)] = 20.0  # seconds
    rate: Annotated[float, Field(gt=0, le=1000)] = 1.0  # requests a second


SERVICES = ("google", "mymemory", "deepl", "microsoft", "libre", "yandex", "papago")
ENGINES = ("firefox", *SERVICES)


class Engines(Table):
    chain: tuple[str, ...] = ("firefox",)
    models: Path = Path("var/models")
    pivot: Language | Literal[""] = "en"
    pairs: dict[PairName, tuple[str, ...]] = {}
    firefox: FirefoxEngine = FirefoxEngine()
    services: dict[str, Service] = {}
    memories: tuple[Path, ...] = ()  # TMX files taken into the translation memory when they change

    def chain_for(self, pair: str) -> tuple[str, ...]:
        return self.pairs.get(pair, self.chain)
