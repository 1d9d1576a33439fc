"""The pool with real worker processes around a stand-in engine that misbehaves on command."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from pipeline.errors import EngineError, EngineUnavailableError
from pipeline.translate.engines import child
from pipeline.translate.engines.child import Limits
from pipeline.translate.engines.pool import Pool
from pipeline.translate.engines.weights import ModelFiles
from tests.translate.engines import fake_engine

MakePool = Callable[..., Pool]


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelFiles:
    fake_engine.install(tmp_path)
    monkeypatch.setattr(child, "_engine_folder", lambda: str(tmp_path))
    return fake_engine.model(tmp_path, "lv")


@pytest.fixture
def make() -> Iterator[MakePool]:
    pools: list[Pool] = []

    def make(
        *, workers: int = 2, batch: int = 16, idle_seconds: float = 600, limits: Limits | None = None
    ) -> Pool:
        pools.append(Pool(workers=workers, batch=batch, idle_seconds=idle_seconds, limits=limits))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


def eventually(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def codes(answers: list[str | EngineError]) -> list[str]:
    return [answer.code if isinstance(answer, EngineError) else "ok" for answer in answers]


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_answers_in_order(make: MakePool, model: ModelFiles) -> None:
    """Each text gets its own answer, whatever order the work was done in."""
    texts = [f"text {'x' * (n % 37)} {n}" for n in range(200)]

    assert make().translate(model, texts) == [f"lv: {text}" for text in texts]


def test_no_texts_no_worker(make: MakePool, model: ModelFiles) -> None:
    """Nothing is started before there is work, and only as much as the work needs."""
    pool = make(workers=4)
    pool.translate(model, [])
    before = pool.pids()
    pool.translate(model, ["one"])

    assert before == []
    assert len(pool.pids()) == 1


def test_one_call_keeps_all_workers_busy(make: MakePool, model: ModelFiles) -> None:
    """A single caller's few texts are spread over every worker."""
    pool = make(workers=4)
    started = time.monotonic()
    pool.translate(model, ["sleep 0.4"] * 8)

    assert len(pool.pids()) == 4
    assert time.monotonic() - started < 2.4  # one after another: 3.2


def test_many_callers(make: MakePool, tmp_path: Path, model: ModelFiles) -> None:
    """Threads that call at once, in several directions, never get one another's answers."""
    models = [model, fake_engine.model(tmp_path, "pl"), fake_engine.model(tmp_path, "de")]
    pool = make(batch=3, limits=Limits(loaded=2))

    def call(number: int) -> bool:
        own = models[number % 3]
        texts = [f"{number} {n}" for n in range(20)]
        return pool.translate(own, texts) == [f"{own.model.name[6:]}: {text}" for text in texts]

    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(call, range(48)))


def test_small_call_overtakes_large_one(make: MakePool, model: ModelFiles) -> None:
    """An editor's sentence does not wait for a night's backlog."""
    pool = make(workers=1, batch=2)
    backlog = threading.Thread(target=pool.translate, args=(model, ["sleep 0.1"] * 20))
    backlog.start()
    time.sleep(0.3)
    started = time.monotonic()
    pool.translate(model, ["short"])
    waited = time.monotonic() - started
    backlog_was_alive = backlog.is_alive()
    backlog.join()

    assert backlog_was_alive
    assert waited < 1.5


def test_poison_fails_alone(make: MakePool, model: ModelFiles) -> None:
    """A text that kills its worker is an error; the others of its batch are translated."""
    texts = [*(f"before {n}" for n in range(10)), "abort", *(f"after {n}" for n in range(10))]
    answers = make().translate(model, texts)

    assert codes(answers) == ["ok"] * 10 + ["crash"] + ["ok"] * 10
    assert "SIGABRT: the engine panicked" in str(answers[10])


def test_killed_worker_costs_nothing(make: MakePool, model: ModelFiles) -> None:
    """A worker killed from outside in the middle of a batch fails no text of anybody."""
    pool = make()
    with ThreadPoolExecutor(4) as threads:
        calls = [threads.submit(pool.translate, model, ["sleep 0.03"] * 20) for _ in range(4)]
        for _ in range(3):
            assert eventually(lambda: bool(pool.pids()))
            time.sleep(0.15)
            for pid in pool.pids()[:1]:
                os.kill(pid, signal.SIGKILL)
        answers = [call.result() for call in calls]

    assert answers == [["lv: sleep 0.03"] * 20] * 4


