"""Topics, the bilingual feed, archives and what is no longer kept, with a store beneath them."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feeds import channels, stage
from pipeline.config import Config
from pipeline.models import Entry, Place, Release, Revision, Shelf
from pipeline.review import release
from tests.builders import NOW, config, entry, translation
from tests.feeds import rules

pytestmark = pytest.mark.usefixtures("sqlite_store")
TOPICS = [
    {"key": "culture", "names": {"en": "Culture", "lv": "Kultūra"}, "categories": ["Kultura"]},
    {"key": "mobility", "names": {"en": "Mobility"}, "keywords": {"pl": ["tramwaj"]}},
]


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Archives in blocks of three, so that few entries fill some."""
    monkeypatch.setattr(channels, "BLOCK", 3)
    monkeypatch.setattr("feeds.leaving.BLOCK", 3)


def settings_of(folder: Path, **publish: Any) -> Config:
    languages = {"targets": ["lv", "pl"]}
    return config(
        folder, publish={"directory": folder / "public"} | publish, topic=TOPICS, languages=languages
    )


def publish(settings: Config, now: datetime = NOW, *, everything: bool = False) -> int:
    release.run(settings)
    return stage.run(settings, now=now, everything=everything)


def add(number: int, **changes: Any) -> Entry:
    row = entry(number, **changes)
    translation(row)
    return row


def about(row: Entry, title: str, *categories: str) -> None:
    Revision.objects.filter(entry=row).update(title=title, categories=list(categories))


def ids(settings: Config, path: str) -> list[str]:
    """The numbers of a feed's items, in its order."""
    feed = json.loads((settings.publish.directory / path).read_text(encoding="utf-8"))
    return [item["id"].rsplit("/", 1)[-1] for item in feed["items"]]


def test_topics_have_channels_and_pages_of_their_own(tmp_path: Path) -> None:
    """By category and by keyword; an entry whose topic changes leaves the one channel for the other."""
    settings = settings_of(tmp_path)
    row, other = add(1), add(2)
    about(row, "Noc", "Kultura")
    about(other, "Nowy tramwaj")
    publish(settings)
    before = ids(settings, "lv/topic/culture.json"), ids(settings, "pl/topic/mobility.json")
    about(row, "Tramwaje nocne")
    Release.objects.update(dirty=True)
    publish(settings)

    assert before == (["poznan1"], ["poznan2"])
    assert ids(settings, "lv/topic/culture.json") == []
    assert ids(settings, "lv/topic/mobility.json") == ["poznan1", "poznan2"]
    page = (settings.publish.directory / "lv/topic/culture/index.html").read_text(encoding="utf-8")
    assert "Kultūra" in page
    item = json.loads((settings.publish.directory / "lv/all.json").read_text(encoding="utf-8"))["items"][0]
    assert item["tags"][0] == "Mobility"


def test_a_withdrawn_entry_leaves_its_topic_with_a_tombstone(tmp_path: Path) -> None:
    """Topic channels name what was taken back, as the others do; so does an editor's block."""
    settings = settings_of(tmp_path)
    for number, field in ((1, "withdrawn_at"), (2, "blocked_at")):
        about(add(number), "Noc", "Kultura")
        publish(settings)
        Entry.objects.filter(public_id=f"poznan{number}").update(**{field: NOW}, release_due=True)
        Release.objects.filter(public_id=f"poznan{number}").update(withdrawn=True, dirty=True)
    stage.run(settings, now=NOW)

    feed = (settings.publish.directory / "lv/topic/culture.atom").read_bytes()
    gone = rules.parse(feed).findall(f"{rules.TOMBSTONE}deleted-entry")
    assert {one.get("ref")[-7:] for one in gone} == {"poznan1", "poznan2"}
    assert rules.atom_faults(feed) == []


