"""The log: its two forms, its levels, and the ids that its lines carry."""

import json
import logging
from collections.abc import Iterator
from contextvars import copy_context
from datetime import UTC, datetime
from threading import Thread
from typing import Literal

import pytest
import structlog

from pipeline import logs
from pipeline.options.log import Log


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The log is of the whole process: the next test finds it as it was."""
    root, levels = logging.getLogger(), {name: logging.getLogger(name).level for name in ("", "pipeline")}
    yield
    structlog.reset_defaults()
    root.handlers = [each for each in root.handlers if not isinstance(each, logs._Handler)]
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_lines_of_a_run_carry_its_id_and_that_of_their_entry(capsys: pytest.CaptureFixture[str]) -> None:
    """Also from a thread that took its maker's context along; after the run they carry none."""
    logs.begin(Log(form="json"), stays=True)
    log = structlog.get_logger("collect")
    with logs.within(cycle="c1"):
        log.info("new", entry="e1", title="Atklāj tiltu")
        thread = Thread(target=copy_context().run, args=(log.info, "translated"))
        thread.start()
        thread.join()
    log.info("after")

    first, second, third = lines(capsys)
    assert (first["event"], first["cycle"], first["entry"], first["logger"]) == ("new", "c1", "e1", "collect")
    assert first["title"] == "Atklāj tiltu"
    assert second["cycle"] == "c1"
    assert "cycle" not in third


def test_lines_of_libraries_take_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    """A warning through Python's own logging is JSON too, with the id of the run."""
    logs.begin(Log(form="json"), stays=True)
    with logs.within(cycle="c1"):
        logging.getLogger("some.library").warning("went %s", "wrong")

    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["cycle"]) == ("went wrong", "warning", "c1")


def test_what_ends_by_itself_is_quiet_but_for_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    """So that cron mails nothing while all is well; a level that is named counts for both."""
    for options, stays in ((Log(), False), (Log(level="error"), True)):
        logs.begin(options, stays=stays)
        structlog.get_logger().info("left out")
        logging.getLogger("pipeline.some").info("left out")
    logs.begin(Log(form="human"), stays=False)
    structlog.get_logger("clock").warning("stood ahead", entries=3)

    said = capsys.readouterr().err
    assert "left out" not in said
    assert "stood ahead" in said
    assert "entries=3" in said
    assert "\x1b" not in said  # no colours where nobody watches


@pytest.mark.parametrize("form", ["json", "human"])
def test_words_of_strangers_give_no_orders_to_a_terminal(
    capsys: pytest.CaptureFixture[str], form: Literal["json", "human"]
) -> None:
    """Nor do they make one line look like two, in a line of ours, of a library, or in a traceback."""
    ill = "x\x1b]0;mine\x07\x9b2J\u202e\nforged"
    logs.begin(Log(form=form), stays=True)
    structlog.get_logger("collect").warning(ill, reason=ill)
    logging.getLogger("django.request").warning("Not Found: %s", ill)
    try:
        int(ill.partition("\n")[0])
    except ValueError:
        structlog.get_logger("collect").exception("a fault")

    said = capsys.readouterr().err
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(said)
    assert "\nforged" not in said.partition("a fault")[0]
    assert "mine" in said


def test_who_knocks_at_a_wrong_address_fills_no_log(capsys: pytest.CaptureFixture[str]) -> None:
    """Scanners do so all day; each knock would be an error with a traceback."""
    logs.begin(Log(), stays=True)
    logging.getLogger("django.security.DisallowedHost").error("Invalid HTTP_HOST header")

    assert not capsys.readouterr().err


@pytest.mark.parametrize("form", ["json", "human"])
def test_a_traceback_shows_no_variables(
    capsys: pytest.CaptureFixture[str], form: Literal["json", "human"]
) -> None:
    """They may be keys, passwords or cookies; logs are read and sent on by many."""
    logs.begin(Log(form=form), stays=True)

    def serve(cookie: str) -> None:
        raise ValueError(len(cookie))

    try:
        serve("desk_session=" + "secret"[::-1])
    except ValueError:
        structlog.get_logger("web").exception("a fault")
        logging.getLogger("waitress").exception("a fault of a library")

    said = capsys.readouterr().err
    assert said.count("ValueError: 19") == 2
    assert "terces" not in said


def test_ids_of_runs_sort_by_time() -> None:
    """And two of one second differ."""
    early, late = (logs.new_id(datetime(2026, 11, 30, hour, tzinfo=UTC)) for hour in (9, 10))

    assert early < late
    assert late != logs.new_id(datetime(2026, 11, 30, 10, tzinfo=UTC))
