"""The pictures of entries over real HTTP: fetched once, tried again, given up, and never in a text's way."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from PIL import Image

from pipeline.collect import pictures, stage
from pipeline.collect.scaler import Scaler
from pipeline.collect.scaling import scaled
from pipeline.config import Config
from pipeline.models import Entry, Picture, PictureState, Release
from pipeline.summary import SourceLine
from tests.builders import config, translation
from tests.collect.servers import Behaviour, LoopbackServer, answer, redirect, serve
from tests.collect.test_scaler import many_passes

pytestmark = pytest.mark.usefixtures("store")


def photo(kind: str = "JPEG", size: tuple[int, int] = (1200, 800)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (20, 120, 60)).save(file, kind)
    return file.getvalue()


@dataclass
class City:
    """A feed and pictures; tests change them as they go."""

    server: LoopbackServer
    feed: list[str] = field(default_factory=list)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)

    def item(self, number: int, *pictures: str, image: str = "") -> None:
        shown = "".join(f'&lt;p&gt;Tekst {number}.&lt;/p&gt;&lt;img src="{each}"&gt;' for each in pictures)
        lead = f'<enclosure url="{image}" type="image/jpeg" length="1"/>' if image else ""
        self.feed.append(
            f"<item><guid>id-{number}</guid><link>{self.server.url(f'/{number}')}</link><title>Tytuł {number}</title><pubDate>Mon, 16 Nov 2026 08:00:00 +0100</pubDate>"
            f"<description>{shown or 'Tekst'}</description>{lead}</item>"
        )

    def asked(self, path: str) -> int:
        return sum(request.startswith(f"GET {path} ") for request in self.server.requests)

    def settings(self, threads: int = 4, **changes: Any) -> Config:
        rows = [{"key": "poznan", "name": "Poznań", "language": "pl", "url": self.server.url("/feed")}]
        fetch = {"allow": ["127.0.0.1"], "timeout": 3, "robots": False, "threads": threads}
        return config(source=rows, fetch=fetch, **changes)


class _Routes(dict[str, Behaviour]):
    """What the city has at the moment it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.site: City | None = None

    def __missing__(self, path: str) -> Behaviour:
        assert self.site is not None
        if path == "/feed":
            items = "".join(self.site.feed)
            body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'
            return answer(body.encode(), headers={"Content-Type": "application/rss+xml"})
        if path in self.site.moved:
            return redirect(self.site.moved[path])
        status, file = self.site.files.get(path, ("404 Not Found", b""))
        return answer(file, status=status)


@contextmanager
def city() -> Iterator[City]:
    routes = _Routes()
    with serve(routes) as server:
        routes.site = City(server)
        yield routes.site


def collect(settings: Config, *, only_due: bool = False) -> SourceLine:
    (line,) = stage.run(settings, only_due=only_due)
    return line


def test_a_shown_picture_is_copied_with_its_entry() -> None:
    """The entry's own and those in its text; what another entry shows too is asked for once."""
    with city() as site:
        site.files |= {"/a.jpg": ("200 OK", photo()), "/b.png": ("200 OK", photo("PNG", (300, 300)))}
        site.item(1, site.server.url("/b.png"), image=site.server.url("/a.jpg"))
        site.item(2, site.server.url("/b.png"))
        first, second = collect(site.settings()), collect(site.settings())

    assert (first.new, first.pictures, first.note) == (2, 2, "")
    assert second.pictures == 0
    assert site.asked("/a.jpg") == site.asked("/b.png") == 1
    rows = {row.url.rpartition("/")[2]: row for row in Picture.objects.all()}
    assert {row.state for row in rows.values()} == {PictureState.COPIED}
    assert (rows["a.jpg"].width, rows["a.jpg"].height) == (960, 640)
    assert Picture.objects.body(rows["b.png"].digest)[8:12] == b"WEBP"
    assert {entry.guid for entry in rows["b.png"].entries.all()} == {"id-1", "id-2"}


@pytest.mark.parametrize("way", ["link", "show"])
def test_no_picture_is_asked_for_where_pages_show_no_copies(way: str) -> None:
    """By the configuration."""
    with city() as site:
        site.files["/a.jpg"] = "200 OK", photo()
        site.item(1, site.server.url("/a.jpg"))
        collect(site.settings(publish={"pictures": way}))

    assert site.asked("/a.jpg") == Picture.objects.count() == 0


def test_a_picture_that_comes_late_is_tried_again_and_changes_its_pages() -> None:
    """The text did not wait for it; what is public is written anew once the copy is there."""
    with city() as site:
        site.files["/a.jpg"] = "503 Service Unavailable", b""
        site.item(1, site.server.url("/a.jpg"))
        line = collect(site.settings())
        entry = Entry.objects.get()
        translation(entry)
        assert entry.current is not None
        Release.objects.create(
            entry=entry, source_id="poznan", language="pl", public_id=entry.public_id, text_language="pl",
            label="original", revision=entry.current, published=entry.published, updated=entry.updated, dirty=False,
        )  # fmt: skip
        soon = collect(site.settings())
        site.files["/a.jpg"] = "200 OK", photo()
        Picture.objects.update(due_at=datetime.now(UTC))
        late = collect(site.settings())
    Picture.objects.mark_pages()

    assert (line.new, line.pictures_failed, line.note) == (1, 1, "1 picture could not be copied")
    assert (soon.pictures, soon.pictures_failed) == (0, 0)  # not before its time
    assert late.pictures == 1
    assert Release.objects.get().dirty


