"""What a field is cut into: literal markup, tags with words in them, and runs of inline text.

A run is what stands between two hard breaks (blocks, `<br>`). Its inline elements are ranges of its text;
whatever has no text (images, empty links, `<a><img></a>`) is a point. Pure data, and how it is written as HTML.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

Splitter = Callable[[str], Iterable[tuple[int, int]]]

_ADDRESS = re.compile(r"\W*(?:https?://|www\.|[#@]\w)|[^@]+@[^@]")
_SPACES = re.compile(r"\s+")
_ONE_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A stretch of a prose's text; `text` holds it with plain spaces. What has no words is copied."""

    start: int
    end: int
    text: str
    translatable: bool


@dataclass(frozen=True, slots=True)
class Prose:
    """Text and its sentences; between them there is white space only."""

    text: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag; the values that a reader sees or hears are prose."""

    name: str
    attributes: tuple[tuple[str, str | Prose], ...] = ()

    def has(self, *names: str) -> bool:
        return any(name in names for name, _ in self.attributes)


class Kind(Enum):
    LINK = "link"  # never lost
    VERBATIM = "verbatim"  # its text stays as it is: code, foreign words
    COSMETIC = "cosmetic"  # dropped rather than laid on the wrong words


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An inline element over `start:end` of its run. `order` is that of the start tags: outer ones first."""

    tag: Tag
    kind: Kind
    start: int
    end: int
    order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Something without text at an offset of its run, inside the elements of the given orders."""

    offset: int
    pieces: tuple[Tag | str, ...]
    inside: frozenset[int]
    space: str = ""  # white space after it that the text has before it already


@dataclass(frozen=True, slots=True)
class Run:
    prose: Prose
    elements: tuple[Element, ...] = ()
    points: tuple[Point, ...] = ()


Piece = Tag | Run | Prose | str  # prose alone: a field that is plain text


def encodable(text: str) -> str:
    """The text without lone surrogates, which no engine and no file can take."""
    return text.encode("utf-8", "replace").decode()


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def start_tag(tag: Tag, speak: Callable[[Prose], str]) -> str:
    """The tag as HTML; `speak` gives the words of prose values."""
    values = ((name, speak(value) if isinstance(value, Prose) else value) for name, value in tag.attributes)
    written = "".join(f' {name}="{escape(value).replace(chr(34), "&quot;")}"' for name, value in values)
    return f"<{tag.name}{written}>"


def end_tag(tag: Tag) -> str:
    return f"</{tag.name}>"


def has_words(text: str) -> bool:
    """Whether there is anything to translate: letters outside addresses, hashtags and handles."""
    return any(any(map(str.isalpha, word)) and not _ADDRESS.match(word) for word in text.split())


def collapse(text: str) -> str:
    """Every stretch of white space becomes one character: a line end, a space, or a lone no-break space."""
    return _SPACES.sub(_collapsed, text)


def prose(text: str, split: Splitter, *, translate: bool = True) -> Prose:
    """`text` (collapsed already) with its sentences."""
    plain = _ONE_SPACE.sub(" ", text)
    sentences = []
    for start, end in split(plain):
        words = plain[start:end]
        sentence = Sentence(start=start, end=end, text=words, translatable=translate and has_words(words))
        sentences.append(sentence)
    return Prose(text, tuple(sentences))


def _collapsed(match: re.Match[str]) -> str:
    spaces = match[0]
    if "\n" in spaces:
        return "\n"
    return " " if " " in spaces or spaces[0] < " " else spaces[0]
