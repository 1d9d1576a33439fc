"""The pool of the local engine: its memory, and what a bad text or a killed worker costs everybody else.

    ./do bench pool

Memory: 18 directions in one worker (the packaged English–Portuguese pair under 18 names), then the same with
room for four. Stall: the longest wait for a page of the built-in server while one token of 5,000 characters is
translated, in a worker process and, for comparison, in a thread of the server's own process.
"""

import argparse
import http.client
import os
import random
import signal
import statistics
import string
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
from fxtranslate import Translator

from benchmarks.claims import claim
from benchmarks.measure import table
from pipeline.errors import EngineError
from pipeline.records import Pair
from pipeline.translate.engines.child import Limits
from pipeline.translate.engines.pool import Pool
from pipeline.translate.engines.weights import ModelFiles, locate
from pipeline.web import Site
from pipeline.webserver import listening
from tests.running import free_port

_DIRECTIONS = 18
_WORDS = "The city council decided on Tuesday that the old tram depot will become a library with a garden."
_LONG = "".join(random.Random(1).choices(string.ascii_lowercase, k=5_000))


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="./do bench pool", description=__doc__.splitlines()[0])
    parser.parse_args(arguments)
    models = _models()
    memory, accidents, stalls = list(_memory(models)), list(_accidents(models[0])), list(_stalls(models[0]))
    table(("directions loaded", "worker, MB", "a direction, MB"), memory)
    print()
    table(("what happens meanwhile", "sentences right", "seconds", "against calm"), accidents)
    print()
    table(("where the long token is translated", "pages", "median, ms", "longest wait, ms"), stalls)
    claim(
        "a worker's memory with room for 4 of 18 directions",
        float(memory[1][1]) / float(memory[0][1]),
        0.4,
        peer="with all 18 loaded",
    )
    lost = sum(int(wanted) - int(right) for right, wanted in (row[1].split(" of ") for row in accidents))
    claim("sentences lost to another's bad text or a killed worker", lost, 0.0, peer="none")
    claim(
        "the longest wait for a page amid a bad text",
        float(stalls[1][3]) / float(stalls[2][3]),
        0.1,
        peer="the engine in a thread of the server",
    )


def _models() -> list[ModelFiles]:
    """One model under many names: the pool takes a model for its files and their stamp."""
    pairs = (Pair("en", "pt"), Pair("pt", "en"))
    found = [files for pair in pairs if (files := locate(Path("/nowhere"), pair))]
    return [replace(found[n % len(found)], stamp=f"copy {n}") for n in range(_DIRECTIONS)]


def _memory(models: Sequence[ModelFiles]) -> Iterator[tuple[str, str, str]]:
    for most in (_DIRECTIONS, 4):
        with closing(Pool(workers=1, limits=Limits(loaded=most))) as pool:
            sizes = []
            for model in models:
                pool.translate(model, [_WORDS])
                sizes.append(psutil.Process(pool.pids()[0]).memory_info().rss / 1e6)
        each = (sizes[-1] - sizes[0]) / (min(most, len(models)) - 1)
        yield f"{most} of {len(models)}", f"{sizes[-1]:.0f}", f"{each:.0f}"


def _accidents(model: ModelFiles) -> Iterator[tuple[str, str, str, str]]:
    texts = [f"{_WORDS} It has {number} shelves." for number in range(120)]
    with closing(Pool()) as pool:
        pool.translate(model, texts)  # the workers are there, the model is loaded
        calm, right = _timed(pool, model, texts, lambda: None)
        yield "nothing", f"{right} of {len(texts)}", f"{calm:.1f}", "1.00"
        for what, accident in (
            ("a worker is killed (-9)", lambda: os.kill(pool.pids()[0], signal.SIGKILL)),
            ("another caller sends 5,000 letters in one token", lambda: _bad(pool, model)),
        ):
            seconds, right = _timed(pool, model, texts, accident)
            yield what, f"{right} of {len(texts)}", f"{seconds:.1f}", f"{seconds / calm:.2f}"


def _timed(
    pool: Pool, model: ModelFiles, texts: Sequence[str], accident: Callable[[], None]
) -> tuple[float, int]:
    helper = threading.Timer(0.3, accident)
    started = time.perf_counter()
    helper.start()
    answers = pool.translate(model, texts)
    seconds = time.perf_counter() - started
    helper.join()
    return seconds, sum(isinstance(answer, str) and bool(answer) for answer in answers)


def _bad(pool: Pool, model: ModelFiles) -> None:
    """Ends as an error of this one text; whoever sent it is told."""
    assert isinstance(pool.translate(model, [_LONG])[0], EngineError), (
        "it was translated: this measures nothing"
    )


def _stalls(model: ModelFiles) -> Iterator[tuple[str, str, str, str]]:
    def nothing() -> None:
        time.sleep(2)

    def in_a_worker() -> None:
        with closing(Pool(workers=1)) as pool:
            _bad(pool, model)

    def in_a_thread() -> None:
        bytes_of = {name: Path(path).read_bytes() for name, path in model.paths().items()}
        translator = Translator(
            model=bytes_of["model"],
            src_vocab=bytes_of["source_vocab"],
            trg_vocab=bytes_of["target_vocab"],
            shortlist=bytes_of.get("shortlist"),
        )
        translator.translate(_LONG[:2_500])

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "index.html").write_text("<p>News</p>", encoding="utf-8")
        for what, work in (
            ("nowhere: the server alone", nothing),
            ("in the pool's worker", in_a_worker),
            ("in a thread of the server (2,500 characters)", in_a_thread),
        ):
            with _served(Path(folder)) as port:
                waits = _waits(port, work)
            yield what, str(len(waits)), f"{statistics.median(waits):.1f}", f"{max(waits):.0f}"


@contextmanager
def _served(folder: Path) -> Iterator[int]:
    port = free_port()
    server = listening(Site(folder), host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield port
    finally:
        server.close()


def _waits(port: int, work: Callable[[], None]) -> list[float]:
    """How long each page took, in milliseconds, while the work was done."""
    busy = threading.Thread(target=work)
    waits: list[float] = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    busy.start()
    while busy.is_alive():
        started = time.perf_counter()
        connection.request("GET", "/")
        connection.getresponse().read()
        waits.append((time.perf_counter() - started) * 1e3)
        time.sleep(0.005)
    return waits
