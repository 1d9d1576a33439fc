"""Where the words of a link or an emphasis stand in the translation of their sentence.

    marks | whole, label, part of a word | copied | translated alone | numbered | quoted | last resort

Each step places what it can. Those that need another translation (a hint) ask for it only for what the steps
before could not place. Knows ranges and words, nothing of HTML.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.translate.pieces import has_words
from pipeline.translate.windows import Mark, Sheet, Window

# How alike the words must be. Tried on news sentences with the right places marked by hand: below these
# floors, wrong placements begin.
COPIED = 0.92
ALONE = 0.8
ALONE_COSMETIC = 0.55
NUMBERED = 0.75
LAST_RESORT = 0.5
COPIED_VERBATIM = 0.75

_QUOTE = re.compile(r"[\"“”„«»‟]")
_CONTROLS = re.compile(r"[\x00-\x20\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_EDGES = " ,;:"


@dataclass(slots=True)
class Hints:
    """The translations at hand, and what could not be had; collects what is needed."""

    known: Mapping[str, str]
    unavailable: frozenset[str] = frozenset()
    needed: set[str] = field(default_factory=set)

    def ask(self, text: str) -> str | None:
        """The translation, empty when it cannot be had; None when it may come."""
        if text in self.known:
            return clean(self.known[text])
        if text in self.unavailable:
            return ""
        self.needed.add(text)
        return None


def clean(translation: str) -> str:
    """A translation as one line, without the control characters that no HTML can hold."""
    return _CONTROLS.sub(" ", translation).strip()


def anchor(text: str) -> str:
    """The words of an inline text as they are asked for; empty when there is nothing to translate."""
    words = " ".join(text.split()).strip(_EDGES)
    return words if has_words(words) else ""


def project(
    source: str, target: str, marks: Sequence[Mark], hints: Hints, placed: Mapping[int, Window] | None = None
) -> dict[int, Window]:
    """The windows of the marks that can be placed, by index; not final while `hints` needs something."""
    if source == target:
        return {n: mark.window for n, mark in enumerate(marks)}
    sheet = Sheet(source, target, marks, dict(placed or {}))
    if sheet.hopeless:
        return sheet.placed
    sheet.place_outright()
    sheet.place([n for n in sheet.left() if sheet.looks_foreign(n)], {}, COPIED)
    _place_by_hints(sheet, hints)
    return sheet.placed


def restore_verbatim(source: str, target: str, marks: Sequence[Mark]) -> tuple[str, dict[int, Window]]:
    """The target with the text of verbatim marks as it was, and where it stands, for those that are found."""
    placed: dict[int, Window] = {}
    for n, mark in enumerate(marks):
        if not mark.verbatim:
            continue
        sheet = Sheet(source, target, marks, placed)
        sheet.place([n], {}, COPIED_VERBATIM)
        if n not in placed:
            continue
        at, text = placed[n], source[slice(*mark.window)]
        target = target[: at.start] + text + target[at.end :]
        longer = len(text) - (at.end - at.start)
        placed = {k: w.moved(longer) if w.start >= at.end else w for k, w in placed.items()}
        placed[n] = Window(at.start, at.start + len(text))
    return target, placed


def _place_by_hints(sheet: Sheet, hints: Hints) -> None:
    """The steps that need translations, each begun only when the one before has all its answers."""
    wanted = {n: anchor(sheet.words(n)) for n in sheet.left() if sheet.marks[n].hinted}
    alone = {n: hints.ask(text) for n, text in wanted.items() if text}
    if None in alone.values():
        return
    sheet.place([n for n in alone if sheet.marks[n].link], alone, ALONE)
    sheet.place([n for n in alone if not sheet.marks[n].link], alone, ALONE_COSMETIC)
    tried = [alone]
    for step in (_numbered, _quoted):
        links = [n for n in sheet.left() if sheet.marks[n].link and n in alone]
        if not links:
            break
        found = step(sheet, links, hints)
        if found is None:
            return
        sheet.place(list(found), found, NUMBERED)
        tried.append(found)
    last = [n for n in sheet.left() if sheet.marks[n].link]
    for answers in tried:
        sheet.place([n for n in last if n in answers], answers, LAST_RESORT)
    sheet.place([n for n in last if n not in alone], {}, LAST_RESORT)


def _numbered(sheet: Sheet, links: Sequence[int], hints: Hints) -> dict[int, str | None] | None:
    """The sentence once more, with "(1) ... (1)" around each link. None while it is not translated."""
    free = (number for number in range(1, 99) if f"({number})" not in sheet.source)
    numbers = dict(zip(sorted(links, key=lambda n: sheet.marks[n].window), free, strict=False))
    text = sheet.source
    for n, number in reversed(numbers.items()):
        start, end = sheet.marks[n].window
        text = f"{text[:start]}({number}) {text[start:end]} ({number}){text[end:]}"
    answer = hints.ask(text)
    if answer is None:
        return None
    return {n: _between(answer, re.compile(rf"\(\s*{number}\s*\)")) for n, number in numbers.items()}


def _quoted(sheet: Sheet, links: Sequence[int], hints: Hints) -> dict[int, str | None] | None:
    """The sentence once more for each link, with quotes around it. None while one is not translated."""
    if _QUOTE.search(sheet.source):
        return {}
    answers = {}
    for n in links:
        start, end = sheet.marks[n].window
        answers[n] = hints.ask(f'{sheet.source[:start]}"{sheet.source[start:end]}"{sheet.source[end:]}')
    if None in answers.values():
        return None
    return {n: _between(answer or "", _QUOTE) for n, answer in answers.items()}


def _between(text: str, sign: re.Pattern[str]) -> str:
    """What stands between two signs; empty when there are not just two."""
    found = list(sign.finditer(text))
    return text[found[0].end() : found[1].start()].strip() if len(found) == 2 else ""
