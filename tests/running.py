"""What tests of whole processes share: a small configuration, free ports, waiting, HTTP without niceties."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any, Self

import psutil

from pipeline.web import Site
from pipeline.webquick import quick
from pipeline.webserver import listening
from tests.collect.servers import LoopbackServer, answer

RUN = Path(__file__).resolve().parent.parent / "run.py"
PATIENCE = 240.0  # seconds: a quiet machine needs a hundredth of it, one that is shared by many all the more
SILENCE = (
    600.0  # [fetch] timeout where a site never answers: whoever waited for it would outlast our patience
)

NO_ROBOTS = {"/robots.txt": answer(status="404 Not Found")}  # a polite run may ask for it first
FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel>
<title>Kalnpils</title><link>https://kalnpils.example/</link><description>Ziņas</description>
<item><title>Atklāj tiltu</title><link>https://kalnpils.example/tilts</link><guid>tilts</guid>
<pubDate>Mon, 02 Nov 2026 08:00:00 +0000</pubDate><description>&lt;p&gt;Tilts ir atklāts.&lt;/p&gt;</description></item>
<item><title>Maina laternas</title><link>https://kalnpils.example/laternas</link><guid>laternas</guid>
<pubDate>Tue, 03 Nov 2026 08:00:00 +0000</pubDate><description>&lt;p&gt;Laternas ir jaunas.&lt;/p&gt;</description></item>
</channel></rss>
""".encode()


def written_config(
    folder: Path, *urls: str, port: int = 8000, fetch_timeout: float = 30, more: str = ""
) -> Path:
    """A network of Latvian sites read in Latvian: a cycle needs no engine to publish them."""
    text = f"""
[network]
title = "Kalnu pilsētas"
base_url = "http://127.0.0.1:{port}"
contact = "mailto:newswire@example.org"
[languages]
targets = ["lv"]
[engines]
models = "models"
[engines.firefox]
download = false
[publish]
directory = "public"
[store]
url = "sqlite:///newswire.db"
[fetch]
allow = ["127.0.0.1"]
timeout = {fetch_timeout}
[serve]
port = {port}
{more}
"""
    for number, url in enumerate(urls, start=1):
        text += (
            f'[[source]]\nkey = "city{number}"\nname = "Kalnpils {number}"\nlanguage = "lv"\nurl = "{url}"\n'
        )
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def asked(server: LoopbackServer, path: str) -> bool:
    """Whether the server has had a request for the path."""
    return any(request.startswith(f"GET {path} ") for request in server.requests)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


def run(*arguments: object, env: dict[str, str] | None = None, cwd: Path | None = None) -> Ended:
    """./run.py with these arguments, to its end."""
    done = subprocess.run(
        [sys.executable, str(RUN), *map(str, arguments)],
        capture_output=True,
        timeout=PATIENCE,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **(env or {})},
        cwd=cwd,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


@contextlib.contextmanager
def started(*arguments: object, log: Path) -> Iterator[psutil.Popen]:
    """./run.py as a process of its own; whatever is left of it and of its children is killed at the end."""
    with log.open("ab") as stderr:
        process = psutil.Popen(
            [sys.executable, str(RUN), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )
    family: list[psutil.Process] = []
    try:
        yield process
        family = children(process)
    finally:
        for each in (*family, process):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        process.wait(10)


def children(process: psutil.Popen) -> list[psutil.Process]:
    try:
        found: list[psutil.Process] = process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return found


def ended(process: psutil.Popen, number: signal.Signals = signal.SIGTERM, *, within: float = PATIENCE) -> int:
    """Send the signal and give the exit code. Fails when the process takes longer."""
    process.send_signal(number)
    code: int = process.wait(within)
    return code


def eventually(holds: Callable[[], object], *, within: float = PATIENCE) -> None:
    """Wait until something that another process brings about is so."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, f"not so within {within:g} s"
        time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Message
    body: bytes = field(repr=False)

    def __getitem__(self, name: str) -> str:
        """A header; empty where there is none."""
        return self.headers.get(name) or ""


class Client:
    """One connection that stays open, so that an answer's end is judged by its own headers. Sends paths as they are."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Header names are given with _ for -."""
        self._connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            self._connection.putheader(name.replace("_", "-"), value)
        self._connection.endheaders()
        response = self._connection.getresponse()
        return Answer(response.status, response.headers, response.read())


def ask(port: int, path: str, method: str = "GET", **headers: str) -> Answer:
    with Client(port) as client:
        return client.ask(path, method, **headers)


@contextlib.contextmanager
def served(site: Site, port: int = 0, *, at_once: bool = True, **options: Any) -> Iterator[int]:
    """The site behind the server that `serve` uses, in this process. Gives the port.

    `at_once`: with the answers that the server's own thread gives.
    """
    answers = quick(site, lambda _status, _seconds: None) if at_once else lambda _question: None
    server: Any = listening(site, answers, host="127.0.0.1", port=port, threads=4, ident="", **options)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        with contextlib.suppress(OSError):  # another wake-up has run it already
            server.trigger.pull_trigger(
                server.close
            )  # by the loop's own thread; it ends with its last socket
        thread.join(10)
        server.task_dispatcher.shutdown()
