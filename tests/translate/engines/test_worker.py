"""The worker's side of the pipe, without a process."""

import io
import struct
from typing import Any

import pytest

from pipeline.translate.engines import worker


class Echo:
    def __init__(self, name: str) -> None:
        self.name = name

    def translate(self, text: str, /) -> str:
        if text == "bad":
            raise ValueError("cannot be encoded")
        return f"{self.name}: {text}"


def load(files: worker.Frame) -> Echo:
    if files["model"] == "broken":
        raise ValueError("truncated")
    return Echo(files["model"])


def run(*batches: worker.Frame, most: int = 2) -> list[worker.Frame]:
    incoming, outgoing = io.BytesIO(), io.BytesIO()
    for batch in batches:
        worker.write_frame(incoming, batch)
    incoming.seek(0)
    worker.serve(incoming, outgoing, worker.Models(most, load))
    outgoing.seek(0)
    return list(iter(lambda: worker.read_frame(outgoing), None))


def batch(key: str, *texts: str) -> worker.Frame:
    return {"key": key, "model": {"model": key}, "texts": [{"text": text, "seconds": 5.0} for text in texts]}


def test_one_answer_a_text() -> None:
    """Each text is answered in order, between the word that the model is there and the word that all is done."""
    answers = run(batch("lv", "one", "two"))

    assert answers[:3] == [{"loaded": "lv"}, {"text": "lv: one"}, {"text": "lv: two"}]
    assert answers[3]["done"]["loaded"] == ["lv"]


def test_refused_text() -> None:
    """A text that the engine refuses is an error of its own; the next is answered."""
    assert run(batch("lv", "bad", "two"))[1:3] == [{"error": "cannot be encoded"}, {"text": "lv: two"}]


def test_broken_model() -> None:
    """Files that make no model are reported, and the worker goes on with others."""
    answers = run(batch("broken", "one"), batch("lv", "two"))

    assert answers[:3] == [{"broken": "truncated"}, {"loaded": "lv"}, {"text": "lv: two"}]


def test_least_recently_used_goes() -> None:
    """Only so many models stay in memory; the one unused for longest makes room."""
    answers = run(batch("lv", "x"), batch("pl", "x"), batch("lv", "x"), batch("de", "x"), most=2)

    assert [each["done"]["loaded"] for each in answers if "done" in each] == [
        ["lv"],
        ["lv", "pl"],
        ["pl", "lv"],
        ["lv", "de"],
    ]


@pytest.mark.parametrize(
    "cut", [b"", b"\0\0", struct.pack(">I", 10) + b'{"a"', struct.pack(">I", 3) + b"\xff\xfe\xfd"]
)
def test_cut_frame(cut: bytes) -> None:
    """Whatever is left of a frame when the other side dies reads as its end."""
    assert worker.read_frame(io.BytesIO(cut)) is None


@pytest.mark.parametrize("text", ["Čau, Rīga!", "\ud800 half a pair", "nul \0", "x" * 100_000])
def test_frame_keeps_text(text: str) -> None:
    """Any string crosses the pipe unchanged."""
    stream = io.BytesIO()
    worker.write_frame(stream, {"text": text})
    stream.seek(0)
    frame: Any = worker.read_frame(stream)

    assert frame == {"text": text}