def test_the_bilingual_feed_holds_both_texts(tmp_path: Path) -> None:
    """Translation, then original in its own language, under an id of its own; an original stands alone."""
    settings = settings_of(tmp_path)
    add(1)
    publish(settings)
    root = settings.publish.directory
    both = json.loads((root / "lv/all.bilingual.json").read_text(encoding="utf-8"))["items"][0]
    alone = json.loads((root / "pl/all.bilingual.json").read_text(encoding="utf-8"))["items"][0]

    assert both["id"] == "tag:news.example.org,2026:lv/poznan1/bilingual"
    assert both["content_html"].index("Teksts.") < both["content_html"].index('<div lang="pl" dir="ltr">')
    assert "Tytuł 1." in both["content_html"]
    assert "<hr>" not in alone["content_html"]
    assert rules.rss_faults((root / "lv/all.bilingual.rss").read_bytes()) == []
    assert rules.atom_faults((root / "lv/all.bilingual.atom").read_bytes()) == []


def test_without_the_bilingual_feed_none_is_written_and_the_old_one_leaves(tmp_path: Path) -> None:
    """`bilingual = false` takes it out of the tree and out of the lists."""
    add(1)
    publish(settings_of(tmp_path))
    settings = settings_of(tmp_path, bilingual=False)
    publish(settings)

    assert not list(settings.publish.directory.glob("*/all.bilingual*"))
    assert "bilingual" not in (settings.publish.directory / "feeds.opml").read_text(encoding="utf-8")


def archive(settings: Config, path: str = "lv") -> dict[str, bytes]:
    root = settings.publish.directory
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in sorted((root / path).glob("archive/*.*"))
        if file.suffix in {".rss", ".atom", ".json"}
    }


def links(document: bytes) -> dict[str, str]:
    root = rules.parse(document)
    head = root.find("channel") if root.tag == "rss" else root
    return {
        one.get("rel"): one.get("href").rsplit("/wire/", 1)[-1] for one in head.iterfind(f"{rules.ATOM}link")
    }


def test_older_entries_stand_in_archives_that_stay_as_they_are(tmp_path: Path) -> None:
    """From the feed back through every closed block; a new entry changes no block but the one it closes."""
    settings = settings_of(tmp_path, items=2)
    for number in range(10, 3, -1):  # seven, the oldest first: two blocks of three, and an open one
        add(number)
    publish(settings)
    before = archive(settings)
    add(3)
    publish(settings)
    open_still = archive(settings)
    add(2)
    publish(settings)
    after = archive(settings)

    assert {path.partition(".")[0] for path in before} == {"lv/archive/0", "lv/archive/1"}
    assert open_still == before
    assert {path: after[path] for path in before} == before
    assert {path.partition(".")[0] for path in set(after) - set(before)} == {"lv/archive/2"}
    base = "https://news.example.org/"
    feed = links((settings.publish.directory / "lv/all.atom").read_bytes())
    assert feed["prev-archive"] == f"{base}lv/archive/2.atom"
    assert links(after["lv/archive/2.atom"])["prev-archive"] == f"{base}lv/archive/1.atom"
    oldest = links(after["lv/archive/0.atom"])
    assert oldest.keys() == {"self", "alternate", "current", "next-archive"}
    assert oldest["next-archive"] == f"{base}lv/archive/1.atom"
    assert json.loads(after["lv/archive/1.json"])["next_url"] == f"{base}lv/archive/0.json"
    found = [name for number in (0, 1, 2) for name in ids(settings, f"lv/archive/{number}.json")]
    assert sorted(found) == sorted(f"poznan{number}" for number in range(2, 11))
    for path, body in after.items():
        faults = {"rss": rules.rss_faults, "atom": rules.atom_faults, "json": rules.json_faults}
        assert faults[path.rpartition(".")[2]](body) == []


def test_archive_pages_lead_to_older_and_newer_ones(tmp_path: Path) -> None:
    """People page through the same blocks; the newest leads back to the list itself."""
    settings = settings_of(tmp_path)
    for number in range(9, 0, -1):
        add(number)
    publish(settings)
    root = settings.publish.directory

    def around(path: str) -> list[str]:
        page = rules.Page((root / path).read_bytes())
        assert rules.page_faults((root / path).read_bytes()) == []
        return [
            f"{one['rel']} {one['href']}" for one in page.all("link") if one.get("rel") in {"prev", "next"}
        ]

    assert around("lv/index.html") == ["prev ../lv/archive/2/"]
    assert around("lv/archive/2/index.html") == ["prev ../../../lv/archive/1/", "next ../../../lv/"]
    assert around("lv/archive/1/index.html") == ["prev ../../../lv/archive/0/", "next ../../../lv/archive/2/"]
    assert around("lv/archive/0/index.html") == ["next ../../../lv/archive/1/"]
    assert (root / "lv/city/poznan/archive/0/index.html").exists()


