"""The collect stage with its store: what is kept of entries and sources, and what one source's fault costs others."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline.collect import asking, stage
from pipeline.config import Config
from pipeline.models import Entry, Revision, Source
from pipeline.summary import SourceLine
from tests.builders import config
from tests.collect.servers import answer, serve
from tests.collect.test_pdf import newsletter

pytestmark = pytest.mark.usefixtures("store")


@dataclass
class Page:
    """What the server answers at a path; tests change it as they go."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)  # the headers of every request


@contextmanager
def site(pages: dict[str, Page]) -> Iterator[str]:
    """Serve the pages on loopback; gives the base address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages.get(self.path) or Page(status=404)
            page.asked.append({name.lower(): value for name, value in self.headers.items()})
            etag = page.headers.get("ETag")
            fresh = etag is not None and self.headers.get("If-None-Match") == etag
            self.send_response(304 if fresh else page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            body = b"" if fresh else page.body.encode()
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def item(
    number: int, *, title: str = "", date: str = "Mon, 16 Nov 2026 08:00:00 +0100", extra: str = ""
) -> str:
    dated = f"<pubDate>{date}</pubDate>" if date else ""
    return (
        f"<item><guid>id-{number}</guid><link>https://poznan.example/{number}</link>"
        f"<title>{title or f'Tytuł {number}'}</title>{dated}<description>Treść {number}.</description>{extra}</item>"
    )


def rss(*items: str, extra: str = "") -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{extra}{"".join(items)}</channel></rss>'


def sources(base: str, *paths: str, **changes: object) -> Config:
    rows = [
        {"key": path.strip("/"), "name": path, "language": "pl", "url": base + path, **changes}
        for path in paths
    ]
    return config(source=rows, fetch={"allow": ["127.0.0.1"], "timeout": 3})


def lines(settings: Config, *, only_due: bool = False) -> dict[str, SourceLine]:
    return {line.key: line for line in stage.run(settings, only_due=only_due)}


def test_new_entries_are_stored_once_with_their_text() -> None:
    """The first poll stores each entry and its revision; the second, on the same bytes, nothing."""
    pages = {"/poznan": Page(rss(item(1), item(2)))}
    with site(pages) as base:
        settings = sources(base, "/poznan")
        first, second = lines(settings)["poznan"], lines(settings)["poznan"]

    assert (first.new, second.new, second.note) == (2, 0, "same bytes as before")
    assert Entry.objects.count() == Revision.objects.count() == 2
    entry = Entry.objects.get(guid="id-1")
    assert entry.current is not None
    assert (entry.current.title, entry.current.content or entry.current.summary) == (
        "Tytuł 1",
        "<p>Treść 1.</p>",
    ) or (entry.current.summary == "Treść 1.")
    assert entry.published == datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
    assert entry.tag.startswith("news.example.org,")


def test_validators_are_sent_back_verbatim_and_304_costs_nothing() -> None:
    """What the server gave as ETag and Last-Modified comes back to it."""
    headers = {"ETag": 'W/"strange, one"', "Last-Modified": "Mon, 16 Nov 2026 08:00:00 GMT"}
    pages = {"/poznan": Page(rss(item(1)), headers=headers)}
    with site(pages) as base:
        settings = sources(base, "/poznan")
        lines(settings)
        second = lines(settings)["poznan"]

    assert second.note == "not modified"
    assert pages["/poznan"].asked[1]["if-none-match"] == 'W/"strange, one"'
    assert pages["/poznan"].asked[1]["if-modified-since"] == "Mon, 16 Nov 2026 08:00:00 GMT"


def test_a_server_that_always_says_304_is_asked_in_full_now_and_then() -> None:
    """After enough polls no validators are sent, so a wrong 304 cannot hide news for ever."""
    pages = {"/poznan": Page(rss(item(1)), headers={"ETag": '"same"'})}
    with site(pages) as base:
        settings = sources(base, "/poznan")
        lines(settings)
        pages["/poznan"].body = rss(item(1), item(2))
        Source.objects.update(polls_since_full=asking.FULL_EVERY)
        found = lines(settings)["poznan"]

    assert found.new == 1
    assert "if-none-match" not in pages["/poznan"].asked[1]


def test_a_changed_entry_becomes_a_revision_and_is_planned_anew() -> None:
    """The entry stays the same row with the same dates; its text is the new one."""
    pages = {"/poznan": Page(rss(item(1), item(2)))}
    with site(pages) as base:
        settings = sources(base, "/poznan")
        lines(settings)
        before = Entry.objects.get(guid="id-1")
        Entry.objects.update(planned=True, release_due=False)
        pages["/poznan"].body = rss(item(1, title="Poprawiony"), item(2))
        line = lines(settings)["poznan"]

    after = Entry.objects.get(guid="id-1")
    assert (line.new, line.changed, line.unchanged) == (0, 1, 1)
    assert after.current is not None
    assert (after.current.number, after.current.title, after.planned, after.release_due) == (
        2,
        "Poprawiony",
        False,
        True,
    )
    assert (after.public_id, after.published, after.first_seen) == (
        before.public_id,
        before.published,
        before.first_seen,
    )
    assert after.updated > before.updated


def test_one_source_fails_and_the_others_go_on() -> None:
    """The reason is on the line and on the source; the next poll comes later than usual, but comes."""
    pages = {
        "/poznan": Page(rss(item(1))),
        "/broken": Page("<html><p>Nothing here</p></html>"),
        "/gone": Page(status=500),
    }
    with site(pages) as base:
        found = lines(sources(base, "/poznan", "/broken", "/gone"))

    assert found["poznan"].new == 1
    assert "web page, not a feed" in (found["broken"].error or "")
    assert "500" in (found["gone"].error or "")
    gone = Source.objects.get(key="gone")
    assert (gone.error_code, gone.last_success) == ("http", None)
    assert gone.failures > 0
    assert gone.next_poll is not None
    assert gone.last_attempt is not None
    assert timedelta(minutes=30) < gone.next_poll - gone.last_attempt <= timedelta(hours=24)


def test_a_source_recovers() -> None:
    """A success clears the failure and its reason."""
    pages = {"/poznan": Page(status=500)}
    with site(pages) as base:
        settings = sources(base, "/poznan")
        lines(settings)
        pages["/poznan"] = Page(rss(item(1)))
        found = lines(settings)["poznan"]

    row = Source.objects.get()
    assert found.new == 1
    assert (row.failures, row.error, row.error_code) == (0, "", "")


def test_only_due_polls_what_is_due() -> None:
    """The daemon asks each source when its time has come; cron's line is its own schedule."""
    pages = {"/poznan": Page(rss(item(1)))}
    with site(pages) as base:
        settings = sources(base, "/poznan")
        lines(settings, only_due=True)
        second = lines(settings, only_due=True)["poznan"]
        third = lines(settings)["poznan"]

    assert second.note == "not due"
    assert third.note == "same bytes as before"
    assert len(pages["/poznan"].asked) == 2


