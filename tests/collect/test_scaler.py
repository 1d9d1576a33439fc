"""The process that makes pictures small: whatever a picture does to it, the run goes on with the next one."""

import io
import os
import re
import signal
import struct
from collections.abc import Iterator

import pytest
from PIL import Image

from pipeline.collect.scaler import CostlyPictureError, Scaler
from pipeline.collect.scaling import scaled
from pipeline.errors import ReadError


def made(kind: str, size: tuple[int, int], **options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (20, 120, 60)).save(file, kind, **options)
    return file.getvalue()


def many_passes(times: int, size: tuple[int, int] = (3000, 3000)) -> bytes:
    """A progressive JPEG whose last pass comes again and again: some seconds of work in each 100 kilobytes."""
    body = made("JPEG", size, progressive=True, quality=10)
    end = body.rindex(b"\xff\xd9")
    last = [found.start() for found in re.finditer(b"\xff\xda", body)][-1]
    again = body[body.rindex(b"\xff\xc4", 0, last) : end]
    return body[:end] + again * times + body[end:]


@pytest.fixture
def scaler() -> Iterator[Scaler]:
    with Scaler() as found:
        yield found


def test_a_copy_is_the_same_from_the_other_process(scaler: Scaler) -> None:
    """One after another, by one process; a dot and what is no picture are told apart."""
    body = made("PNG", (1200, 800))

    assert scaler.scaled(body) == scaled(body)
    assert scaler.scaled(made("GIF", (1, 1))) is None
    with pytest.raises(ReadError, match="no picture of a kind"):
        scaler.scaled(b"<html>")
    assert scaler.scaled(body) == scaled(body)


def test_a_picture_gets_some_seconds_and_no_more() -> None:
    """A file of a megabyte that would take minutes; the next one is made small as ever."""
    with Scaler(seconds=0.5) as scaler:
        with pytest.raises(CostlyPictureError, match="too long"):
            scaler.scaled(many_passes(10_000))

        assert scaler.scaled(made("JPEG", (64, 40))) is not None


def test_a_picture_gets_some_memory_and_no_more() -> None:
    """An AVIF whose head says that it is small, and whose frame is not."""
    body = made("AVIF", (4000, 4000), speed=10, quality=10)
    place = body.index(b"ispe") + 8
    lie = body[:place] + struct.pack(">II", 100, 100) + body[place + 8 :]
    with Scaler(memory=60 << 20) as scaler:
        with pytest.raises(ReadError, match="broken"):
            scaler.scaled(lie)

        assert scaler.scaled(made("JPEG", (64, 40))) is not None


def test_a_process_that_is_lost_costs_one_picture(scaler: Scaler) -> None:
    """As by a hole in a decoder."""
    body = made("JPEG", (64, 40))
    scaler.scaled(body)
    assert scaler._child is not None
    os.kill(scaler._child.pid, signal.SIGSEGV)

    with pytest.raises(ReadError, match="broken"):
        scaler.scaled(body)
    assert scaler.scaled(body) == scaled(body)


def test_the_process_ends_with_its_run() -> None:
    """Nothing is left behind."""
    with Scaler() as scaler:
        scaler.scaled(made("GIF", (9, 9)))
        child = scaler._child

    assert child is not None
    assert child.poll() is not None
