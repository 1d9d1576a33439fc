"""Prints a site's items as a small PDF newsletter: one font, Latin-1 letters, a page for each item."""

import textwrap
from collections.abc import Iterator

from pipeline.demo.content import Item, Site

_WIDTH, _HEIGHT, _MARGIN = 595, 842, 60  # A4 in points
_CHARACTERS = 82  # of 11-point Helvetica on a line
_FIRST_PAGE = 4  # the object number after catalogue, pages and font


def newsletter(site: Site) -> bytes:
    """The PDF file, uncompressed, so that a reader of the bytes sees what is in it."""
    pages = [_lines(site, item) for item in site.items]
    kids = " ".join(f"{_FIRST_PAGE + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (%b) >>" % site.language.encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in enumerate(pages):
        objects.extend(_page(_FIRST_PAGE + 2 * number + 1, lines))
    return _file(objects)


def _lines(site: Site, item: Item) -> list[tuple[int, str]]:
    """The lines of an item's page with their sizes."""
    title = [(16, line) for line in textwrap.wrap(item.title.text, 56)]
    date = (9, f"{site.page.newsletter.split(' (', maxsplit=1)[0]} | {item.published:%d-%m-%Y}")
    return [date, (9, ""), *title, (11, ""), *((11, line) for line in _paragraphs(item))]


def _paragraphs(item: Item) -> Iterator[str]:
    for block in item.body:
        if block.sentences:
            yield from textwrap.wrap(" ".join(sentence.text for sentence in block.sentences), _CHARACTERS)
            yield ""


def _page(content: int, lines: list[tuple[int, str]]) -> tuple[bytes, bytes]:
    drawn = [b"BT", b"%d %d Td" % (_MARGIN, _HEIGHT - _MARGIN)]
    for size, line in lines:
        drawn.append(b"/F1 %d Tf (%b) Tj 0 -%d Td" % (size, _escaped(line), round(size * 1.5)))
    stream = b"\n".join([*drawn, b"ET"])
    page = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH} {_HEIGHT}] "
        f"/Resources << /Font << /F1 3 0 R >> >> /Contents {content} 0 R >>"
    )
    return page.encode(), b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream)


def _escaped(line: str) -> bytes:
    raw = line.encode("cp1252", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _file(objects: list[bytes]) -> bytes:
    """Numbers the objects and appends the table of their places."""
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
