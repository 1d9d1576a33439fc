"""The examples for nginx and Caddy, run: they answer for the published tree as our own server does."""

import gzip
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from feeds.deliver import Tree
from pipeline.web import Site
from tests.running import Answer, ask, eventually, free_port, served

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CADDY = shutil.which("caddy")
FILES = {
    "index.html": "<title>all</title>" * 100,
    "404.html": "<title>nothing</title>",
    "lv/index.html": "<title>lv</title>" * 100,
    "lv/404.html": "<title>nekā</title>",
    "lv/all.rss": "<rss/>" * 400,
    "lv/all.atom": "<feed/>" * 400,
    "lv/all.json": "{}" * 400,
    "lv/search/index.html": "<title>search</title>",
    "lv/subscribe/index.html": "<title>subscribe</title>",
    "lv/pagefind/pagefind-entry.json": "{}",
    "lv/news/left/gone.html": "<title>gone</title>",
    "lv/news/here/index.html": "<title>here</title>",
    "feeds.opml": "<opml/>" * 400,
    "static/newswire.css": "a{}" * 400,
    "static/copy.js": "1;" * 400,
    "static/icon.svg": "<svg/>" * 400,
    "robots.txt": "User-agent: *",
    "sitemap.xml": "<x/>" * 400,
    "pictures/00.webp": "RIFF",
}
ASKED = ("", *(path for path in FILES if not path.endswith(("index.html", "gone.html"))), "lv/", "lv/news/left/",
         "lv/news/here/", "lv/search/", "lv/subscribe/", "lv/nothing/", "nothing", ".incoming/x", "lv/.secret")  # fmt: skip
HEADERS = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Access-Control-Allow-Origin",
)
COMPARED = ("status", "body", "Content-Type", "Content-Encoding", *HEADERS)


def nginx(folder: Path, tree: Path, port: int, own: int) -> list[str]:
    """The command, after the example was written with this tree and port into a configuration of the smallest kind."""
    example = (DEPLOY / "nginx" / "newswire.conf").read_text(encoding="utf-8")
    example = _put(example, r"listen 80;", f"listen 127.0.0.1:{port};")
    example = _put(example, r"root /\S+;", f"root {tree};")
    example = _put(example, r"127\.0\.0\.1:8000", f"127.0.0.1:{own}")
    (folder / "newswire.conf").write_text(example, encoding="utf-8")
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; master_process off; pid {folder}/pid; error_log {folder}/log; events {{}} "
        f"http {{ access_log off; {temporary} include {folder}/newswire.conf; }}",
        encoding="utf-8",
    )
    return [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "log")]


def caddy(folder: Path, tree: Path, port: int, own: int) -> list[str]:
    example = (DEPLOY / "caddy" / "Caddyfile").read_text(encoding="utf-8")
    example = _put(example, r"news\.example\.org \{", f"http://127.0.0.1:{port} {{\n\tbind 127.0.0.1")
    example = _put(example, r"root \* /\S+", f"root * {tree}")
    example = _put(example, r"127\.0\.0\.1:8000", f"127.0.0.1:{own}")
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https off\n}\n" + example, encoding="utf-8")
    return [str(CADDY), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def _put(text: str, what: str, instead: str) -> str:
    """Where the example says it, once or more."""
    changed, count = re.subn(what, instead, text)
    assert count, f"the example no longer says {what}"
    return changed


@contextmanager
def running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    places = {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}  # Caddy's own files
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **places}
    )

    def answers() -> bool:
        assert process.poll() is None, "it ended by itself"
        try:
            return ask(port, "/").status > 0
        except OSError:
            return False

    try:
        eventually(answers, within=20)
        yield
    finally:
        process.terminate()
        process.wait(20)


def seen(answer: Answer) -> list[object]:
    """What readers, browsers and their users depend on. A page of an error may come compressed or not."""
    kind = answer["Content-Type"].lower().replace("; ", ";")
    body, packing = answer.body, answer["Content-Encoding"]
    if answer.status != 200:
        body, packing = gzip.decompress(body) if packing else body, ""
    return [answer.status, body, kind, packing, *(answer[name] for name in HEADERS)]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(nginx, marks=pytest.mark.skipif(not NGINX, reason="nginx is not installed: its example is not tried")),
        pytest.param(caddy, marks=pytest.mark.skipif(not CADDY, reason="Caddy is not installed: its example is not tried")),
    ],
)  # fmt: skip
def test_an_example_answers_as_our_own_server(
    tmp_path: Path, command: Callable[[Path, Path, int, int], list[str]]
) -> None:
    """Status, body, kinds, policies, compression and who may read it, for each kind of file; 304 for what is known."""
    tree = Tree(tmp_path / "public")
    for path, text in FILES.items():
        tree.write(path, text.encode())
    (tmp_path / "public" / "lv" / ".secret").write_text("x")
    port = free_port()
    wrong: dict[tuple[str, str], object] = {}
    with (
        served(Site(tmp_path / "public")) as own,
        running(command(tmp_path, tmp_path / "public", port, own), tmp_path, port),
    ):
        for path in ASKED:
            for encoding in ("identity", "gzip"):
                ours, theirs = (ask(each, f"/{path}", Accept_Encoding=encoding) for each in (own, port))
                differs = {
                    name: (mine, another)
                    for name, mine, another in zip(COMPARED, seen(ours), seen(theirs), strict=True)
                    if mine != another
                }
                if differs:
                    wrong[path, encoding] = differs
        asked = partial(ask, port, "/lv/all.rss")
        tag = asked()["ETag"]
        again, head = asked(If_None_Match=tag), asked(method="HEAD")

    assert wrong == {}
    assert (again.status, again.body) == (304, b"")
    assert (head.status, head.body) == (200, b"")
