"""[[topic]]: what the news is about, across all sources and languages."""

from typing import Self

from pydantic import model_validator

from pipeline.tables import Table
from pipeline.values import Key, Language


class Topic(Table):
    """A channel for a subject: named in each language, recognised by the sources' categories, else by words."""

    key: Key  # stands in /LANG/topic/KEY.rss, for ever
    names: dict[Language, str]  # a language without its own name shows the English one, else the first
    categories: tuple[str, ...] = ()  # as the sources write them, whatever their case
    keywords: dict[Language, tuple[str, ...]] = {}  # beginnings of words, in the language of the source

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if not any(name.strip() for name in self.names.values()):
            raise ValueError('at least one name, such as names = { en = "Culture" }')
        return self