def test_a_server_that_asks_us_to_wait_is_left_alone() -> None:
    """429 with Retry-After: not even cron's run asks again before."""
    pages = {"/poznan": Page(status=429, headers={"Retry-After": "600"})}
    with site(pages) as base:
        settings = sources(base, "/poznan")
        lines(settings)
        second = lines(settings)["poznan"]

    assert second.note == "its server asked us to wait"
    assert len(pages["/poznan"].asked) == 1


def test_a_permanent_redirect_is_taken_over_after_three_times() -> None:
    """One moved answer may be a mistake; three in a row are an address."""
    pages = {"/poznan": Page(status=301, headers={"Location": "/new"}), "/new": Page(rss(item(1)))}
    with site(pages) as base:
        settings = sources(base, "/poznan")
        for _ in range(4):
            lines(settings)

    assert len(pages["/poznan"].asked) == 3
    assert len(pages["/new"].asked) == 4


def test_dates_that_cannot_be_are_not_believed() -> None:
    """No date: the feed's own, else now; a date in the future would stand at the top for as long."""
    build = "<lastBuildDate>Fri, 13 Nov 2026 08:00:00 +0000</lastBuildDate>"
    pages = {
        "/poznan": Page(rss(item(1, date=""), item(2, date="Mon, 16 Nov 2099 08:00:00 +0000"), extra=build)),
        "/bare": Page(rss(item(3, date=""))),
    }
    before = datetime.now(UTC).replace(microsecond=0)
    with site(pages) as base:
        lines(sources(base, "/poznan", "/bare"))

    build_date = datetime(2026, 11, 13, 8, 0, tzinfo=UTC)
    found = dict(Entry.objects.values_list("guid", "published"))
    assert (found["id-1"], found["id-2"]) == (build_date, build_date - timedelta(seconds=1))
    assert before <= found["id-3"] <= datetime.now(UTC)


