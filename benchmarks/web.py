"""The built-in web server beside nginx: the same published tree, the same run, wrk on loopback.

    ./do bench web TREE [--seconds 5] [--rounds 3] [--connections 16]

TREE is a published directory, such as the demo's. Both serve its first channel's feed compressed, with a 200 and
with a 304. nginx has the project's own example as its configuration. Needs nginx and wrk. The two take turns.
Also shown: what waitress does with an application of one line, which is the most that any of ours could reach.
"""

import argparse
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from benchmarks.claims import claim
from benchmarks.measure import table

_RUN = Path(__file__).resolve().parent.parent / "run.py"
_EXAMPLE = _RUN.parent / "deploy/nginx/newswire.conf"
_BARE = """
import sys
from waitress import serve
def one_line(environ, start):
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]
import logging
logging.getLogger("waitress.queue").setLevel("ERROR")
serve(one_line, host="127.0.0.1", port=int(sys.argv[1]), threads=8, ident="")
"""
_CODING = "gzip"


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    for program in ("nginx", "wrk"):
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is not installed. On Debian and Ubuntu: apt-get install {program}")
    feed = min(options.tree.glob("*/all.rss")).relative_to(options.tree).as_posix()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        ours, theirs, bare = (_free_port() for _ in range(3))
        stack.enter_context(_running(_built_in(options.tree, Path(folder), ours), ours))
        stack.enter_context(_running(_nginx(options.tree, Path(folder), theirs), theirs))
        stack.enter_context(_running([sys.executable, "-c", _BARE, str(bare)], bare))
        bases = {"built-in": f"http://127.0.0.1:{ours}/{feed}", "nginx": f"http://127.0.0.1:{theirs}/{feed}"}
        bases["waitress alone"] = f"http://127.0.0.1:{bare}/"
        _report(feed, _rounds(bases, options))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./do bench web", description=__doc__.splitlines()[0])
    parser.add_argument("tree", type=lambda path: Path(path).resolve(), metavar="TREE")
    parser.add_argument("--seconds", type=int, default=5, help="of one measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    return parser.parse_args(arguments)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _built_in(tree: Path, folder: Path, port: int) -> list[str]:
    config = folder / "config.toml"
    config.write_text(
        f"""[network]
title = "Bench"
base_url = "http://127.0.0.1:{port}"
contact = "mailto:bench@example.org"
[languages]
targets = ["en"]
[publish]
directory = "{tree}"
[store]
url = "sqlite:///bench.db"
[serve]
port = {port}
[[source]]
key = "one"
name = "One"
language = "en"
url = "http://127.0.0.1/"
""",
        encoding="utf-8",
    )
    return [sys.executable, str(_RUN), "serve", "--pages", "--config", str(config)]


def _nginx(tree: Path, folder: Path, port: int) -> list[str]:
    site = _EXAMPLE.read_text(encoding="utf-8")
    site = site.replace("listen 80;", f"listen 127.0.0.1:{port};").replace(
        "/srv/newswire/var/public", str(tree)
    )
    places = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"user root; daemon off; worker_processes auto; pid {folder}/nginx.pid; error_log stderr crit;\n"
        f"events {{}}\nhttp {{ access_log off; sendfile on; {places}\n{site}\n}}\n",
        encoding="utf-8",
    )
    return ["nginx", "-p", str(folder), "-c", str(config)]


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[None]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process)
            yield
        finally:
            process.terminate()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"{process.args!r} ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"{process.args!r} does not listen")


Rates = dict[tuple[str, str], list[float]]


def _rounds(bases: dict[str, str], options: argparse.Namespace) -> Rates:
    found: Rates = {}
    for _ in range(options.rounds):
        for name, url in bases.items():
            headers = {"Accept-Encoding": _CODING}
            with urlopen(Request(url, headers=headers), timeout=30) as answer:
                etag, packed = answer.headers["ETag"], answer.headers["Content-Encoding"] == _CODING
            found.setdefault((name, "200"), []).append(_wrk(url, headers, options))
            if etag:
                assert packed, f"{name} does not compress"
                fresh = headers | {"If-None-Match": etag}
                found.setdefault((name, "304"), []).append(_wrk(url, fresh, options))
    return found


def _wrk(url: str, headers: dict[str, str], options: argparse.Namespace) -> float:
    """Requests a second; an answer that is an error ends the benchmark."""
    command = ["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    said = subprocess.run([*command, url], stdout=subprocess.PIPE, text=True, check=True).stdout
    if "Non-2xx" in said:
        raise SystemExit(f"{url}: {said}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert rate, said
    return float(rate[1])


def _report(feed: str, found: Rates) -> None:
    print(f"{feed}, {_CODING}: requests a second, median of {len(found['nginx', '200'])} rounds")
    rates = {key: statistics.median(runs) for key, runs in found.items()}
    names = ("built-in", "nginx", "waitress alone")
    rows = [
        [name, *(f"{rates[name, kind]:.0f}" if (name, kind) in rates else "" for kind in ("200", "304"))]
        for name in names
    ]
    table(("", "200", "304"), rows)
    for kind in ("200", "304"):
        print(
            f"{kind}: the built-in server does {rates['built-in', kind] / rates['nginx', kind]:.3f} of what nginx does; the aim is 0.5"
        )
        share = rates["built-in", kind] / rates["nginx", kind]
        claim(f"the built-in server, {kind}", share, 0.5, peer="nginx", more=True)
    print(f"of what waitress can do at all: {rates['built-in', '200'] / rates['waitress alone', '200']:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
