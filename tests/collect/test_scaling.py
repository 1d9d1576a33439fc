"""Pictures from strangers: what is made small, what is refused, and what never goes along."""

import io
import struct
import zlib

import pytest
from PIL import Image

from pipeline.collect.scaling import SIDE, scaled
from pipeline.errors import ReadError
from pipeline.records import PictureBytes


def made(kind: str, size: tuple[int, int] = (1600, 1200), mode: str = "RGB", **options: object) -> bytes:
    """A picture whose left half is red."""
    picture = Image.new(mode, size)
    if mode == "RGB":
        picture.paste((200, 30, 30), (0, 0, size[0] // 2, size[1]))
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def opened(copy: PictureBytes | None) -> Image.Image:
    assert copy is not None
    picture = Image.open(io.BytesIO(copy.body), formats=["WEBP"])
    picture.load()
    assert picture.size == (copy.width, copy.height)
    return picture


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_every_kind_becomes_a_small_webp(kind: str) -> None:
    """In its proportions, with its colours, the same bytes each time."""
    body = made(kind)
    picture = opened(scaled(body))

    assert picture.size == (SIDE, SIDE * 3 // 4)
    red, green, _blue = picture.convert("RGB").getpixel((100, 100))  # type: ignore[misc]
    assert (red > 150, green < 80) == (True, True)
    assert scaled(body) == scaled(body)


def test_a_small_picture_keeps_its_size() -> None:
    """Nothing is blown up."""
    assert opened(scaled(made("PNG", (32, 20)))).size == (32, 20)


def test_what_one_can_see_through_stays_so() -> None:
    """A logo on a dark page."""
    assert opened(scaled(made("PNG", (64, 64), "RGBA"))).mode == "RGBA"


def test_a_deep_grey_is_as_bright_as_it_was() -> None:
    """Maps and scans in 65,536 steps: none of them becomes a white page."""
    picture = Image.new("I;16", (64, 64), 30_000)
    for options in ({}, {"transparency": 5}):
        file = io.BytesIO()
        picture.save(file, "PNG", **options)
        grey = opened(scaled(file.getvalue())).convert("L").getpixel((5, 5))
        assert isinstance(grey, (int, float))
        assert abs(grey - 30_000 / 257) < 3


def test_colours_for_print_are_shown_on_screens() -> None:
    """CMYK, which no WebP knows, without the profile of a printing press."""
    assert opened(scaled(made("JPEG", mode="CMYK"))).mode == "RGB"


def test_a_picture_is_upright_and_tells_nothing_of_its_maker() -> None:
    """The camera's turn is done; its place, its name and hidden words are left behind."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned
    exif[0x010F] = "a camera"
    exif[0x8825] = {1: "N", 2: (56.0, 57.0, 0.0)}
    copy = scaled(made("JPEG", (400, 200), exif=exif, comment=b"<script>alert(1)</script>"))

    picture = opened(copy)
    assert picture.size == (200, 400)
    assert not dict(picture.getexif())
    assert copy is not None
    assert b"camera" not in copy.body
    assert b"script" not in copy.body


def test_a_telephones_double_picture_is_its_first() -> None:
    """MPO: a JPEG with another behind it, larger than what other kinds may have."""
    first, second = Image.new("RGB", (4608, 3592), (9, 200, 9)), Image.new("RGB", (60, 40))
    file = io.BytesIO()
    first.save(file, "MPO", save_all=True, append_images=[second])

    assert opened(scaled(file.getvalue())).size == (960, 748)


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (2, 2)])
def test_a_dot_that_counts_readers_is_no_picture(size: tuple[int, int]) -> None:
    """Nothing is shown in its place."""
    assert scaled(made("GIF", size)) is None


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is as large as this."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no picture of a kind"),
        (b"<!doctype html><title>404</title>", "no picture of a kind"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "no picture of a kind"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n", "no picture of a kind"),
        (made("TIFF"), "no picture of a kind"),
        (made("JPEG")[:3000], "broken"),
        (made("PNG")[:300], "broken"),
        (made("WEBP")[:60], "broken|no picture"),
        (bomb(40_000, 40_000), "too large"),
        (bomb(2_000_000_000, 2_000_000_000), "too large|broken"),
        (bomb(500, 500), "broken"),
    ],
)
def test_what_is_no_picture_is_refused(body: bytes, said: str) -> None:
    """By one clear error, without unpacking what is too large."""
    with pytest.raises(ReadError, match=said):
        scaled(body)


def test_any_damage_is_a_clear_error_or_a_picture() -> None:
    """Each byte of the head turned over, of every kind: never another error."""
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "AVIF"):
        body = made(kind, (40, 30))
        for place in range(min(len(body), 400)):
            broken = body[:place] + bytes([body[place] ^ 0xFF]) + body[place + 1 :]
            try:
                scaled(broken)
            except ReadError:
                continue
