"""`demo`: the sample network on loopback, one whole cycle, the summary, then the pages.

Everything lies under one directory: its config.toml can be used with every other command.
"""

import argparse
import json
import socket
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pipeline import loading, settings
from pipeline.config import Config
from pipeline.demo.network import SampleNetwork
from pipeline.errors import NewswireError
from pipeline.progress import Progress, show

TARGETS = ("lv", "en", "pt")
EDITOR = "demo"
_LINK_MINUTES = 120.0  # from the start of the demo
_MEMORY = Path(__file__).parent / "memory.tmx"
_SOURCES = Path(__file__).parent / "sources.toml"
_TOPICS = Path(__file__).parent / "topics.toml"


def demo(options: argparse.Namespace) -> int:
    """Run it; with --once, stop after the summary."""
    progress = Progress(quiet=options.json)
    folder = options.dir.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if not options.once:
        _require_free(options.port)
    with _network(folder, options.port) as network:
        path = folder / "config.toml"
        path.write_text(_toml(network, options.port), encoding="utf-8")
        config = loading.load(path)
        settings.boot(config)
        _one_cycle(config, progress, as_json=options.json)
        if options.once:
            progress.say(f"The published files stand under {config.publish.directory}")
        else:
            _serve(config, path, progress)
    return 0


def _one_cycle(config: Config, progress: Progress, *, as_json: bool) -> None:
    from pipeline.cycle import Run, run_cycle  # noqa: PLC0415 - models can be imported only after boot

    progress.say(f"The sample network: {len(config.source)} small sites made up for this demonstration.")
    summary = run_cycle(Run(config=config, progress=progress))
    show(summary, progress.console)
    progress.say('"tm:import" is the bundled sample memory, "firefox" the neural engine on this machine.')
    if as_json:
        json.dump(summary.as_dict(), sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")


def _serve(config: Config, path: Path, progress: Progress) -> None:
    from pipeline import daemon  # noqa: PLC0415 - the web server is loaded by those who serve

    base = config.network.base_url
    progress.say("")
    for text, address in (
        ("News in Latvian", f"{base}/lv/"),
        ("Feed for a reader", f"{base}/lv/all.rss"),
        ("In Portuguese, by the neural engine", f"{base}/pt/"),
        ("All feeds", f"{base}/feeds.opml"),
    ):
        progress.say(f"  {text:<36} {address}")
    progress.say("")
    # Not wrapped: an address broken over two lines cannot be clicked.
    progress.console.print(f"  Sign in to the desk once: {base}/desk/enter/{_way_in()}/", soft_wrap=True)
    progress.say("")
    daemon.serve(config, path, say=progress.say, cycles=False)


def _way_in() -> str:
    """The token of a link for the editor "demo", who may everything. The demo listens on loopback only."""
    from pipeline.models import Editor, Role  # noqa: PLC0415 - models can be imported only after boot
    from pipeline.review import people  # noqa: PLC0415

    grants = [people.GrantData(role=Role.ADMINISTRATOR)]
    editor = Editor.objects.by_name(EDITOR) or people.add_editor(people.NewEditor(name=EDITOR), grants)
    people.reactivate(editor)
    people.set_grants(editor, grants)
    return people.one_time_link(editor, datetime.now(UTC), minutes=_LINK_MINUTES)


@contextmanager
def _network(folder: Path, port: int) -> Iterator[SampleNetwork]:
    """The sites on the port they had the last time, so that their links stay; else on the next free one."""
    note = folder / "sample-port"
    known = _port_in(note)
    network = SampleNetwork(known or (port + 1) % 65536)
    try:
        network.start()
    except OSError as error:
        if known:
            raise NewswireError(
                f"port {known}, where the sample network of {folder} stands, is taken: is another demo running "
                "there? End it, or give --dir another directory",
                resource="demo",
            ) from error
        network = SampleNetwork(0)
        network.start()
    incoming = note.with_suffix(".part")  # renamed when whole: the demo may be killed at any moment
    incoming.write_text(network.base.rsplit(":", 1)[1], encoding="utf-8")
    incoming.replace(note)
    try:
        yield network
    finally:
        network.stop()


def _port_in(note: Path) -> int:
    """The port of the last time; 0 where there was none or its note makes no sense."""
    try:
        port = int(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0
    return port if 0 < port < 65536 else 0


def _require_free(port: int) -> None:
    """The pages' own port, looked at before a whole cycle is spent on them."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise NewswireError(
                f"port {port} is taken: {error.strerror}; choose another with --port", resource="demo"
            ) from error


def _toml(network: SampleNetwork, port: int) -> str:
    """A configuration like the real one, with the sample sites in it."""
    text = f"""# Written by ./run.py demo at each start; copy it before you change it.
[network]
title = "Cities of change (samples)"
base_url = "http://127.0.0.1:{port}"
contact = "mailto:newswire@example.org"

[languages]
targets = {_list(TARGETS)}

[engines]
chain = ["firefox"]
models = "models"
memories = [{_quoted(str(_MEMORY))}]

[publish]
directory = "public"
reports = "/report"

[store]
url = "sqlite:///newswire.db"

[fetch]
allow = ["127.0.0.1"]
per_host = 8

[serve]
port = {port}
"""
    text += f"\n{source_tables(network)}\n{topic_tables()}"
    tomllib.loads(text)
    return text


def source_tables(network: SampleNetwork) -> str:
    """The sample sites as sources of a configuration, each read by the shape of the real site."""
    return _SOURCES.read_text(encoding="utf-8").replace("{base}", network.base)


def topic_tables() -> str:
    """The topics, the same that the project's own configuration begins with."""
    return _TOPICS.read_text(encoding="utf-8")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a TOML string


def _list(texts: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(_quoted, texts)) + "]"
