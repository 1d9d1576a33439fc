"""[engines]: which engines translate what, and how each is reached."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from pipeline.tables import Table
from pipeline.values import Key, Language, OptionalUrl, PairName, Url, Variable


class FirefoxEngine(Table):
    workers: Annotated[int, Field(ge=0, le=256)] = 0  # 0: one a core
    batch: Annotated[int, Field(ge=1, le=256)] = 16  # sentences
    loaded: Annotated[int, Field(ge=1, le=64)] = 6  # directions a worker keeps in memory
    nice: Annotated[int, Field(ge=0, le=19)] = 5
    download: bool = True  # fetch missing weights at first need
    server: Url = "https://firefox.settings.services.mozilla.com"


class Paced(Table):
    """What all engines have in common that are reached over a network."""

    key_env: Variable = ""
    timeout: Annotated[float, Field(gt=0, le=600)] = 20.0  # seconds
    rate: Annotated[float, Field(gt=0, le=1000)] = 1.0  # requests a second
    burst: Annotated[int, Field(ge=1, le=1000)] = 1  # requests at once after a pause
    budget: Annotated[int, Field(ge=0)] = 0  # characters a calendar month; 0: no limit
    price: Annotated[float, Field(ge=0)] = 0.0  # for a million characters, in whatever money
    when_spent: Literal["next", "titles", "stop"] = "next"


class Service(Paced):
    """An online service. In use only where a chain names it."""

    base_url: OptionalUrl = ""


class LanguageModel(Paced):
    """An endpoint that speaks OpenAI's protocol for chats, on this machine or elsewhere."""

    url: Url
    model: str
    profile: Literal["generic", "eurollm", "tower", "translategemma"] = "generic"
    batch: Annotated[int, Field(ge=1, le=20)] = (
        8  # sentences in one question, where the profile takes several
    )
    context: Annotated[int, Field(ge=512, le=1_000_000)] = 4_096  # tokens that question and answer may fill
    json_schema: bool = True  # ask the server to keep the answer to a schema; most can
    timeout: Annotated[float, Field(gt=0, le=600)] = 120.0
    rate: Annotated[float, Field(gt=0, le=1000)] = 5.0


class ETranslation(Paced):
    """The European Commission's service. It answers later, by calling back."""

    url: Url = "https://webgate.ec.europa.eu/etranslation/si/translate"
    application: str = ""  # the name that the Commission gave
    user: str = ""  # in whose name
    domain: str = "GEN"
    callback: OptionalUrl = (
        ""  # the public address of this program's /callbacks; empty: under network.base_url
    )
    patience: Annotated[float, Field(gt=0, le=168)] = (
        6.0  # hours until a question without an answer is asked again
    )


class Apertium(Paced):
    """A server of Apertium APY, usually one's own."""

    url: Url = "http://127.0.0.1:2737"
    rate: Annotated[float, Field(gt=0, le=1000)] = 20.0


SERVICES = ("google", "mymemory", "deepl", "microsoft", "libre", "yandex", "papago")
ENGINES = ("firefox", *SERVICES, "etranslation", "apertium")


class Engines(Table):
    chain: tuple[str, ...] = ("firefox",)
    models: Path = Path("var/models")
    pivot: Language | Literal[""] = "en"
    pairs: dict[PairName, tuple[str, ...]] = {}
    firefox: FirefoxEngine = FirefoxEngine()
    services: dict[str, Service] = {}
    llm: dict[Key, LanguageModel] = {}
    etranslation: ETranslation = ETranslation()
    apertium: Apertium = Apertium()
    memories: tuple[Path, ...] = ()  # TMX files taken into the translation memory when they change

    def chain_for(self, pair: str) -> tuple[str, ...]:
        return self.pairs.get(pair, self.chain)

    @property
    def named(self) -> tuple[str, ...]:
        """Every engine that a chain names, once."""
        chains = (self.chain, *self.pairs.values())
        return tuple(dict.fromkeys(name for chain in chains for name in chain))

    def paced(self, name: str) -> Paced | None:
        """The table of an engine that is reached over a network; None for the local one."""
        if name == "firefox":
            return None
        own: Mapping[str, Paced] = {"etranslation": self.etranslation, "apertium": self.apertium}
        return own.get(name) or self.llm.get(name) or self.services.get(name, Service())
