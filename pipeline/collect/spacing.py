"""Two faults of pages and services: spaces lost after full stops, and letters' names cut within a teaser. Pure."""

import re
from dataclasses import replace
from html.entities import html5

from pipeline.records import EntryData

_TAG = re.compile(r"(<[^<>]*>)")
_PROGRAM = re.compile(r"<(/?)(?:pre|code|kbd|samp)\b", re.IGNORECASE)
# "fatto.Domani": small letters, a full stop, a capital. Addresses, initials and numbers have other shapes.
_GLUED = re.compile(r"(?<=[^\W\d_]{2})[.!?](?=([^\W\d_])[^\W\d_])")
_LAST_WORD = re.compile(r"[^\W\d_]+$")
_LONGEST_WORD = 40  # characters looked back
_CUT = re.compile(r"(?<=[^\W\d_])&(?:amp;)?([a-z]{1,7})(?=\s*(?:\.\.\.|…)\s*(?:</p>\s*)*$)")
_LETTERS = frozenset(name.rstrip(";") for name, letter in html5.items() if letter.isalpha())


def mended(entry: EntryData) -> EntryData:
    """The entry with its title, summary and content mended."""
    return replace(
        entry,
        title=with_spaces(without_cut_entity(entry.title)),
        summary=_in_html(without_cut_entity(entry.summary)),
        content=_in_html(entry.content),
    )


def with_spaces(text: str) -> str:
    """The text with a space after each full stop that runs into the next sentence."""
    return _GLUED.sub(_parted, text)


def _parted(match: re.Match[str]) -> str:
    word = _LAST_WORD.search(match.string[max(0, match.start() - _LONGEST_WORD) : match.start()])
    glued = word is not None and word[0].islower() and word[0] != "www" and match[1].isupper()
    return f"{match[0]} " if glued else match[0]


def _in_html(text: str) -> str:
    """Between the tags only, and not in program text, where "client.Send" is one word."""
    parts, depth = [], 0
    for part in _TAG.split(text):
        if (tag := _PROGRAM.match(part)) is not None:
            depth = max(0, depth + (-1 if tag[1] else 1))
        parts.append(part if depth or part.startswith("<") else with_spaces(part))
    return "".join(parts)


def without_cut_entity(text: str) -> str:
    """A teaser that was cut within a letter's name: "l'entit&a..." loses the piece of the name."""
    return _CUT.sub(lambda cut: "" if _is_begun(cut[1]) else cut[0], text)


def _is_begun(piece: str) -> bool:
    return any(name.startswith(piece) for name in _LETTERS)