def test_after_some_tries_it_is_given_up() -> None:
    """Each try is later than the one before, at most a day."""
    with city() as site:
        site.files["/a.jpg"] = "200 OK", b"<html>not found</html>"
        site.item(1, site.server.url("/a.jpg"))
        waits = []
        for _ in range(7):
            collect(site.settings())
            row = Picture.objects.get()
            waits.append(row.due_at - datetime.now(UTC))
            Picture.objects.update(due_at=datetime.now(UTC))

    assert site.asked("/a.jpg") == 5
    assert row.state == PictureState.FAILED
    assert "no picture of a kind" in row.note
    assert waits[0] < timedelta(hours=2) < waits[2] <= timedelta(days=1)


def test_what_is_gone_or_forbidden_is_given_up_at_once() -> None:
    """404 asks for no second try; an address inside the own network is never asked."""
    with city() as site:
        site.item(1, site.server.url("/gone.jpg"), "http://127.0.0.2:9/secret.png", "http://[::1]/x.gif")
        collect(site.settings())

    assert site.asked("/gone.jpg") == 1
    assert {row.state for row in Picture.objects.all()} == {PictureState.FAILED}
    assert Picture.objects.count() == 3


def test_no_redirect_leads_to_what_may_not_be_asked_for() -> None:
    """Inside the own network, into files, or into the address itself: given up at once, nothing sent."""
    with city() as site, serve({}, host="127.0.0.2") as forbidden:
        targets = (
            forbidden.url("/x.png"),
            f"//127.0.0.2:{forbidden.port}/x.png",
            f"http://[::ffff:127.0.0.2]:{forbidden.port}/x.png",
            f"http://0x7f000002:{forbidden.port}/x.png",
            "file:///etc/hostname",
            "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        )
        site.moved |= {f"/{number}.png": target for number, target in enumerate(targets)}
        site.item(1, *(site.server.url(path) for path in site.moved))
        line = collect(site.settings())

    assert line.pictures_failed == len(targets)
    assert set(Picture.objects.values_list("state", flat=True)) == {PictureState.FAILED}
    assert forbidden.connections == 0


def test_what_a_correction_dropped_is_not_asked_for_any_more() -> None:
    """Though it was still waited for."""
    with city() as site:
        site.files["/a.jpg"] = "503 Service Unavailable", b""
        site.item(1, site.server.url("/a.jpg"))
        collect(site.settings())
        row = Picture.objects.get()
        Picture.objects.unlink((entry.pk, row.pk) for entry in Entry.objects.all())
        Picture.objects.update(due_at=datetime.now(UTC))
        collect(site.settings())

    assert site.asked("/a.jpg") == 1


def test_workers_note_pictures_in_one_order() -> None:
    """Two that meet the same new ones wait for each other in turn, and never both."""
    with city() as site:
        site.item(1, *(site.server.url(f"/{number}.jpg") for number in range(12)))
        collect(site.settings())

    hashes = list(Picture.objects.order_by("id").values_list("url_hash", flat=True))
    assert hashes == sorted(hashes)


def test_a_dot_that_counts_readers_is_known_as_such() -> None:
    """It is asked for once, by us and not by readers, and never shown."""
    with city() as site:
        site.files["/dot.gif"] = "200 OK", photo("GIF", (1, 1))
        site.item(1, site.server.url("/dot.gif"))
        collect(site.settings())

    assert Picture.objects.get().state == PictureState.NOTHING


def test_a_host_that_fails_is_left_alone_for_the_run() -> None:
    """And a bounded number is asked for in one run, the newest first."""
    with city() as site:
        site.files |= {f"/{number}.jpg": ("200 OK", photo(size=(40, 40))) for number in range(30)}
        for number in range(30):
            site.item(number, site.server.url(f"/{number}.jpg"))
        first = collect(site.settings())
        rest = collect(site.settings())
        dead = "http://127.0.0.1:9/"
        site.feed.clear()
        for number in range(50, 55):
            site.item(number, f"{dead}{number}.jpg")
        last = collect(site.settings(threads=1))

    assert (first.pictures, rest.pictures) == (pictures.PER_SOURCE, 30 - pictures.PER_SOURCE)
    assert last.pictures_failed == 1
    assert Picture.objects.filter(state=PictureState.WAITING).count() == 5


def test_an_entry_wants_a_bounded_number() -> None:
    """A gallery of hundreds is linked."""
    with city() as site:
        site.item(1, *(site.server.url(f"/{number}.jpg") for number in range(40)))
        collect(site.settings())

    assert Picture.objects.count() == 12


def test_a_picture_that_would_take_hours_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once and for good; the source's others wait for the next run, in which they are copied."""
    monkeypatch.setattr(pictures, "Scaler", partial(Scaler, seconds=0.5))
    with city() as site:
        site.files |= {"/a.jpg": ("200 OK", photo()), "/slow.jpg": ("200 OK", many_passes(10_000))}
        site.item(1, site.server.url("/a.jpg"), image=site.server.url("/slow.jpg"))
        first = collect(site.settings(threads=1))
        second = collect(site.settings(threads=1))

    assert (first.pictures + second.pictures, first.pictures_failed, second.pictures_failed) == (1, 1, 0)
    assert site.asked("/slow.jpg") == 1
    row = Picture.objects.get(state=PictureState.FAILED)
    assert "too long" in row.note


def test_a_copy_is_made_of_what_came() -> None:
    """The stored file is the small one."""
    with city() as site:
        body = photo(size=(2000, 1000))
        site.files["/a.jpg"] = "200 OK", body
        site.item(1, site.server.url("/a.jpg"))
        collect(site.settings())

    copy = scaled(body)
    assert copy is not None
    row = Picture.objects.get()
    assert (row.digest, bytes(row.body or b"")) == (copy.digest, copy.body)
