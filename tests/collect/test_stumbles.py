"""A fault of the program in one source's answer: told, logged, and no harm to the others."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from pipeline.collect import gather, stage
from pipeline.collect.readers import READERS, article
from pipeline.collect.stumbles import contained
from pipeline.errors import ReadError
from pipeline.models import Source
from tests.builders import config
from tests.collect.servers import answer, serve

FEED = b"<rss><channel><item><guid>%s</guid><title>T</title><link>%s</link><description>Teksts.</description></item></channel></rss>"


def stumble(*_args: object, **_kwargs: object) -> Any:
    raise ValueError("empty separator")


@pytest.mark.usefixtures("sqlite_store")
def test_one_source_stumbles_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason stands on the source; its poll comes again, later and later."""
    readers: dict[str, Any] = {**READERS, "jsonfeed": stumble}
    monkeypatch.setattr(gather, "READERS", readers)
    with serve({"/a": answer(FEED % (b"a", b"")), "/b": answer(b"{}")}) as server, capture_logs() as logs:
        rows = [
            {"key": "odd", "name": "Odd", "language": "lv", "url": server.url("/b"), "reader": "jsonfeed"},
            {"key": "good", "name": "Good", "language": "lv", "url": server.url("/a")},
        ]
        lines = stage.run(config(source=rows, fetch={"allow": ["127.0.0.1"], "robots": False}))

    row = Source.objects.get(key="odd")
    assert [(line.key, line.new) for line in lines] == [("odd", 0), ("good", 1)]
    assert "please report it" in (lines[0].error or "")
    assert (row.error_code, row.failures) == ("read", 1.0)
    assert [log["event"] for log in logs if log.get("exc_info")] == ["a fault of this program"]


@pytest.mark.usefixtures("sqlite_store")
def test_one_page_stumbles_and_the_others_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried again as a page that was not there would be."""
    monkeypatch.setattr(article, "read", stumble)
    routes = {"/n": answer(b"<p>Teksts.</p>")}
    with serve(routes) as site:
        routes["/a"] = answer(FEED % (b"a", site.url("/n").encode()))
        rows = [{"key": "a", "name": "A", "language": "lv", "url": site.url("/a"), "article": {}}]
        line = stage.run(config(source=rows, fetch={"allow": ["127.0.0.1"], "robots": False}))[0]

    assert line.error is None
    assert "please report it" in line.note


def test_what_is_no_fault_of_reading_stops_the_run() -> None:
    """A full disk or an end of memory is everybody's, and expected errors keep their words."""
    with pytest.raises(OSError, match="disk"), contained("x"):
        raise OSError("disk full")
    with pytest.raises(ReadError, match="no feed"), contained("x"):
        raise ReadError("no feed")