def test_a_correction_reaches_the_archive(tmp_path: Path) -> None:
    """The block in which the entry stands is written anew, and no other."""
    settings = settings_of(tmp_path)
    for number in range(6, 0, -1):
        add(number)
    publish(settings)
    before = archive(settings)
    Release.objects.filter(public_id="poznan6", language="lv").update(title="Labots", dirty=True)
    publish(settings)

    changed = {path for path, body in archive(settings).items() if body != before[path]}
    assert changed == {f"lv/archive/0.{kind}" for kind in ("rss", "atom", "json")}


def test_numbers_never_move_and_are_never_given_twice(tmp_path: Path) -> None:
    """However often the tree is rebuilt, and whatever left: an archive's address means the same entries."""
    settings = settings_of(tmp_path)
    for number in range(4, 0, -1):
        add(number)
    publish(settings)
    before = list(Place.objects.order_by("channel", "number").values_list("channel", "number", "release_id"))
    publish(settings, everything=True)
    again = list(Place.objects.order_by("channel", "number").values_list("channel", "number", "release_id"))
    Place.objects.vacate([Release.objects.get(public_id="poznan1", language="lv").pk])
    add(9)
    publish(settings)

    assert again == before
    assert Place.objects.get(channel="lv/all", release__public_id="poznan9").number == 4
    assert Shelf.objects.count_of("lv/all") == 5


def test_what_is_too_old_leaves_with_its_month(tmp_path: Path) -> None:
    """Pages give way to a word that names the original; feeds, archives and the site map forget; it is done once."""
    settings = settings_of(tmp_path, keep_days=30)
    for number in range(8, 0, -1):
        add(number)
    Entry.objects.filter(public_id__in=["poznan7", "poznan8"]).update(published=NOW - timedelta(days=60))
    publish(settings, NOW - timedelta(days=40))
    root = settings.publish.directory
    stood = (root / "lv/news/poznan8/index.html").exists(), ids(settings, "lv/archive/0.json")
    publish(settings)

    assert stood == (True, ["poznan6", "poznan7", "poznan8"])
    assert not (root / "lv/news/poznan8/index.html").exists()
    assert "https://poznan.example/8" in (root / "lv/news/poznan8/gone.html").read_text(encoding="utf-8")
    assert ids(settings, "lv/archive/0.json") == ["poznan6"]
    assert "poznan8" not in ids(settings, "lv/all.json")
    assert "poznan8" not in (root / "lv/sitemap/0.xml").read_text(encoding="utf-8")
    assert publish(settings) == 0
    publish(settings, everything=True)
    assert publish(settings, everything=True) == 0


def test_a_block_that_holds_nothing_any_more_leaves_the_chain(tmp_path: Path) -> None:
    """Its documents go, and the next one no longer points to it."""
    settings = settings_of(tmp_path, keep_days=30)
    for number in range(6, 0, -1):
        add(number)
    Entry.objects.filter(public_id__in=["poznan4", "poznan5", "poznan6"]).update(
        published=NOW - timedelta(days=60)
    )
    publish(settings, NOW - timedelta(days=40))
    before = set(archive(settings))
    publish(settings)

    assert "lv/archive/0.atom" in before
    assert {path.partition(".")[0] for path in archive(settings)} == {"lv/archive/1"}
    assert "prev-archive" not in links(archive(settings)["lv/archive/1.atom"])


def withdraw(*public_ids: str) -> None:
    Entry.objects.filter(public_id__in=public_ids).update(withdrawn_at=NOW - timedelta(days=40))
    Release.objects.filter(public_id__in=public_ids).update(withdrawn=True, dirty=True)


