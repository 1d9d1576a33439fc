"""Is an entry with an unknown guid one that we know under another? By its address, else by its words. Pure.

Taking two stories for one hides news; taking one for two only shows it twice, and the old one leaves when its page
does. So in doubt they are two: titles may differ in spelling, never in a word, and numbers never differ.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from pipeline.collect.urls import canonical_url
from pipeline.records import EntryData

NEAR = timedelta(days=3)  # a text that returns later is news again: the weekly market, the yearly fair
# Names of weekdays and months are the most alike among words that tell two stories apart: up to 83 in the ten
# languages (jūnijs and jūlijs); one wrong letter in a word of nine gives 89, one left out of seven 92.
WORD_ALIKE = 88.0
TEXT_ALIKE = 90.0  # texts below one title: a paragraph was added or reworded, not the whole
SHORT = 80  # characters; of so short a text nothing may differ
TELLING = 4  # words of a title that stands alone; "Announcement" may come twice a day
# Stories of one source share words by chance: in 48 feeds 95 of 100 pairs stayed below 78 in their titles and below 72
# in their texts. A common address counts only with more than that: bulletins come and go at one address.
SAME_PLACE_TITLE = 80.0
SAME_PLACE_TEXT = 75.0
_COMPARED = 20_000  # characters: the rest would cost time and tell nothing new
_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What of an entry is compared."""

    address: str
    title: tuple[str, ...]  # its words
    markup: str  # read only where address or title agree: most of what is compared goes no further
    published: datetime


def likeness(entry: EntryData, otherwise: datetime) -> Likeness:
    """`otherwise` stands in for the date of an entry that has none."""
    return Likeness(
        address=address(entry.url),
        title=words(entry.title),
        markup=entry.content or entry.summary,
        published=entry.published or entry.updated or otherwise,
    )


def _text(markup: str) -> str:
    return " ".join(words(html.unescape(_TAG.sub(" ", markup[: 4 * _COMPARED]))))[:_COMPARED]


def words(text: str) -> tuple[str, ...]:
    """Without case, punctuation and spacing."""
    return tuple(_WORD.findall(text.casefold()))


def address(url: str) -> str:
    """The form of an address that may identify an entry; "" where several entries stand at one address."""
    head, _mark, fragment = url.partition("#")
    if fragment and not fragment.startswith("xtor="):  # a page of a PDF, a heading; xtor only counts clicks
        return ""
    canonical = canonical_url(head)
    parts = urlsplit(f"//{canonical}")
    return canonical if parts.path or parts.query else ""  # a home page is nobody's own address


def recognise(
    strangers: Mapping[str, Likeness], known: Mapping[int, Likeness], *, taken: Iterable[str] = ()
) -> dict[str, int]:
    """Which of the `known` entries each stranger is, by their keys; strangers that are new are left out.

    `known` holds none that the same answer names by its guid, and no two strangers become the same: entries that
    stand beside one another are two, however alike. `taken` are the addresses of the answer's other entries.
    """
    addresses = Counter([*taken, *(each.address for each in strangers.values())])
    places = Counter(each.address for each in known.values())
    found: dict[str, int] = {}
    left = dict(known)
    for same in (_same_place, near_duplicate):
        for name, stranger in strangers.items():
            if name in found:
                continue
            if same is _same_place and (addresses[stranger.address] > 1 or places[stranger.address] > 1):
                continue
            fits = [key for key, each in left.items() if same(stranger, each)]
            if fits:
                found[name] = min(fits, key=lambda key: abs(left[key].published - stranger.published))
                del left[found[name]]
    return found


def _same_place(one: Likeness, other: Likeness) -> bool:
    """The same address, and the same date or more in common than chance gives."""
    if not one.address or one.address != other.address:
        return False
    if one.published == other.published:
        return True
    titles = " ".join(one.title), " ".join(other.title)
    if _NUMBER.findall(titles[0]) != _NUMBER.findall(titles[1]):
        return False
    texts = _text(one.markup), _text(other.markup)
    return (all(titles) and fuzz.token_sort_ratio(*titles) >= SAME_PLACE_TITLE) or (
        all(texts) and fuzz.ratio(*texts) >= SAME_PLACE_TEXT
    )


def near_duplicate(one: Likeness, other: Likeness) -> bool:
    """The same title but for spelling, nearly the same text, and at most days between them."""
    if abs(one.published - other.published) > NEAR or not titles_alike(one.title, other.title):
        return False
    mine, theirs = _text(one.markup), _text(other.markup)
    if not mine and not theirs:  # a list of headlines
        return one.title == other.title and len(one.title) >= TELLING and one.published == other.published
    if not one.title:  # short messages
        return mine == theirs and len(mine) >= SHORT
    return _texts_alike(mine, theirs)


def titles_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Word for word the same but for spelling."""
    return len(one) == len(other) and all(
        _words_alike(mine, theirs) for mine, theirs in zip(one, other, strict=True)
    )


def _words_alike(one: str, other: str) -> bool:
    if one == other:
        return True
    return not _NUMBER.search(one + other) and fuzz.ratio(one, other) >= WORD_ALIKE


def _texts_alike(one: str, other: str) -> bool:
    if one == other:
        return True
    if min(len(one), len(other)) < SHORT or _NUMBER.findall(one) != _NUMBER.findall(other):
        return False
    return fuzz.ratio(one, other, score_cutoff=TEXT_ALIKE) > 0
