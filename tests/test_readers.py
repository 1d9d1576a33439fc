"""The published feeds as people's readers take them: feedparser, the reader library, newsboat, and the formats' rules.

What a reader shows is compared with what stands in the store, so nothing on the way may be lost.
"""

import calendar
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from lxml import html
from reader import make_reader

from pipeline.web import Site
from tests.feeds.rules import atom_faults, json_faults, opml_faults, page_faults, parse, rss_faults
from tests.running import Client, ask, free_port, run, served

LANGUAGES = ("lv", "en")  # what the bundled memory translates; Portuguese needs an engine's weights
LABELS = {"original": "original", "machine": "machine-translated"}
RULES = {
    ".rss": rss_faults,
    ".atom": atom_faults,
    ".json": json_faults,
    ".opml": opml_faults,
    ".html": page_faults,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A public entry as the store has it."""

    id: str
    link: str
    title: str
    text: str
    published: datetime
    author: str
    label: str
    original: str
    enclosures: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The sample network's published tree, served where its own links lead."""

    folder: Path
    port: int
    summary: dict[str, Any]

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"{self.base}/{path}"

    def expected(self, language: str) -> list[Expected]:
        """Newest first."""
        query = """
            SELECT r.*, e.tag, v.author, v.image, v.enclosures, v.url FROM pipeline_release r
            JOIN pipeline_entry e ON e.id = r.entry_id JOIN pipeline_revision v ON v.id = r.revision_id
            WHERE r.language = ? AND NOT r.withdrawn AND NOT EXISTS (  -- of a story its lead stands for all its voices
                SELECT 1 FROM pipeline_voice o JOIN pipeline_lead l ON l.story_id = o.story_id
                WHERE o.entry_id = r.entry_id AND l.language = r.language AND l.entry_id <> r.entry_id
            ) ORDER BY r.published DESC, r.public_id
        """
        with contextlib.closing(sqlite3.connect(self.folder / "newswire.db")) as store:
            store.row_factory = sqlite3.Row
            return [self._expected(row, language) for row in store.execute(query, [language])]

    def _expected(self, row: sqlite3.Row, language: str) -> Expected:
        image = json.loads(row["image"] or "null")
        files = [each["url"] for each in json.loads(row["enclosures"])] + ([image["url"]] if image else [])
        return Expected(
            id=f"tag:{row['tag']}:{language}/{row['public_id']}",
            link=self.url(f"{language}/news/{row['public_id']}/"),
            title=row["title"],
            text=_text(row["content"] or row["summary"]),
            published=datetime.fromisoformat(row["published"]).replace(tzinfo=UTC),
            author=row["author"],
            label=LABELS[row["label"]],
            original=row["url"],
            enclosures=frozenset(files),
        )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One whole cycle of `./run.py demo`, as a user's first contact is."""
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    # No weights are fetched from afar in a test; where the wheel of an engine brings none, entries wait.
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    done = run("demo", "--once", "--json", "--dir", folder, "--port", port, env=nowhere)
    assert done.code == 0, done.err
    with served(Site(folder / "public"), port):
        yield Demo(folder=folder, port=port, summary=done.data)


def _text(markup: str) -> str:
    """The words alone."""
    element: Any = html.fromstring(f"<div>{markup}</div>")
    return " ".join(element.text_content().split())


def test_the_demo_says_what_it_did(demo: Demo) -> None:
    """`demo --once --json`: one object with the whole summary; every sample site with a reader was read."""
    assert demo.summary.keys() >= {
        "sources",
        "languages",
        "engines",
        "memory_hits",
        "files_written",
        "seconds",
    }
    assert [line for line in demo.summary["sources"] if line["error"]] == []
    assert len(demo.summary["sources"]) == 15
    assert demo.summary["memory_hits"] > 0
    assert set(demo.summary["seconds"]) == {"collect", "translate", "publish"}
    for language in LANGUAGES:
        published = demo.summary["languages"][language]["published"]
        assert len(demo.expected(language)) == published - 1 > 20  # one story has two voices


def test_every_published_file_keeps_its_formats_rules(demo: Demo) -> None:
    """Each feed, outline and page of the tree, not only the main ones."""
    public = demo.folder / "public"
    files = [path for path in public.rglob("*") if path.suffix in RULES and "pagefind" not in path.parts]
    faults = {str(path): found for path in files if (found := RULES[path.suffix](path.read_bytes()))}

    assert {path.suffix for path in files} == set(RULES)
    assert faults == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_feedparser_reads_every_item_whole(demo: Demo, language: str, extension: str) -> None:
    """Titles, links, ids, words, dates, authors, the label and what is attached, in order."""
    answer = ask(demo.port, f"/{language}/all.{extension}")
    feed = feedparser.parse(answer.body, response_headers={"content-type": answer["Content-Type"]})

    assert not feed.bozo
    assert feed.feed.title.startswith("Cities of change (samples)")
    assert feed.feed.link == demo.url(f"{language}/")
    for entry, expected in zip(feed.entries, demo.expected(language), strict=True):
        assert (entry.id, entry.link, entry.title) == (expected.id, expected.link, expected.title)
        assert expected.text in _text(entry.content[0].value)
        assert entry.summary
        assert datetime.fromtimestamp(calendar.timegm(entry.published_parsed), UTC) == expected.published
        assert entry.author
        assert expected.author in {"", entry.author}
        assert _labels(entry, demo) == [expected.label]
        assert {one.href for one in entry.enclosures} <= expected.enclosures
        assert bool(entry.enclosures) == bool(expected.enclosures)
        if extension == "atom":
            assert {one.href for one in entry.enclosures} == expected.enclosures
            assert [link.href for link in entry.links if link.rel == "via"] == [expected.original]


def _labels(entry: Any, demo: Demo) -> list[str]:
    return [tag.term for tag in entry.tags if tag.scheme == demo.url("terms/label/")]


def test_json_feed_holds_the_same_items(demo: Demo) -> None:
    """A program that reads JSON gets ids, words, dates, the original and the label."""
    answer = ask(demo.port, "/lv/all.json")
    items = json.loads(answer.body)["items"]

    assert answer["Content-Type"] == "application/feed+json; charset=utf-8"
    for item, expected in zip(items, demo.expected("lv"), strict=True):
        assert (item["id"], item["url"], item["title"]) == (expected.id, expected.link, expected.title)
        assert expected.text in _text(item["content_html"])
        assert datetime.fromisoformat(item["date_published"]) == expected.published
        assert item["external_url"] == expected.original
        assert item["_ccnet"]["label"] == expected.label
        assert {one["url"] for one in item.get("attachments", [])} == expected.enclosures


@pytest.mark.parametrize("extension", ["rss", "atom", "json"])
def test_the_reader_library_takes_every_item_and_comes_back_politely(demo: Demo, extension: str) -> None:
    """Subscribed over HTTP; the second update finds nothing new."""
    url = demo.url(f"lv/all.{extension}")
    with contextlib.closing(make_reader(":memory:")) as reader:
        reader.add_feed(url)
        reader.update_feeds()
        entries = {entry.id: entry for entry in reader.get_entries()}

        assert reader.get_feed(url).last_exception is None
        assert len(entries) == len(demo.expected("lv"))
        for expected in demo.expected("lv"):
            entry = entries[expected.id]
            assert (entry.link, entry.title) == (expected.link, expected.title)
            assert entry.published == expected.published
            assert entry.authors[0].name
            assert expected.text in _text(entry.content[0].value)
            assert {one.href for one in entry.enclosures} <= expected.enclosures
            assert bool(entry.enclosures) == bool(expected.enclosures)
        assert reader.update_feed(url) is None


@pytest.mark.skipif(
    not shutil.which("newsboat"), reason="newsboat is not installed: no terminal reader is tried"
)
@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_newsboat_lists_every_item(demo: Demo, tmp_path: Path, extension: str) -> None:
    """A reader in C with a parser of its own stores all titles, links, dates and words."""
    url = demo.url(f"lv/all.{extension}")
    (tmp_path / "urls").write_text(f"{url}\n")
    (tmp_path / "config").write_text("")
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    done = subprocess.run(
        ["newsboat", "-x", "reload", "-u", "urls", "-c", "cache.db", "-C", "config"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    with contextlib.closing(sqlite3.connect(tmp_path / "cache.db")) as cache:
        rows = {
            row[0]: row[1:]
            for row in cache.execute("SELECT guid, title, url, pubDate, author, content FROM rss_item")
        }
    assert rows.keys() == {expected.id for expected in demo.expected("lv")}
    for expected in demo.expected("lv"):
        title, link, published, author, content = rows[expected.id]
        assert (title, link) == (expected.title, expected.link)
        assert published == expected.published.timestamp()
        assert author
        assert expected.text in _text(content)


@pytest.mark.skipif(not shutil.which("sfeed"), reason="sfeed is not installed: it is not tried")
@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_sfeed_prints_every_field(demo: Demo, extension: str) -> None:
    """The Unix way of reading feeds: one line an item, with its own id, date, words, author and category."""
    feed = ask(demo.port, f"/lv/all.{extension}").body
    told = subprocess.run(["sfeed"], input=feed, capture_output=True, check=True).stdout.decode()
    rows = [line.split("\t") for line in told.splitlines()]

    assert len(rows) == len(demo.expected("lv"))
    for (stamp, title, link, content, kind, guid, author, enclosure, category), expected in zip(
        rows, demo.expected("lv"), strict=True
    ):
        assert (guid, title, link) == (expected.id, expected.title, expected.link)
        assert (int(stamp), kind) == (expected.published.timestamp(), "html")
        assert expected.text in _text(content.replace("\\n", "\n").replace("\\t", "\t"))
        assert author
        assert category
        assert bool(enclosure) == bool(expected.enclosures)


@pytest.mark.skipif(not shutil.which("r2e"), reason="rss2email is not installed: it is not tried")
def test_rss2email_makes_a_letter_of_every_item(demo: Demo, tmp_path: Path) -> None:
    """Who reads news by mail gets each item once, with its title as the subject and a link to its page."""
    for folder in ("cur", "new", "tmp"):
        (tmp_path / "mail" / folder).mkdir(parents=True)
    config = tmp_path / "rss2email.cfg"
    config.write_text(
        "[DEFAULT]\nto = reader@example.org\nfrom = newswire@example.org\nemail-protocol = maildir\n"
        f"maildir-path = {tmp_path}\nmaildir-mailbox = mail\nhtml-mail = True\n",
        encoding="utf-8",
    )
    command = ["r2e", "-c", str(config), "-d", str(tmp_path / "data.json")]
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    for step in (["add", "news", demo.url("lv/all.rss")], ["run"], ["run"]):
        subprocess.run([*command, *step], check=True, capture_output=True, env=environment)
    letters = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in (tmp_path / "mail" / "new").iterdir()
    ]

    wanted = {(one.link, " ".join(one.title.split())) for one in demo.expected("lv")}
    assert len(letters) == len(demo.expected("lv"))
    assert {(letter["x-rss-url"], " ".join(letter["subject"].split())) for letter in letters} == wanted


def test_opml_subscribes_to_feeds_that_are_there(demo: Demo) -> None:
    """Every outline of the network's and of a language's file leads to a feed and to the page beside it."""
    whole, latvian = (_outlines(demo, path) for path in ("/feeds.opml", "/lv/feeds.opml"))

    assert len(latvian) == 1 + 1 + 15 + 8  # all, all in two languages, cities, topics
    assert len(whole) == 3 * len(latvian)
    assert set(latvian) <= set(whole)
    with Client(demo.port) as client:
        for feed, page in whole:
            answer = client.ask(urlsplit(feed).path)
            assert answer.status == 200, feed
            assert rss_faults(answer.body) == []
            assert client.ask(urlsplit(page).path).status == 200, page


def _outlines(demo: Demo, path: str) -> list[tuple[str, str]]:
    root = parse(ask(demo.port, path).body)
    return [(one.get("xmlUrl"), one.get("htmlUrl")) for one in root.iter("outline") if one.get("xmlUrl")]


def test_no_link_of_ours_is_dead(demo: Demo) -> None:
    """Whatever a page of the tree links to within the tree is there: pages, feeds, styles, icons."""
    seen: dict[str, int] = {}
    wanted = ["/"]
    with Client(demo.port) as client:
        while wanted:
            path = wanted.pop()
            if path in seen:
                continue
            answer = client.ask(path)
            seen[path] = answer.status
            if answer.status == 200 and answer["Content-Type"].startswith("text/html"):
                wanted += _own_paths(answer.body, demo, path)

    assert [path for path, status in seen.items() if status != 200] == []
    assert {expected.link.removeprefix(demo.base) for expected in demo.expected("lv")} <= set(seen)


def _own_paths(page: bytes, demo: Demo, path: str) -> list[str]:
    document: Any = html.fromstring(page)
    document.make_links_absolute(demo.url(path.removeprefix("/")))
    found = {urlsplit(address) for _element, _name, address, _position in document.iterlinks()}
    own = [each.path for each in found if each.scheme == "http" and each.netloc == urlsplit(demo.base).netloc]
    return [path for path in own if path != "/report"]  # the form's: no file, `serve` answers it
