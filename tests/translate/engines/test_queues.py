"""The order in which batches are taken."""

from pipeline.translate.engines.queues import Queues


def drained(queues: Queues[str], loaded: tuple[str, ...] = (), now: float = 0.0) -> list[str]:
    taken = []
    while (batch := queues.take(loaded, now)) is not None:
        taken.append(batch)
    return taken


def test_first_in_first_out() -> None:
    """Within one caller's work the order stays."""
    queues: Queues[str] = Queues()
    queues.put("en-lv", ["a", "b", "c"], 0)

    assert drained(queues) == ["a", "b", "c"]
    assert len(queues) == 0


def test_callers_take_turns() -> None:
    """A small call is not behind a large one of the same direction."""
    queues: Queues[str] = Queues()
    queues.put("en-lv", ["a1", "a2", "a3"], 0)
    queues.put("en-lv", ["b1"], 1)

    assert drained(queues, now=2) == ["a1", "b1", "a2", "a3"]


def test_loaded_direction_first() -> None:
    """A worker goes on with what it has in memory though another waited a little longer."""
    queues: Queues[str] = Queues()
    queues.put("en-lv", ["lv"], 0)
    queues.put("en-pl", ["pl"], 1)

    assert queues.take(("en-pl",), 1) == "pl"


def test_patience_ends() -> None:
    """A direction that waited two seconds longer than the loaded one is taken."""
    queues: Queues[str] = Queues()
    queues.put("en-lv", ["lv"], 0)
    queues.put("en-pl", ["pl"], 2.5)

    assert queues.take(("en-pl",), 2.5) == "lv"


def test_no_direction_starves() -> None:
    """Under endless work of a loaded direction the other still gets its turns."""
    queues: Queues[str] = Queues()
    queues.put("en-pl", [f"pl{n}" for n in range(100)], 0)
    queues.put("en-lv", ["lv1", "lv2"], 0)
    taken = [queues.take(("en-pl",), now) for now in range(10)]

    assert [taken.index("lv1"), taken.index("lv2")] == [4, 8]


def test_put_first() -> None:
    """Work that lost its worker goes before what waits."""
    queues: Queues[str] = Queues()
    queues.put("en-lv", ["a"], 0)
    queues.put_first("en-lv", ["again"], 1)

    assert drained(queues) == ["again", "a"]


def test_clear_gives_all_back() -> None:
    """What is left when the pool closes can be answered for."""
    queues: Queues[str] = Queues()
    queues.put("en-lv", ["a", "b"], 0)
    queues.put("en-pl", ["c"], 0)

    assert sorted(queues.clear()) == ["a", "b", "c"]
    assert queues.take((), 0) is None
