"""Pure: the shipped names of the partner cities and their institutions, as terms of a direction.

The data stand in data/names.toml, with the forms of each language that inflects them.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.records import Pair, TermData

_FILE = Path(__file__).parent / "data" / "names.toml"
LOCATIVE = "loc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """One name in one language."""

    forms: tuple[str, ...]  # the citation form first
    cases: Mapping[str, str]  # by case, where the language has them
    also: tuple[str, ...] = ()  # other names that count as right


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A city or an institution, in every language in which its name is certain."""

    key: str
    names: Mapping[str, Name]
    minor: bool  # an institution may well be called otherwise
    doubtful: frozenset[str]  # languages in which the word is often something else


def names_of(pair: Pair) -> tuple[TermData, ...]:
    """The names known in both languages."""
    return tuple(_terms(pair))


def entity_of(term: TermData) -> Entity | None:
    """The entity that a term made here stands for."""
    return _entities().get(term.note) if term.name else None


def _terms(pair: Pair) -> Iterator[TermData]:
    for key, entity in _entities().items():
        source, target = entity.names.get(pair.source), entity.names.get(pair.target)
        if source and target:
            yield TermData(
                source=source.forms[0],
                source_forms=(*source.forms[1:], *source.also),
                target=target.forms[0],
                forms=(*target.forms[1:], *target.also),
                name=True,
                minor=entity.minor or pair.source in entity.doubtful,
                note=key,
            )


@cache
def _entities() -> dict[str, Entity]:
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    heads = data["heads"]
    return {
        key: Entity(
            key=key,
            names={
                language: _name(spelled, heads.get(language, {}))
                for language, spelled in rows.items()
                if language not in {"minor", "doubtful"}
            },
            minor=bool(rows.get("minor", False)),
            doubtful=frozenset(rows.get("doubtful", ())),
        )
        for key, rows in data["names"].items()
    }


def _name(spelled: object, heads: Mapping[str, Mapping[str, str]]) -> Name:
    """A list of names, or a table of cases, or words before and after a head whose cases are known."""
    if isinstance(spelled, list):
        return Name(forms=tuple(spelled[:1]), cases={}, also=tuple(spelled[1:]))
    if not isinstance(spelled, dict):
        raise TypeError(f"{_FILE.name}: {spelled!r} is neither a list nor a table")
    rows = {key: value for key, value in spelled.items() if key != "also"}
    head = rows.pop("head", None)
    if head:
        before, after = rows.get("before", ""), rows.get("after", "")
        rows = {case: f"{before} {word} {after}".strip() for case, word in heads[head].items()}
    forms = tuple(dict.fromkeys(rows.values()))
    return Name(forms=forms, cases=rows, also=tuple(spelled.get("also", ())))