def test_what_was_withdrawn_keeps_no_old_block_alive(tmp_path: Path) -> None:
    """A block whose last entries had been taken back leaves with its month, as it would if all were written anew."""
    settings = settings_of(tmp_path, keep_days=30)
    for number in range(9, 0, -1):
        add(number)
    old = [f"poznan{number}" for number in range(4, 10)]
    Entry.objects.filter(public_id__in=old).update(published=NOW - timedelta(days=60))
    publish(settings, NOW - timedelta(days=40))
    withdraw("poznan5", "poznan8")
    publish(settings, NOW - timedelta(days=40))
    before = set(archive(settings))
    publish(settings)

    assert {"lv/archive/0.atom", "lv/archive/1.atom"} <= before
    assert {path.partition(".")[0] for path in archive(settings)} == {"lv/archive/2"}
    assert publish(settings, everything=True) == 0


def test_what_is_forgotten_leaves_its_place_with_its_block(tmp_path: Path) -> None:
    """Prune takes out of the store what no feed names any more: the archive must not learn of it too late."""
    settings = settings_of(tmp_path)
    for number in range(9, 0, -1):
        add(number)
    publish(settings)
    withdraw("poznan7", "poznan8", "poznan9")
    publish(settings)
    before = set(archive(settings))
    Release.objects.filter(withdrawn=True).update(forgotten=True, dirty=True)
    publish(settings)
    Release.objects.filter(forgotten=True).delete()

    assert "lv/archive/0.atom" in before
    assert {path.partition(".")[0] for path in archive(settings)} == {"lv/archive/1", "lv/archive/2"}
    assert publish(settings, everything=True) == 0


def test_the_site_map_lists_every_page(tmp_path: Path) -> None:
    """Its index leads to parts that exist; items with their dates, standing pages with their languages."""
    settings = settings_of(tmp_path)
    add(1)
    publish(settings)
    root = settings.publish.directory
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    parts = [one.text for one in rules.parse((root / "sitemap.xml").read_bytes()).iter(f"{space}loc")]
    items = rules.parse((root / "lv/sitemap/0.xml").read_bytes())
    pages = rules.parse((root / "lv/sitemap/pages.xml").read_bytes())

    base = "https://news.example.org/"
    assert parts == [f"{base}{code}/sitemap/{part}.xml" for code in ("lv", "pl") for part in ("pages", 0)]
    assert [one.text for one in items.iter(f"{space}loc")] == [f"{base}lv/news/poznan1/"]
    for one in pages.iter(f"{space}loc"):
        path = (one.text or "").removeprefix(base)
        assert (root / path / "index.html").exists() or path == "lv/search/"
    twins = {one.get("hreflang") for one in pages.iter("{http://www.w3.org/1999/xhtml}link")}
    assert twins == {"lv", "pl"}
    assert f"Sitemap: {base}sitemap.xml" in (root / "robots.txt").read_text(encoding="utf-8")


def test_ids_and_bytes_stay_over_a_hundred_rebuilds(tmp_path: Path) -> None:
    """Whatever is rebuilt how often, nothing is written again and no id moves."""
    settings = settings_of(tmp_path)
    for number in range(4, 0, -1):
        add(number)
    publish(settings)
    before = ids(settings, "lv/all.json")

    assert [publish(settings, everything=True) for _ in range(100)] == [0] * 100
    assert ids(settings, "lv/all.json") == before


def test_topics_and_archives_leave_with_their_language(tmp_path: Path) -> None:
    """A language that left takes its archives, topics, statements and site map with it."""
    for number in range(4, 0, -1):
        about(add(number), "Noc", "Kultura")
    publish(settings_of(tmp_path))
    settings = config(
        tmp_path,
        languages={"targets": ["lv"]},
        topic=TOPICS[1:],
        publish={"directory": tmp_path / "public"},
    )
    publish(settings)
    left = {path.relative_to(tmp_path / "public").as_posix() for path in (tmp_path / "public").rglob("*.*")}

    assert not {path for path in left if path.startswith("pl/")}
    assert not {path for path in left if "topic/culture" in path}
    assert "lv/archive/0.atom" in left
