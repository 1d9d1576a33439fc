"""PDF newsletters: lines to paragraphs, headings to entries, the file kept."""

import pytest

from pipeline.collect.readers import pdf
from pipeline.collect.readers.pdf import Line, paragraphs
from pipeline.demo.pdf import _file, _page
from pipeline.errors import ReadError
from pipeline.recipes import ListRecipe

URL = "https://city.example/nieuwsbrief.pdf"
PAGES = (
    [
        (9, "Nieuwsbrief | 17-11-2026"),
        (16, "Meer groen langs"),
        (16, "de kust"),
        (11, "De gemeente plant struiken en bo-"),
        (11, "men langs de boulevard."),
        (11, ""),
        (11, "Bewoners helpen mee."),
    ],
    [(16, "Bus rijdt vaker"), (11, "Zeven lijnen.")],
)


def newsletter(*pages: list[tuple[int, str]]) -> bytes:
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in enumerate(pages):
        objects.extend(_page(5 + 2 * number, lines))
    return _file(objects)


@pytest.mark.parametrize("split", ["page", "heading"])
def test_an_entry_for_each_heading(split: str) -> None:
    """The title is joined from its lines, the text from its own; the small print gives the date."""
    body = newsletter(*PAGES)

    first, second = pdf.read(body, url=URL, recipe=ListRecipe.model_validate({"split": split})).entries

    assert first.title == "Meer groen langs de kust"
    assert (
        first.content
        == "<p>De gemeente plant struiken en bomen langs de boulevard.</p><p>Bewoners helpen mee.</p>"
    )
    assert first.published is not None
    assert (first.published.day, first.published.month) == (17, 11)
    assert (second.title, second.content) == ("Bus rijdt vaker", "<p>Zeven lijnen.</p>")
    assert second.published == first.published
    assert [entry.url for entry in (first, second)] == [f"{URL}#page=1", f"{URL}#page=2"]
    assert first.guid != second.guid
    assert first.enclosures[0].type == "application/pdf"
    assert first.enclosures[0].length == len(body)


def test_one_file_one_entry() -> None:
    """Without a split the newsletter is one entry under its first heading."""
    (entry,) = pdf.read(newsletter(*PAGES), url=URL, recipe=ListRecipe()).entries

    assert (entry.title, entry.url) == ("Meer groen langs de kust", URL)
    assert entry.content.endswith("<p>Bus rijdt vaker</p><p>Zeven lijnen.</p>")


def test_a_file_without_headings_is_called_as_its_link() -> None:
    """All letters of one size: the words of the link are the title."""
    body = newsletter([(11, "Eerste regel."), (11, "Tweede regel.")])

    (entry,) = pdf.read(body, url=URL, recipe=ListRecipe(split="heading"), title="Nieuwsbrief mei").entries

    assert entry.title == "Nieuwsbrief mei"
    assert entry.content == "<p>Eerste regel. Tweede regel.</p>"


def test_a_scan_gives_no_entry_but_a_word() -> None:
    """A page without text is said, not published empty."""
    found = pdf.read(newsletter([]), url=URL, recipe=ListRecipe())

    assert found.entries == ()
    assert "may be a scan" in found.warnings[0]


@pytest.mark.parametrize("body", [b"", b"%PDF-1.4\nbroken", b"%PDF-1.4\n1 0 obj\n<<", b"<html>no pdf</html>"])
def test_a_broken_file_is_our_own_error(body: bytes) -> None:
    """Whatever the library makes of it."""
    with pytest.raises(ReadError, match="no PDF that can be read"):
        pdf.read(body, url=URL, recipe=ListRecipe())


def test_words_parted_at_a_lines_end() -> None:
    """A hyphen goes, unless the same word is written with it elsewhere; a soft one always; columns go on in mid-sentence."""
    lines = [
        Line(page=0, text="De tram-", size=11, down=0),
        Line(page=0, text="halte en de oud-stad, de oud-", size=11, down=13),
        Line(page=0, text="stad en de brug\u00ad", size=11, down=13),
        Line(page=0, text="gen, en", size=11, down=13),
        Line(page=0, text="nog meer.", size=11, down=-700),
        Line(page=0, text="Nieuw.", size=11, down=13),
    ]

    assert paragraphs(lines, 13) == [
        "De tramhalte en de oud-stad, de oud-stad en de bruggen, en nog meer. Nieuw."
    ]