def test_crash_by_chance_is_tried_again(make: MakePool, model: ModelFiles, tmp_path: Path) -> None:
    """A text is blamed only when it ends a second worker too."""
    text = f"once {tmp_path / 'met'}"

    assert make().translate(model, [text, "other"]) == [f"lv: {text}", "lv: other"]


def test_runaway_is_stopped_once(make: MakePool, model: ModelFiles) -> None:
    """A text that uses up its CPU time fails with `timeout`, without a second try; the others are translated."""
    pool = make(workers=1, limits=Limits(seconds=0.5, seconds_per_character=0))
    started = time.monotonic()
    answers = pool.translate(model, ["burn", "one", "two"])
    took = time.monotonic() - started

    assert codes(answers) == ["timeout", "ok", "ok"]
    assert 0.5 < took < 5


def test_busy_machine_is_no_runaway(make: MakePool, model: ModelFiles) -> None:
    """A text that waits longer than its deadline without using the CPU is left to finish."""
    pool = make(limits=Limits(seconds=0.2, seconds_per_character=0))

    assert pool.translate(model, ["sleep 0.6"]) == ["lv: sleep 0.6"]


def test_hang_is_stopped_by_the_clock(make: MakePool, model: ModelFiles) -> None:
    """A worker that hangs without using the CPU is killed in the end; the others of its batch are translated."""
    pool = make(workers=1, limits=Limits(seconds=0.01, seconds_per_character=0, patience=0.7))
    answers = pool.translate(model, ["sleep 600", "one", "two"])

    assert codes(answers) == ["timeout", "ok", "ok"]


def test_refused_text(make: MakePool, model: ModelFiles) -> None:
    """A text the engine refuses is an error of that text."""
    assert codes(make().translate(model, ["refuse this", "one"])) == ["refused", "ok"]


def test_noise_on_standard_output(make: MakePool, model: ModelFiles) -> None:
    """What a library prints does not get among the answers, and it finds nothing to read."""
    assert make().translate(model, ["print", "one"]) == ["lv: print''", "lv: one"]


def test_broken_model(make: MakePool, model: ModelFiles, tmp_path: Path) -> None:
    """Unusable weights fail the whole call with their reason; other directions go on with the same worker."""
    pool = make(workers=1)
    pool.translate(model, ["one"])
    pids = pool.pids()
    with pytest.raises(EngineUnavailableError, match="weights of en-xx cannot be used: not a model"):
        pool.translate(fake_engine.model(tmp_path, "broken"), ["one"] * 50)

    assert pool.translate(model, ["two"]) == ["lv: two"]
    assert pool.pids() == pids


def test_model_that_kills(make: MakePool, model: ModelFiles, tmp_path: Path) -> None:
    """Weights that end every worker fail their call, not the texts, and nobody else's."""
    pool = make()
    with pytest.raises(EngineUnavailableError, match=r"no worker could be started for en-xx.*SIGABRT"):
        pool.translate(fake_engine.model(tmp_path, "deadly"), ["one"] * 50)

    assert pool.translate(model, ["two"]) == ["lv: two"]


def test_engine_that_cannot_be_imported(make: MakePool, model: ModelFiles, tmp_path: Path) -> None:
    """A missing or unfit engine is told in the worker's own words."""
    (tmp_path / "fxtranslate.py").write_text("raise ImportError('wrong processor')", encoding="utf-8")

    with pytest.raises(EngineUnavailableError, match="wrong processor"):
        make().translate(model, ["one"])


