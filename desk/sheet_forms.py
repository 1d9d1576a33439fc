"""What the editor page sends: the move, the texts, the version they were written against."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest, QueryDict

_HIGHEST = 2**31 - 1  # version that every store can hold


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPost:
    """A form of the editor page. `subject` is what stands behind the colon of a move: a finding, a segment."""

    move: str
    subject: int = 0
    version: int = 0
    texts: Mapping[int, str] = field(default_factory=dict)  # by segment
    reason: str = ""
    query: str = ""  # the queue's filter, for the way back
    next_id: int = 0  # the text behind this one in the queue
    chosen: Mapping[tuple[int, int], int] = field(default_factory=dict)  # (translation, segment): version
    term: tuple[str, str] = ("", "")
    before: str = ""  # the words a repeated correction replaced


def read_post(request: HttpRequest) -> SheetPost:
    post = request.POST
    name, _colon, subject = post.get("move", "").partition(":")
    key = _number(subject)
    return SheetPost(
        move=name,
        subject=key,
        version=_number(post.get("version", "")),
        texts=_texts(post),
        reason=post.get(f"reason-{name}", "").strip(),
        query=post.get("queue", "")[:500],
        next_id=_number(post.get("next", "")),
        chosen=_chosen(post),
        term=(
            (post.get("term_source") or post.get(f"term-source-{key}", "")).strip(),
            (post.get("term_target") or post.get(f"term-target-{key}", "")).strip(),
        ),
        before=post.get("term_before", "").strip(),
    )


def _texts(post: QueryDict) -> dict[int, str]:
    """The texts by segment. Where two versions met, the one that was chosen."""
    found = {}
    for name in post:
        kind, _dash, segment = name.partition("-")
        if kind == "text" and _number(segment):
            choice = post.get(f"choice-{segment}", "merged")
            taken = name if choice == "merged" else f"{choice}-{segment}"
            found[int(segment)] = one_line(post.get(taken, post.get(name, "")))
    return found


def one_line(text: str) -> str:
    """A segment is a sentence: breaks of a text field are spaces. Takes time with the length only, whatever is sent."""
    return " ".join(stripped for line in text.split("\n") if (stripped := line.strip()))


def _chosen(post: QueryDict) -> dict[tuple[int, int], int]:
    """Where the editor's words are to be spread to."""
    found = {}
    for name in post:
        if match := re.fullmatch(r"spread-(\d{1,18})-(\d{1,18})", name):
            found[int(match[1]), int(match[2])] = _number(post.get(name, ""))
    return found


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPost:
    version: int
    texts: Mapping[int, str]


def read_draft(request: HttpRequest) -> DraftPost | None:
    """Unsaved words, as JSON; None where it is not of that form."""
    try:
        data = json.loads(request.body)
        version, texts = data["version"], data["texts"]
        if type(version) is not int or not 0 <= version <= _HIGHEST or not isinstance(texts, dict):
            return None
        found = {int(key): text for key, text in texts.items() if isinstance(text, str)}
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return DraftPost(version=version, texts=found)
