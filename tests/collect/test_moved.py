"""Entries over many polls: moved, published anew, withdrawn, returned, flickering; through stage and store."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.collect.decide import FLICKER_LIMIT
from pipeline.collect.visited import Visited, restore
from pipeline.config import Config
from pipeline.models import Alias, Entry, Revision, text_hash
from pipeline.summary import SourceLine
from tests.collect.test_stage import Page, lines, rss, site, sources

pytestmark = pytest.mark.usefixtures("store")

WORDS = "Od soboty tramwaje jadą do mostu co dziesięć minut. Pierwsze przejazdy są za darmo dla wszystkich mieszkańców."


def item(guid: str, url: str, *, title: str = "", text: str = WORDS, day: int = 16) -> str:
    return (
        f"<item><guid isPermaLink='false'>{guid}</guid><link>{url}</link><title>{title or f'Tytuł {guid}'}</title>"
        f"<pubDate>{datetime(2026, 11, day, 8, tzinfo=UTC):%a, %d %b %Y %H:%M:%S} +0100</pubDate>"
        f"<description>{text}</description></item>"
    )


def place(number: object) -> str:
    return f"https://poznan.example/{number}"


def polled(*answers: str) -> list[SourceLine]:
    """The lines of one poll after another of one source."""
    page = Page()
    with site({"/poznan": page}) as base:
        settings = sources(base, "/poznan")
        return [poll(settings, page, body) for body in answers]


def poll(settings: Config, page: Page, body: str) -> SourceLine:
    page.body = body
    return lines(settings)["poznan"]


@pytest.mark.parametrize(
    ("after", "changed"),
    [
        (item("b", place(1), title="Tramwaj"), 0),  # another guid
        (item("a", place(2), title="Tramwaj"), 1),  # another address
        (item("b", place(2), title="Tramwaj"), 1),  # both
        (item("b", place(2), title="Tramwaj", day=18), 1),  # published anew after two days
        (item("b", place(2), title="Tramwaj", text=WORDS + " Zapraszamy!"), 1),  # and corrected
    ],
)
def test_a_moved_entry_keeps_its_row(after: str, changed: int) -> None:
    """Public id, first sight and date stay; nothing is new, in this poll and the next."""
    first = polled(rss(item("a", place(1), title="Tramwaj")))
    before = Entry.objects.values_list("public_id", "first_seen", "published").get()
    moved, again = polled(rss(after), rss(after, extra="<ttl>60</ttl>"))

    assert [first[0].new, moved.new, moved.changed, again.new, again.changed] == [1, 0, changed, 0, 0]
    assert Entry.objects.values_list("public_id", "first_seen", "published").get() == before


def test_a_new_address_is_a_revision_but_no_news() -> None:
    """The link follows; `updated` does not move, as nothing changed for a reader."""
    polled(rss(item("a", place(1))))
    before = Entry.objects.get().updated
    polled(rss(item("a", place(2))))
    entry = Entry.objects.get()

    assert (entry.url, entry.updated, entry.planned, entry.release_due) == (place(2), before, False, True)
    assert Revision.objects.count() == 2


def test_two_stories_with_like_titles_stay_two() -> None:
    """Beside one another and one after the other."""
    monday, tuesday = (
        item(str(day), place(day), title=f"Sesja rady {day} listopada", day=day) for day in (16, 17)
    )
    found = polled(rss(monday), rss(tuesday))

    assert [line.new for line in found] == [1, 1]
    assert Alias.objects.count() == 0


def test_what_stands_beside_its_old_self_is_another_entry() -> None:
    """If the old guid comes back beside the new one, they are two after all, and stay so."""
    old, new = item("a", place(1), title="Tramwaj"), item("b", place(2), title="Tramwaj")
    found = polled(rss(old), rss(new), rss(new, old), rss(old, new), rss(new))

    assert [line.new for line in found] == [1, 0, 1, 0, 0]
    assert Entry.objects.count() == 2
    assert Entry.objects.get(guid="b").url == place(2)


def test_the_pages_of_one_file_stay_apart() -> None:
    """Entries that share an address but for the page are told by their guids alone."""
    parts = [
        item(f"part-{page}", f"https://poznan.example/paper.pdf#page={page}", title="Miasto")
        for page in (1, 2)
    ]
    found = polled(rss(parts[0]), rss(*parts))

    assert [line.new for line in found] == [1, 1]


def test_a_flickering_entry_is_left_alone_for_a_day() -> None:
    """Text that differs at every poll makes a bounded number of revisions; `first_seen` never moves."""
    answers = [rss(item("a", place(1), text=f"{WORDS} {number}")) for number in range(FLICKER_LIMIT + 6)]
    found = polled(*answers)
    entry = Entry.objects.get()

    assert Revision.objects.count() == 1 + FLICKER_LIMIT
    assert sum(line.changed for line in found) == FLICKER_LIMIT
    assert "left as they are for a day" in found[-1].note
    assert entry.first_seen < Revision.objects.earliest("number").seen_at + timedelta(seconds=1)

    Revision.objects.update(seen_at=entry.first_seen - timedelta(days=2))
    assert polled(rss(item("a", place(1), text=f"{WORDS} teraz")))[0].changed == 1
    assert Entry.objects.get().first_seen == entry.first_seen


def test_a_source_that_makes_up_guids_fills_no_table() -> None:
    """Every poll another guid: one entry, and a bounded number of aliases."""
    found = polled(*(rss(item(f"id-{number}", place(1), title="Tramwaj")) for number in range(15)))

    assert sum(line.new for line in found) == Entry.objects.count() == 1
    assert Alias.objects.count() == 10


class City:
    """A source whose articles have pages of their own."""

    def __init__(self, base: str, pages: dict[str, Page]) -> None:
        self.base, self.pages = base, pages
        self.settings = sources(base, "/poznan")

    def poll(self, *numbers: int, **changes: str) -> SourceLine:
        """Poll while the list shows these, the newest first."""
        entries = (
            item(str(number), f"{self.base}/{number}", title=f"Tytuł {number}", day=number, **changes)
            for number in numbers
        )
        self.pages["/poznan"].body = rss(*entries)
        return lines(self.settings)["poznan"]

    def asked(self, number: int) -> int:
        return len(self.pages[f"/{number}"].asked)


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("gone", [13, 12, 11])
def test_what_left_the_list_and_its_page_is_withdrawn(gone: int, status: int) -> None:
    """At the top of the list, in it or at its end; it leaves every language and is asked for once."""
    pages = {"/poznan": Page(), **{f"/{number}": Page("x") for number in (11, 12, 13)}}
    with site(pages) as base:
        city = City(base, pages)
        city.poll(13, 12, 11)
        Entry.objects.update(planned=True, release_due=False)
        pages[f"/{gone}"].status = status
        left = [number for number in (13, 12, 11) if number != gone]
        line, again = city.poll(*left), city.poll(*left, text=f"{WORDS} Tak.")

    entry = Entry.objects.get(withdrawn_at__isnull=False)
    assert (line.withdrawn, again.withdrawn, city.asked(gone)) == (1, 0, 1)
    assert (entry.guid, entry.planned, entry.release_due) == (str(gone), False, True)
    assert line.new == 0
    assert Entry.objects.count() == 3


def test_it_returns_under_its_old_id() -> None:
    """What the source shows again is the same entry, also under another guid."""
    pages = {"/poznan": Page(), "/12": Page(status=404)}
    with site(pages) as base:
        city = City(base, pages)
        city.poll(13, 12, 11)
        before = Entry.objects.values_list("pk", "first_seen").get(guid="12")
        assert city.poll(13, 11).withdrawn == 1
        back = city.poll(13, 12, 11)
        assert city.poll(13, 11).withdrawn == 0  # asked for today already
        Entry.objects.update(asked_at=None)
        assert city.poll(13, 11, text=f"{WORDS} Tak.").withdrawn == 1
        moved = item("new", f"{base}/moved", title="Tytuł 12", day=13)
        pages["/poznan"].body = rss(moved, item("13", f"{base}/13", day=13))
        line = lines(city.settings)["poznan"]

    assert (back.new, back.changed, line.new) == (0, 1, 0)
    entry = Entry.objects.get(guid="12")
    assert (entry.pk, entry.first_seen) == before
    assert entry.withdrawn_at is None


@pytest.mark.parametrize(("status", "location"), [(200, ""), (403, ""), (500, ""), (302, "/")])
def test_what_is_merely_unlisted_stays(status: int, location: str) -> None:
    """A page that answers, fails, refuses or leads home withdraws nothing, and is left in peace for a day."""
    page = Page("x", status=status, headers={"Location": location} if location else {})
    pages = {"/poznan": Page(), "/": Page("home"), "/12": page}
    with site(pages) as base:
        city = City(base, pages)
        city.poll(13, 12, 11)
        found = [city.poll(13, 11), city.poll(13, 11, text=f"{WORDS} Tak.")]

    assert [line.withdrawn for line in found] == [0, 0]
    assert city.asked(12) == 1


def test_what_scrolled_out_is_not_asked_for() -> None:
    """New entries push old ones off a list of a fixed length."""
    pages = {"/poznan": Page(), "/11": Page(status=404)}
    with site(pages) as base:
        city = City(base, pages)
        city.poll(13, 12, 11)
        line = city.poll(14, 13, 12)

    assert (line.withdrawn, city.asked(11)) == (0, 0)


def test_an_empty_or_newly_read_list_withdraws_nothing() -> None:
    """A broken answer is not a complete one, and another recipe means other entries."""
    pages = {"/poznan": Page(), "/11": Page(status=404), "/12": Page(status=404)}
    with site(pages) as base:
        city = City(base, pages)
        city.poll(12, 11)
        assert city.poll().withdrawn == 0
        city.settings = sources(base, "/poznan", max_entries=1)
        assert city.poll(12, 11).withdrawn == 0

    assert city.asked(11) == 0


def test_a_few_pages_are_asked_for_in_one_run() -> None:
    """Seven that are gone take two runs, though the list stays as it is; a host that asks to wait ends it at once."""
    numbers = range(20, 10, -1)
    pages = {"/poznan": Page(), **{f"/{number}": Page(status=404) for number in numbers}}
    with site(pages) as base:
        city = City(base, pages)
        city.poll(*numbers)
        found = [city.poll(20, 19, 11) for _run in range(3)]

    assert [line.withdrawn for line in found] == [5, 2, 0]


def test_a_host_that_asks_to_wait_is_not_asked_for_more() -> None:
    """Retry-After ends the questions; they are put again when it is over."""
    pages = {
        "/poznan": Page(),
        **{f"/{number}": Page(status=429, headers={"Retry-After": "60"}) for number in range(12, 16)},
    }
    with site(pages) as base:
        city = City(base, pages)
        city.poll(*range(16, 10, -1))
        city.poll(16, 11)

    assert sum(city.asked(number) for number in range(12, 16)) == 1
    assert not Entry.objects.filter(asked_at__isnull=False).exists()


def test_a_page_read_under_its_new_guid_is_known_at_the_next_poll() -> None:
    """What a list remembers of its pages finds the entry by its alias, unless its own guid stands there too."""
    polled(rss(item("a", place(1), title="Tramwaj")), rss(item("b", place(2), title="Tramwaj")))
    page = Visited(listed="x").as_json()
    new, old = ({**page, "entries": [text_hash(guid)]} for guid in ("b", "a"))

    assert [each.url for each in restore("poznan", {"b": new})["b"].entries] == [place(2)]
    assert restore("poznan", {"b": new, "a": old})["b"].entries == ()