def test_no_interpreter(make: MakePool, model: ModelFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no process can be started the call fails; it does not hang."""
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")

    with pytest.raises(EngineUnavailableError, match="no worker process"):
        make().translate(model, ["one"])


@pytest.mark.parametrize("limits", [Limits(texts=10), Limits(rss=1)])
def test_spent_worker_is_replaced(make: MakePool, model: ModelFiles, limits: Limits) -> None:
    """After its number of texts, or when grown too large, a worker makes room for a fresh one."""
    pool = make(workers=1, limits=limits)
    answers = [answer for _ in range(3) for answer in pool.translate(model, ["pid"] * 12)]

    assert all(isinstance(answer, str) for answer in answers)
    assert len(set(answers)) >= 3


def test_idle_worker_ends(make: MakePool, model: ModelFiles) -> None:
    """Memory is given back when there is nothing to do; the next call starts anew."""
    pool = make(idle_seconds=0.2)
    pool.translate(model, ["one"])

    assert eventually(lambda: pool.pids() == [])
    assert pool.translate(model, ["two"]) == ["lv: two"]


def test_changed_weights_are_loaded(make: MakePool, model: ModelFiles, tmp_path: Path) -> None:
    """New files in the same place are another model, also for a worker that has the old one."""
    pool = make(workers=1)
    pool.translate(model, ["one"])
    model.model.write_text("new", encoding="utf-8")
    changed = ModelFiles(
        pair=model.pair, model=model.model, source_vocab=model.model, target_vocab=model.model, stamp="2"
    )

    assert pool.translate(changed, ["one"]) == ["new: one"]


def test_close_ends_everything(make: MakePool, model: ModelFiles) -> None:
    """Closing kills the workers at once; a call under way and later ones fail as unavailable."""
    pool = make()
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(pool.translate, model, ["sleep 30"] * 10)
        assert eventually(lambda: len(pool.pids()) == 2)
        pids = pool.pids()
        pool.close()

        with pytest.raises(EngineUnavailableError):
            call.result(5)
    with pytest.raises(EngineUnavailableError, match="closed"):
        pool.translate(model, ["one"])

    assert not any(alive(pid) for pid in pids)


def test_interrupted_caller(make: MakePool, model: ModelFiles) -> None:
    """Ctrl-C ends the caller's wait, drops its work and leaves the pool in order."""
    pool = make(workers=1, batch=1)
    pool.translate(model, ["one"])
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        pool.translate(model, ["sleep 0.5"] * 60)
    answers = pool.translate(model, ["two"])
    signal.signal(signal.SIGALRM, signal.SIG_DFL)

    assert answers == ["lv: two"]
    assert time.monotonic() - started < 5


def test_signals_to_the_group_are_the_parents(make: MakePool, model: ModelFiles) -> None:
    """Ctrl-C and a service manager's stop reach the workers too; they finish what the parent lets finish."""
    pool = make(workers=1)
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(pool.translate, model, ["sleep 0.5"])
        assert eventually(lambda: bool(pool.pids()))
        pids = pool.pids()
        for each in (signal.SIGINT, signal.SIGTERM):
            os.kill(pids[0], each)

        assert call.result(10) == ["lv: sleep 0.5"]
    assert pool.pids() == pids


PARENT = """
import sys, threading
from pathlib import Path
from pipeline.translate.engines import child
from pipeline.translate.engines.pool import Pool
from tests.translate.engines import fake_engine

folder = Path(sys.argv[1])
child._engine_folder = lambda: str(folder)
pool = Pool(workers=2)
model = fake_engine.model(folder, "lv")
pool.translate(model, ["sleep 0.2"] * 8)
threading.Thread(target=pool.translate, args=(model, [sys.argv[2]] * 8), daemon=True).start()
print(*pool.pids(), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("work", ["one", "sleep 600"], ids=["idle", "busy"])
def test_workers_die_with_their_parent(model: ModelFiles, tmp_path: Path, work: str) -> None:
    """Kill -9 of the program leaves no worker behind, whether it waited or worked."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), work],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        started = all(alive(pid) for pid in pids)
        parent.kill()

    assert len(pids) == 2
    assert started
    assert eventually(lambda: not any(alive(pid) for pid in pids), 2)


def test_worker_imports_nothing_of_ours(make: MakePool, model: ModelFiles) -> None:
    """A worker is small and starts fast: neither Django nor the pipeline is loaded, nor the main program again."""
    pool = make(workers=1)
    pool.translate(model, ["one"])
    process = psutil.Process(pool.pids()[0])

    assert process.memory_info().rss < 25_000_000
    assert process.nice() == 5 + psutil.Process().nice()
