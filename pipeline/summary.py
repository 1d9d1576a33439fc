"""What one run did, as data for --json and for the tables."""

from dataclasses import asdict, dataclass, field


@dataclass(slots=True, kw_only=True)
class SourceLine:
    key: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    pictures: int = 0  # copied
    pictures_failed: int = 0
    error: str | None = None  # why it failed; null when it did not
    note: str = ""  # "not modified", "not due", or what was repaired


@dataclass(slots=True, kw_only=True)
class LanguageLine:
    translated: int = 0  # in this run
    waiting: int = 0  # without a finished translation, standing
    held: int = 0  # finished, but kept back for an editor, standing
    published: int = 0  # public now, originals included
    made_by: dict[str, int] = field(
        default_factory=dict
    )  # public entries by what made most of their sentences


@dataclass(slots=True, kw_only=True)
class EngineLine:
    calls: int = 0
    sentences: int = 0
    failures: int = 0
    characters: int = 0
    seconds: float = 0.0
    note: str = ""  # its budget is used up, or it is left alone after failures: until when, and why


@dataclass(slots=True, kw_only=True)
class Summary:
    sources: list[SourceLine] = field(default_factory=list)
    languages: dict[str, LanguageLine] = field(default_factory=dict)
    engines: dict[str, EngineLine] = field(default_factory=dict)
    memory_hits: int = 0
    files_written: int = 0
    waiting_for: dict[str, int] = field(default_factory=dict)  # reasons, with how many translations each
    seconds: dict[str, float] = field(default_factory=dict)  # by stage
    cycle: str = ""  # the id that every line of this run's log carries
    cut: bool = False  # ended by a signal before its end; the next run does the rest

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    @property
    def failed_sources(self) -> list[SourceLine]:
        return [line for line in self.sources if line.error]