def test_hostile_html_and_control_characters_do_not_reach_the_store() -> None:
    """Scripts are gone, NUL and friends too, on both databases."""
    evil = "<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'><![CDATA[<p onclick='x()'>Da<script>alert(1)</script>ta <a href='javascript:x()'>l</a></p>]]></content:encoded>"
    pages = {"/poznan": Page(rss(item(1, title="A&#0;B\x0bC", extra=evil)))}
    with site(pages) as base:
        lines(sources(base, "/poznan"))

    revision = Revision.objects.get()
    assert "script" not in revision.content
    assert "onclick" not in revision.content
    assert "javascript" not in revision.content
    assert "\0" not in revision.title


def test_ids_are_the_same_in_every_store() -> None:
    """An entry's public id follows from its source and guid alone."""
    pages = {"/poznan": Page(rss(item(1)))}
    with site(pages) as base:
        lines(sources(base, "/poznan"))
        first = Entry.objects.get().public_id
        Entry.objects.update(current=None)
        Revision.objects.all().delete()
        Entry.objects.all().delete()
        Source.objects.all().delete()
        lines(sources(base, "/poznan"))

    assert Entry.objects.get().public_id == first
    assert len(first) == 16


def test_an_address_outside_the_allow_list_is_never_asked() -> None:
    """The guard refuses loopback unless the operator allowed it."""
    pages = {"/poznan": Page(rss(item(1)))}
    with site(pages) as base:
        settings = sources(base, "/poznan").model_copy(update={"fetch": config().fetch})
        line = lines(settings)["poznan"]

    assert line.error is not None
    assert pages["/poznan"].asked == []
    assert Source.objects.get().error_code == "forbidden"


def test_a_stop_ends_the_stage_without_a_fault() -> None:
    """What had not begun stays due."""
    stop = threading.Event()
    stop.set()
    pages = {"/poznan": Page(rss(item(1)))}
    with site(pages) as base:
        found = stage.run(sources(base, "/poznan"), stop=stop)

    assert [line.new for line in found] == [0]
    assert Entry.objects.count() == 0


def test_a_part_of_a_newsletter_is_withdrawn_by_itself() -> None:
    """The file is read anew and no longer holds it; the other parts stay, and nobody asks for anything."""
    lines_of = [
        [(9, "Nieuwsbrief | 17-11-2026"), (16, title), (11, f"Tekst van {title}.")]
        for title in ("Meer groen", "Bus rijdt vaker", "Nieuwe brug")
    ]
    routes = {"/n": answer(newsletter(*lines_of)), "/robots.txt": answer(status="404 Not Found")}
    with serve(routes) as server:
        settings = sources(server.url(""), "/n", reader="pdf", list={"split": "page"})
        lines(settings)
        routes["/n"] = answer(newsletter(lines_of[0], lines_of[2]))
        second = lines(settings)["n"]

    assert (second.withdrawn, second.new) == (1, 0)
    gone = Entry.objects.get(withdrawn_at__isnull=False)
    assert gone.guid.endswith("/n#bus-rijdt-vaker")
    assert [request.split(" ")[1] for request in server.requests].count("/n") == 2


def test_a_feed_that_only_restamps_itself_raises_no_alarm() -> None:
    """All its entries are held back as known: it is not empty, and no shorter than before."""
    pages = {"/poznan": Page(rss(item(1), item(2), extra="<lastBuildDate>a</lastBuildDate>"))}
    with site(pages) as base:
        settings = sources(base, "/poznan")
        lines(settings)
        pages["/poznan"].body = rss(item(1), item(2), extra="<lastBuildDate>b</lastBuildDate>")
        second = lines(settings)["poznan"]
        pages["/poznan"].body = rss(item(3), item(1), item(2))
        third = lines(settings)["poznan"]

    assert (second.unchanged, second.note) == (2, "")
    assert (third.new, third.unchanged, third.withdrawn, third.note) == (1, 2, 0, "")
    assert Source.objects.get().reading["coverage"]["entries"] == 3


def test_what_a_list_lost_is_found_beside_what_is_held_back() -> None:
    """An entry gone from between two that stand as they stood, and its page with it."""
    pages = {"/poznan": Page(), "/2": Page(status=404)}
    days = {number: f"{20 - number} Nov 2026 08:00:00 GMT" for number in (1, 2, 3)}
    with site(pages) as base:
        every = {
            number: item(number, date=day).replace("https://poznan.example", base)
            for number, day in days.items()
        }
        pages["/poznan"].body = rss(*every.values())
        settings = sources(base, "/poznan")
        lines(settings)
        pages["/poznan"].body = rss(every[1], every[3])
        second = lines(settings)["poznan"]

    assert (second.withdrawn, second.unchanged) == (1, 2)
    assert Entry.objects.get(withdrawn_at__isnull=False).guid == "id-2"
