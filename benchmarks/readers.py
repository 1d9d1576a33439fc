"""What real feed readers and parsers see of the published feeds: the demo's, each field counted.

    ./do bench readers [--language lv]

Programs that are not installed are named and left out: newsboat, sfeed and rss2email are Debian packages, the
JavaScript parsers are installed by npm into a folder of their own.
"""

import argparse
import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import feedparser
from reader import make_reader

from benchmarks.measure import table
from pipeline.web import Site
from tests.running import ask, free_port, run, served

FIELDS = (
    "items",
    "id",
    "title",
    "link",
    "date",
    "author",
    "content",
    "summary",
    "categories",
    "image",
    "enclosure",
)
_NPM = Path(__file__).parent / "npm"

Seen = dict[str, Any]  # how many items showed a field


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="./do bench readers", description=__doc__.splitlines()[0])
    parser.add_argument("--language", default="lv")
    language = parser.parse_args(arguments).language
    with tempfile.TemporaryDirectory() as scratch:
        folder, port = Path(scratch), free_port()
        demo = run("demo", "--once", "--json", "--dir", folder, "--port", port)
        if demo.code:
            sys.exit(demo.err)
        with served(Site(folder / "public"), port):
            for extension in ("rss", "atom", "json"):
                url = f"http://127.0.0.1:{port}/{language}/all.{extension}"
                _print(url, ask(port, f"/{language}/all.{extension}").body, folder, extension)


def _print(url: str, feed: bytes, folder: Path, extension: str) -> None:
    print(f"\n{url.rsplit('/', 1)[1]}")
    seen: dict[str, Seen] = {"reader": _reader(url)}
    if extension != "json":
        seen["feedparser"] = _feedparser(feed)
        seen |= {"newsboat": _newsboat(url, folder / f"newsboat-{extension}")}
        seen |= {"sfeed": _sfeed(feed), "rss2email": _rss2email(url, folder / f"rss2email-{extension}")}
    seen |= _javascript(feed)
    rows = [
        (name, *(str(fields.get(field, "–")) for field in FIELDS), fields.get("fault", ""))
        for name, fields in seen.items()
    ]
    table(("", *FIELDS, ""), rows)


def _count(items: Iterable[Any], **fields: Callable[[Any], Any]) -> Seen:
    rows = list(items)
    return {"items": len(rows)} | {
        name: sum(bool(seen(row)) for row in rows) for name, seen in fields.items()
    }


def _feedparser(feed: bytes) -> Seen:
    return _count(
        feedparser.parse(feed).entries,
        id=lambda each: each.get("id"),
        title=lambda each: each.get("title"),
        link=lambda each: each.get("link"),
        date=lambda each: each.get("published_parsed"),
        author=lambda each: each.get("author"),
        content=lambda each: each.get("content"),
        summary=lambda each: each.get("summary"),
        categories=lambda each: each.get("tags"),
        image=lambda each: each.get("media_content") or each.get("media_thumbnail"),
        enclosure=lambda each: each.get("enclosures"),
    )


def _reader(url: str) -> Seen:
    with contextlib.closing(make_reader(":memory:")) as reader:
        reader.add_feed(url)
        reader.update_feeds()
        return _count(
            reader.get_entries(),
            id=lambda each: each.id,
            title=lambda each: each.title,
            link=lambda each: each.link,
            date=lambda each: each.published,
            author=lambda each: each.author,
            content=lambda each: each.content,
            summary=lambda each: each.summary,
            enclosure=lambda each: each.enclosures,
        )


def _newsboat(url: str, home: Path) -> Seen:
    if not shutil.which("newsboat"):
        return {"fault": "not installed: apt-get install newsboat"}
    home.mkdir()
    (home / "urls").write_text(url + "\n", encoding="utf-8")
    cache = home / "cache.db"
    files = ["-u", str(home / "urls"), "-c", str(cache), "-C", "/dev/null"]
    subprocess.run(
        ["newsboat", *files, "-x", "reload"], check=True, capture_output=True, env={"HOME": str(home)}
    )
    with contextlib.closing(sqlite3.connect(cache)) as store:
        rows = store.execute("SELECT guid, title, url, pubDate, author, content, enclosure_url FROM rss_item")
        return _by_place(rows, ("id", "title", "link", "date", "author", "content", "enclosure"))


def _sfeed(feed: bytes) -> Seen:
    if not shutil.which("sfeed"):
        return {"fault": "not installed: apt-get install sfeed"}
    told = subprocess.run(["sfeed"], input=feed, capture_output=True, check=True).stdout.decode()
    rows = [line.split("\t") for line in told.splitlines()]
    names = ("date", "title", "link", "content", "", "id", "author", "enclosure", "categories")
    return _by_place(rows, names)


def _by_place(rows: Iterable[Sequence[Any]], names: Sequence[str]) -> Seen:
    found = list(rows)
    return {"items": len(found)} | {
        name: sum(bool(row[place]) for row in found) for place, name in enumerate(names) if name
    }


def _rss2email(url: str, home: Path) -> Seen:
    if not shutil.which("r2e"):
        return {"fault": "not installed: apt-get install rss2email"}
    mail = home / "mail"
    for folder in ("cur", "new", "tmp"):
        (mail / folder).mkdir(parents=True)
    config = home / "rss2email.cfg"
    config.write_text(
        f"[DEFAULT]\nto = reader@example.org\nfrom = newswire@example.org\nemail-protocol = maildir\n"
        f"maildir-path = {mail.parent}\nmaildir-mailbox = mail\nhtml-mail = True\nuse-publisher-email = False\n",
        encoding="utf-8",
    )
    command = ["r2e", "-c", str(config), "-d", str(home / "data.json")]
    for step in (["add", "news", url], ["run"]):
        subprocess.run(
            [*command, *step],
            check=True,
            capture_output=True,
            env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        )
    letters = [
        message_from_bytes(path.read_bytes(), policy=policy.default) for path in (mail / "new").iterdir()
    ]
    return _count(
        letters,
        title=lambda each: each["subject"],
        link=lambda each: each["x-rss-url"],
        id=lambda each: each["x-rss-id"],
        date=lambda each: each["date"],
        author=lambda each: each["from"],
        content=lambda each: each.get_body(("html",)),
        categories=lambda each: each["x-rss-tags"],
    )


def _javascript(feed: bytes) -> dict[str, Seen]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return {"JavaScript parsers": {"fault": "not installed: node and npm"}}
    home = Path(__file__).resolve().parent.parent / "var" / "npm"
    home.mkdir(parents=True, exist_ok=True)
    for file in ("package.json", "read.mjs"):
        shutil.copyfile(_NPM / file, home / file)
    if not (home / "node_modules" / "feedsmith").exists():
        subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund"], cwd=home, check=True)
    told = subprocess.run([node, "read.mjs"], cwd=home, input=feed, capture_output=True, check=True).stdout
    found: dict[str, Seen] = json.loads(told)
    return found
