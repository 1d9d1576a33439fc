"""A PDF newsletter → its entries: the text by lines, joined to paragraphs; large letters are headings.

The file itself is every entry's enclosure. What is only drawn (scans) has no text and gives no entry.
"""

import html
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from pipeline.collect.readers.entries import Dates, finish
from pipeline.collect.texts import plain, shorten, without_controls
from pipeline.collect.urls import canonical_url
from pipeline.errors import ReadError
from pipeline.recipes import ListRecipe
from pipeline.records import Enclosure, EntryData, FeedData

MAX_PAGES = 60
MAX_CHARACTERS = 400_000
LARGE, SMALL = 1.2, 0.95  # times the size of the text: at least, a heading; at most, small print
_TYPE = "application/pdf"


def is_pdf(body: bytes) -> bool:
    return b"%PDF-" in body[:1024]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    page: int
    text: str
    size: float
    down: float  # from the line before, in points; 0 or less on a new page or column


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What becomes one entry: the small print before its heading, the heading, the text."""

    before: str
    heading: str
    page: int
    lines: list[Line]


def read(
    body: bytes,
    *,
    url: str,
    recipe: ListRecipe,
    zone: tzinfo = UTC,
    max_entries: int = 1_000,
    title: str = "",
) -> FeedData:
    """The entries of the file. `title` is what the link to it said, for a file without a heading."""
    lines, warnings, named = _text(body, url)
    if not lines:
        return FeedData(warnings=(*warnings, f"{url} holds no text; it may be a scan"))
    usual = _usual_size(lines)
    parts = [_part(group, usual) for group in _groups(lines, recipe.split, usual) if group]
    masthead = f"{parts[0].before} {_all_text(parts[0]) if not parts[0].heading else ''} {named}"
    if recipe.split == "heading" and not parts[0].heading:
        parts = parts[1:] or parts
    dates = Dates(zone)
    leading = _leading(lines, usual)
    entries = []
    for number, part in enumerate(parts[:max_entries]):
        place = canonical_url(url) + (f"#{_slug(part.heading) or number}" if recipe.split else "")
        entry = EntryData(
            guid=place,
            url=f"{url}#page={part.page + 1}" if recipe.split else url,
            title=part.heading or title or named or url.rsplit("/", 1)[-1],
            content="".join(
                f"<p>{html.escape(text, quote=False)}</p>" for text in paragraphs(part.lines, leading)
            ),
            published=dates.read(part.before) or dates.read(masthead),
            enclosures=(Enclosure(url=url, type=_TYPE, length=len(body)),),
        )
        entries.append(entry)
    return finish(FeedData(entries=tuple(entries), warnings=tuple(warnings)))


def _all_text(part: _Part) -> str:
    return " ".join(line.text for line in part.lines[:5])


def _text(body: bytes, url: str) -> tuple[list[Line], list[str], str]:
    """The lines, what was left out, and the document's own title."""
    try:
        reader = PdfReader(io.BytesIO(body))
        lines: list[Line] = []
        for number, page in enumerate(reader.pages[:MAX_PAGES]):
            lines += _lines(page, number)
            if sum(len(line.text) for line in lines) > MAX_CHARACTERS:
                break
        named = plain((reader.metadata.title if reader.metadata else "") or "")
        cut = len(reader.pages) > MAX_PAGES
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        OSError,
    ) as e:
        # Broken files break the library in many ways; all of them mean the same to us.
        raise ReadError(f"{url} is no PDF that can be read: {type(e).__name__} {e}") from e
    return lines, [f"only the first {MAX_PAGES} pages were read"] if cut else [], named


