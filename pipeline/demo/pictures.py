"""Draws the sample items' pictures: small PNG files made of plain shapes, the same bytes for the same name."""

import random
import struct
import zlib
from collections.abc import Callable
from functools import lru_cache

WIDTH, HEIGHT = 640, 360
_GROUND = 300  # the row where the ground begins

Colour = tuple[int, int, int]
_SKIES: tuple[tuple[Colour, Colour], ...] = (
    ((126, 178, 221), (236, 240, 234)),
    ((245, 183, 130), (252, 236, 208)),
    ((92, 107, 160), (236, 190, 170)),
    ((150, 196, 190), (240, 244, 225)),
)
_WALLS: tuple[Colour, ...] = (
    (186, 84, 66),
    (222, 165, 92),
    (112, 132, 148),
    (201, 190, 168),
    (150, 104, 88),
    (96, 120, 104),
)
_GLASS: Colour = (250, 232, 170)
_WHITE: Colour = (250, 250, 246)
_DARK: Colour = (52, 58, 66)


class Canvas:
    """Rows of RGB bytes; shapes are cut at the edges."""

    def __init__(self) -> None:
        self.rows = [bytearray(WIDTH * 3) for _ in range(HEIGHT)]

    def rectangle(self, left: int, top: int, width: int, height: int, colour: Colour) -> None:
        start, end = max(left, 0), min(left + width, WIDTH)
        for row in self.rows[max(top, 0) : max(top + height, 0)]:
            row[start * 3 : max(end, start) * 3] = bytes(colour) * max(end - start, 0)

    def disc(self, x: int, y: int, radius: int, colour: Colour) -> None:
        for step in range(-radius, radius + 1):
            half = int((radius * radius - step * step) ** 0.5)
            self.rectangle(x - half, y + step, 2 * half + 1, 1, colour)

    def gradient(self, top: Colour, bottom: Colour) -> None:
        for y in range(HEIGHT):
            share = y / (HEIGHT - 1)
            red, green, blue = (round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True))
            self.rectangle(0, y, WIDTH, 1, (red, green, blue))

    def png(self) -> bytes:
        """The picture as a PNG file, 8 bits a channel, no filter."""
        header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
        pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in self.rows), 9)
        chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@lru_cache(maxsize=64)
def draw(motif: str, seed: str) -> bytes:
    """A PNG of the motif; `seed` varies colours and sizes."""
    chance = random.Random(f"{motif} {seed}")  # noqa: S311 -- a drawing, not a secret
    canvas = Canvas()
    canvas.gradient(*chance.choice(_SKIES))
    canvas.disc(chance.randrange(80, WIDTH - 80), chance.randrange(50, 90), 30, _WHITE)
    MOTIFS[motif](canvas, chance)
    return canvas.png()


def _houses(canvas: Canvas, chance: random.Random) -> None:
    left = -20
    while left < WIDTH:
        width, height = chance.randrange(66, 104), chance.randrange(90, 170)
        wall = chance.choice(_WALLS)
        canvas.rectangle(left, _GROUND - height, width - 3, height, wall)
        for step in range(18):  # the gable
            canvas.rectangle(left + step * 2, _GROUND - height - step, width - 3 - step * 4, 1, wall)
        for top in range(_GROUND - height + 14, _GROUND - 34, 34):
            for x in range(left + 12, left + width - 22, 24):
                canvas.rectangle(x, top, 12, 18, _GLASS if chance.random() < 0.6 else _DARK)
        left += width


def _square(canvas: Canvas, chance: random.Random) -> None:
    _houses(canvas, chance)
    canvas.rectangle(0, _GROUND, WIDTH, HEIGHT - _GROUND, (206, 198, 182))
    for top in range(_GROUND + 12, HEIGHT, 16):
        canvas.rectangle(0, top, WIDTH, 2, (186, 178, 160))


def _tram(canvas: Canvas, chance: random.Random) -> None:
    _square(canvas, chance)
    left, paint = chance.randrange(90, 190), chance.choice(((196, 60, 52), (46, 120, 92), (60, 96, 164)))
    canvas.rectangle(0, 196, WIDTH, 2, _DARK)  # the wire
    canvas.rectangle(left + 170, 198, 3, 26, _DARK)
    canvas.rectangle(left, 224, 340, 98, paint)
    canvas.rectangle(left, 268, 340, 12, _WHITE)
    for x in range(left + 14, left + 320, 46):
        canvas.rectangle(x, 236, 34, 28, (214, 232, 240))
    for x in (left + 60, left + 110, left + 230, left + 280):
        canvas.disc(x, 324, 12, _DARK)
    canvas.rectangle(0, 338, WIDTH, 3, (110, 110, 112))


def _park(canvas: Canvas, chance: random.Random) -> None:
    canvas.disc(140, 520, 300, (150, 186, 120))
    canvas.disc(500, 560, 330, (132, 170, 104))
    canvas.rectangle(0, _GROUND, WIDTH, HEIGHT - _GROUND, (116, 156, 92))
    for x in range(50, WIDTH, 84):
        foot, radius = chance.randrange(286, 318), chance.randrange(30, 48)
        canvas.rectangle(x - 5, foot - 80, 10, 80, (108, 80, 60))
        canvas.disc(x, foot - 96, radius, chance.choice(((70, 120, 72), (98, 144, 76), (190, 140, 62))))


def _river(canvas: Canvas, chance: random.Random) -> None:
    _houses(canvas, chance)
    canvas.rectangle(0, _GROUND - 34, WIDTH, HEIGHT, (92, 140, 176))
    for top in range(_GROUND - 20, HEIGHT, 18):
        canvas.rectangle(chance.randrange(0, 400), top, chance.randrange(80, 220), 3, (140, 178, 204))
    canvas.rectangle(0, 262, WIDTH, 14, (122, 112, 104))  # the bridge
    for x in range(60, WIDTH, 130):
        canvas.rectangle(x, 276, 16, 50, (122, 112, 104))


def _books(canvas: Canvas, chance: random.Random) -> None:
    canvas.rectangle(0, 0, WIDTH, HEIGHT, (236, 226, 208))
    for shelf in (118, 232, 346):
        x = 16
        while x < WIDTH - 30:
            width, height = chance.randrange(14, 32), chance.randrange(64, 98)
            canvas.rectangle(x, shelf - height, width, height, chance.choice(_WALLS))
            canvas.rectangle(x, shelf - height + 12, width, 4, _GLASS)
            x += width + 2
        canvas.rectangle(0, shelf, WIDTH, 12, (128, 92, 66))


def _chart(canvas: Canvas, chance: random.Random) -> None:
    canvas.rectangle(0, 0, WIDTH, HEIGHT, _WHITE)
    for bar in range(10):
        height = 60 + 18 * bar + chance.randrange(-24, 24)
        canvas.rectangle(50 + bar * 56, 320 - height, 38, height, _WALLS[bar % len(_WALLS)])
    canvas.rectangle(36, 320, WIDTH - 72, 3, _DARK)


MOTIFS: dict[str, Callable[[Canvas, random.Random], None]] = {
    "square": _square,
    "tram": _tram,
    "park": _park,
    "river": _river,
    "books": _books,
    "chart": _chart,
}
