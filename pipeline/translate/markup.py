"""The translated fields of a document: plain translations in, the source's markup laid onto them.

    for each run: sentences | project | lay out | write | verify

The text is the translation as it stands; the markup fits itself to it. A link whose words cannot be found is
appended to its sentence, an emphasis is dropped; images keep their order. Asks for the hints it needs
(`Rebuilt.needed`) and takes no for an answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.errors import NewswireError
from pipeline.translate.layout import Layout, Line, Manner, lay_out
from pipeline.translate.pieces import Element, Kind, Piece, Prose, Run, Sentence, Tag, escape, start_tag
from pipeline.translate.projection import Hints, clean, project, restore_verbatim
from pipeline.translate.segments import Document, proses
from pipeline.translate.windows import Mark, Window
from pipeline.translate.writing import faithful, write

_BARE = frozenset({"span", "font"})


class MissingTranslationError(NewswireError, LookupError):
    """A sentence of the document is not among the translations."""


@dataclass(frozen=True, slots=True)
class Relocation:
    """A link that was appended to its sentence, with the words it got."""

    field: str
    ordinal: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """The fields, final when nothing is `needed`."""

    fields: dict[str, str]
    needed: frozenset[str] = frozenset()
    relocations: tuple[Relocation, ...] = ()
    dropped: int = 0  # inline elements without their own words in the translation

    @property
    def relocated(self) -> int:
        return len(self.relocations)


def rebuild(
    document: Document, translations: Mapping[str, str], *, unavailable: frozenset[str] = frozenset()
) -> Rebuilt:
    """The document in the target language.

    `translations` maps plain source texts to plain target texts, sentences and hints alike; `unavailable` are
    hints that cannot be had. When texts are `needed`, call again with them in one or the other.
    """
    rebuilding = _Rebuilding(translations, unavailable)
    fields = {name: rebuilding.field(name, pieces) for name, pieces in document.fields}
    return Rebuilt(
        fields=fields,
        needed=frozenset(rebuilding.hints.needed),
        relocations=tuple(rebuilding.relocations),
        dropped=rebuilding.dropped,
    )


class _Rebuilding:
    def __init__(self, translations: Mapping[str, str], unavailable: frozenset[str]) -> None:
        self._translations = translations
        self.hints = Hints(translations, unavailable)
        self.relocations: list[Relocation] = []
        self.dropped = 0
        self._field = ""
        self._ordinal = 0

    def field(self, name: str, pieces: Iterable[Piece]) -> str:
        self._field, self._ordinal = name, 0
        return "".join(map(self._piece, pieces))

    def _piece(self, piece: Piece) -> str:
        if isinstance(piece, str):
            return piece
        if isinstance(piece, Prose):
            return self._speak(piece)
        html = start_tag(piece, self._speak) if isinstance(piece, Tag) else self._run(piece)
        self._ordinal += sum(sentence.translatable for each in proses(piece) for sentence in each.sentences)
        return html

    def _speak(self, prose: Prose) -> str:
        """The prose without markup."""
        text, at = "", 0
        for sentence in prose.sentences:
            text += prose.text[at : sentence.start] + self._target(prose, sentence)
            at = sentence.end
        return text + prose.text[at:]

    def _target(self, prose: Prose, sentence: Sentence) -> str:
        source = prose.text[sentence.start : sentence.end]
        if not sentence.translatable:
            return source
        try:
            target = clean(self._translations[sentence.text])
        except KeyError as error:
            raise MissingTranslationError(
                f"no translation of {sentence.text!r}", resource=self._field
            ) from error
        return source if target == sentence.text else target  # with its no-break spaces

    def _run(self, run: Run) -> str:
        if not run.elements and not run.points:
            return escape(self._speak(run.prose))
        needed = len(self.hints.needed)
        lines = [self._line(run, sentence) for sentence in run.prose.sentences]
        for manner in Manner:
            layout = lay_out(run, lines, self.hints, manner)
            html = write(layout, self._speak)
            if needed < len(self.hints.needed) or faithful(html, run, layout.text):
                break
        self._count(layout, lines)
        return html

    def _line(self, run: Run, sentence: Sentence) -> Line:
        target = self._target(run.prose, sentence)
        copied = target == run.prose.text[sentence.start : sentence.end]
        line = Line(sentence=sentence, target=target, copied=copied)
        covering: dict[Window, list[Element]] = {}
        for element in run.elements:
            if window := line.range_of(element):
                covering.setdefault(window, []).append(element)
        if copied:
            line.windows = {window: window for window in covering}
            return line
        marks = [_mark(window, elements, sentence.text) for window, elements in covering.items()]
        line.target, placed = restore_verbatim(sentence.text, target, marks)
        placed = project(sentence.text, line.target, marks, self.hints, placed)
        line.windows = {marks[n].window: window for n, window in placed.items()}
        return line

    def _count(self, layout: Layout, lines: Sequence[Line]) -> None:
        self.dropped += layout.dropped
        for n, text in layout.relocated:
            before = sum(line.sentence.translatable for line in lines[:n])
            self.relocations.append(Relocation(self._field, self._ordinal + before, text))


def _mark(window: Window, elements: Sequence[Element], source: str) -> Mark:
    link = any(element.kind is Kind.LINK for element in elements)
    worth_it = any(
        element.kind is Kind.COSMETIC and (element.tag.name not in _BARE or element.tag.has("title", "style"))
        for element in elements
    )
    return Mark(
        window=window,
        link=link,
        hinted=link or (worth_it and not _cuts_word(window, source)),
        verbatim=any(element.kind is Kind.VERBATIM for element in elements),
    )


def _cuts_word(window: Window, source: str) -> bool:
    return any(0 < at < len(source) and source[at - 1].isalnum() and source[at].isalnum() for at in window)