def _lines(page: Any, number: int) -> Iterator[Line]:
    """The page's lines in the order in which they are drawn."""
    chunks: list[tuple[str, float, float]] = []
    page.extract_text(
        visitor_text=lambda text, cm, tm, _font, size: chunks.append((text, *_place(cm, tm, size)))
    )
    said, size, height, before = "", 0.0, 0.0, None
    for text, chunk_height, chunk_size in [*chunks, ("\n", 0.0, 0.0)]:
        first, *others = text.split("\n")
        if first.strip():
            size, height = max(size, chunk_size), chunk_height
        said += first
        for other in others:
            if said.strip():
                down = before - height if before is not None else 0.0
                yield Line(
                    page=number,
                    text=" ".join(without_controls(said).split(" ")).strip(),
                    size=size,
                    down=down,
                )
                before = height
            said, size, height = other, chunk_size if other.strip() else 0.0, chunk_height


def _place(cm: list[float], tm: list[float], size: float) -> tuple[float, float]:
    """The height on the page and the size of the letters as they are seen."""
    height = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
    scale = abs(tm[3] * cm[3]) or abs(tm[0] * cm[0]) or 1.0
    return height, round(size * scale, 1)


def _usual_size(lines: Iterable[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0]


def _leading(lines: list[Line], usual: float) -> float:
    """How far apart the lines of a paragraph stand: near the smallest distance that there is."""
    downs = sorted(line.down for line in lines if line.size == usual and line.down >= 0.8 * usual)
    return downs[len(downs) // 5] if downs else 1.5 * usual


def _groups(lines: list[Line], split: str, usual: float) -> Iterator[list[Line]]:
    """The lines of each entry."""
    if not split:
        yield lines
        return
    group: list[Line] = []
    for line in lines:
        after = group[-1] if group else None
        if after is not None and _begins(line, after, split, usual):
            keep = len(group)
            while keep and group[keep - 1].size < SMALL * usual and group[keep - 1].page == line.page:
                keep -= 1  # the small print above a heading is the heading's
            yield group[:keep]
            group = group[keep:]
        group.append(line)
    yield group


def _begins(line: Line, after: Line, split: str, usual: float) -> bool:
    if split == "page":
        return line.page != after.page
    return line.size >= LARGE * usual > after.size and any(letter.isalpha() for letter in line.text)


def _part(lines: list[Line], usual: float) -> _Part:
    large = [number for number, line in enumerate(lines) if line.size >= LARGE * usual]
    if not large:
        return _Part(before="", heading="", page=lines[0].page, lines=lines)
    first = large[0]
    end = first
    while end < len(lines) and lines[end].size == lines[first].size:
        end += 1
    heading = shorten(plain(" ".join(line.text for line in lines[first:end])), 300)
    before = " ".join(line.text for line in lines[:first])
    return _Part(before=before, heading=heading, page=lines[first].page, lines=lines[end:])


def paragraphs(lines: list[Line], leading: float) -> list[str]:
    """Lines joined where they belong together; words that were parted at a line's end are whole again."""
    known = {word for line in lines for word in re.findall(r"\w+-\w+", line.text)}
    found: list[str] = []
    before: Line | None = None
    for line in lines:
        if before is not None and _continues(line, before, leading):
            found[-1] = _joined(found[-1], line.text, known)
        else:
            found.append(line.text)
        before = line
    return found


def _continues(line: Line, before: Line, leading: float) -> bool:
    if line.size != before.size:
        return False
    if line.down <= 0:  # another column or page
        return before.text[-1:] not in ".!?:" and line.text[:1].islower()
    return line.down <= 1.3 * leading


def _joined(text: str, line: str, known: set[str]) -> str:
    if text.endswith("\u00ad"):
        return text[:-1] + line
    if re.search(r"\w-$", text) and line[:1].islower():
        start, end = re.findall(r"\w+(?=-$)", text)[-1], (re.findall(r"^\w+", line) or [""])[0]
        return text + line if f"{start}-{end}" in known else text[:-1] + line
    return f"{text} {line}"


def _slug(heading: str) -> str:
    return "-".join(re.findall(r"\w+", heading.lower()))[:80]
