"""The language an entry is written in: told from its words, not from its address nor from what its feed claims. Pure.

Some entries are in two languages: a paragraph of the original quoted, a summary for visitors. Which paragraphs those
are is noted, so that nobody translates a text out of a language it is not in.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.languages import LANGUAGES, identify
from pipeline.records import EntryData

_TAG = re.compile(r"<[^<>]*>|&[#\w]+;")
_MARKUP = re.compile(r"<[^<>]*>")
_BLOCK = re.compile(
    r"</?(?:p|div|li|ul|ol|dl|dd|dt|h[1-6]|table|tr|td|th|blockquote|figure|figcaption|section|article|pre|br|hr)\b[^>]*>",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?<!\S)\S{0,200}?(?:://|www\.|@)\S*")
_WORD = re.compile(r"[^\W\d_]{2,}")
_ENOUGH = 12  # words; a headline of names misleads
_SURE = 0.95
# A paragraph is shorter than an entry. Of 6,562 sentences of news in the twelve languages with 12 words and more
# none was taken for another language; of those with 8 to 11, two.
_SURE_OF_PARAGRAPH = 0.98
_LOOKED_AT = 3_000  # characters
_PASSAGES = 50  # paragraphs noted of one entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A paragraph in another language than its entry."""

    block: int  # counted from 0 over the paragraphs of the content
    language: str
    text: str  # its words, spaces made single


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongues:
    """What is odd about the languages of an entry; empty for most."""

    claimed: str = ""  # by its feed or its source, where the words say otherwise
    found: str = ""  # what the words say then
    mixed: tuple[Passage, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For the store, without what is empty."""
        claims = {"claimed": self.claimed, "found": self.found} if self.claimed else {}
        return claims | ({"mixed": [asdict(each) for each in self.mixed]} if self.mixed else {})


def language_of(entry: EntryData, expected: str) -> str:
    """`expected`, the source's own language, unless the words are surely in another one we can tell."""
    if expected not in LANGUAGES:
        return expected
    markup = f"{entry.title} . {entry.content or entry.summary}"[: 4 * _LOOKED_AT]
    text = _ADDRESS.sub(" ", _TAG.sub(" ", markup))[:_LOOKED_AT]
    if len(_WORD.findall(text)) < _ENOUGH:
        return expected
    guess = identify(text)
    return guess.language if guess.probability > _SURE else expected


def tongues_of(entry: EntryData, expected: str, found: str, language: str) -> Tongues:
    """What is odd about an entry whose words are in `found`.

    Its source is in `expected`; `language` is what it counts as, told from its first revision.
    """
    claimed = entry.language.partition("-")[0].lower() or expected
    return Tongues(
        claimed=claimed if claimed != found else "",
        found=found if claimed != found else "",
        mixed=tuple(_mixed(entry, language)),
    )


def notes(entries: Sequence[Mapping[str, Any]]) -> str:
    """How many entries are odd, as they stand in the store, in words for the summary; empty where none is."""
    mismatched = [each["found"] for each in entries if each.get("claimed")]
    mixed = [{passage["language"] for passage in each["mixed"]} for each in entries if each.get("mixed")]
    said = []
    if mismatched:
        languages = ", ".join(sorted(set(mismatched)))
        said.append(f"entries that are not in the language they claim: {len(mismatched)} (in {languages})")
    if mixed:
        languages = ", ".join(sorted(set().union(*mixed)))
        said.append(f"entries with paragraphs in another language: {len(mixed)} ({languages})")
    return "; ".join(said)


def _mixed(entry: EntryData, language: str) -> Iterator[Passage]:
    if language not in LANGUAGES:
        return
    noted = 0
    for block, words in enumerate(_paragraphs(entry.content or entry.summary)):
        if len(_WORD.findall(_ADDRESS.sub(" ", words))) < _ENOUGH:
            continue
        guess = identify(_ADDRESS.sub(" ", words)[:_LOOKED_AT])
        if guess.language != language and guess.probability > _SURE_OF_PARAGRAPH:
            yield Passage(block=block, language=guess.language, text=words)
            noted += 1
            if noted == _PASSAGES:
                return


def _paragraphs(markup: str) -> Iterator[str]:
    for part in _BLOCK.split(markup):
        if words := " ".join(html.unescape(_MARKUP.sub("", part)).split()):
            yield words
