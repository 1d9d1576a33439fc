"""A mirror of weights: made from one server, served as plain files, fetched from by another machine."""

import errno
import functools
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import UsageError, WeightsError
from pipeline.progress import Progress
from pipeline.records import Pair
from pipeline.translate.engines.weights import fetch, verify
from pipeline.translate.engines.weights_mirror import RECORDS, Mirror
from pipeline.translate.engines.weights_server import WeightsServer
from pipeline.weights_commands import run
from tests.builders import config
from tests.translate.engines.servers import RemoteSettings

EN_LV, PL_EN = Pair("en", "lv"), Pair("pl", "en")


def files(mark: str) -> dict[str, bytes]:
    return {
        f"model.{mark}.bin": f"model {mark}".encode() * 400,
        f"lex.{mark}.bin": b"lex" * 50,
        f"vocab.{mark}.spm": b"vocab" * 60,
    }


@pytest.fixture
def origin() -> Iterator[RemoteSettings]:
    with RemoteSettings() as server:
        server.add("en-lv", files("enlv"))
        server.add("pl-en", files("plen"))
        yield server


@contextmanager
def plain_files(directory: Path) -> Iterator[str]:
    """Any web server: Python's own, for files."""

    class Silent(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- as inherited
            """Tests are silent."""

    handler = functools.partial(Silent, directory=str(directory))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def from_origin(origin: RemoteSettings) -> WeightsServer:
    return WeightsServer(origin.url, read=2.0, pause=0.01)


def silent(_done: int, _total: int) -> None:
    """Progress nobody asked for."""


def test_another_machine_fetches_from_the_mirror(origin: RemoteSettings, tmp_path: Path) -> None:
    """What was mirrored is served by a plain web server, fetched and verified, without the origin."""
    mirror = Mirror(tmp_path / "mirror")
    for pair in (EN_LV, PL_EN):
        mirror.add(pair, from_origin(origin), silent)
    asked = len(origin.asked)
    with plain_files(tmp_path / "mirror") as address:
        server = WeightsServer(address, read=2.0, pause=0.01)
        offered = server.available()
        fetched = fetch(EN_LV, tmp_path / "models", server)

    assert offered == {EN_LV: "3.0", PL_EN: "3.0"}
    assert fetched.model.read_bytes() == files("enlv")["model.enlv.bin"]
    assert verify(tmp_path / "models", EN_LV) == fetched
    assert len(origin.asked) == asked


def test_a_mirror_of_a_mirror(origin: RemoteSettings, tmp_path: Path) -> None:
    """A mirror has the shape of its origin, so it can be mirrored in turn."""
    Mirror(tmp_path / "one").add(EN_LV, from_origin(origin), silent)
    with plain_files(tmp_path / "one") as address:
        size = Mirror(tmp_path / "two").add(EN_LV, WeightsServer(address, read=2.0, pause=0.01), silent)

    assert Mirror(tmp_path / "two").verify(EN_LV) == size


def test_an_interrupted_download_goes_on(origin: RemoteSettings, tmp_path: Path) -> None:
    """The next try asks for the rest only; until then the records name nothing that is not there."""
    mirror = Mirror(tmp_path)
    location = origin.location("model.enlv.bin")
    origin.faults = {location: [("cut", 5)] * 3}
    with pytest.raises(WeightsError, match="the next try goes on from here"):
        mirror.add(EN_LV, from_origin(origin), silent)
    named = (tmp_path / RECORDS).exists()
    mirror.add(EN_LV, from_origin(origin), silent)

    assert not named
    assert any(path.endswith(location) and span.startswith("bytes=") for path, span in origin.asked)
    assert mirror.verify(EN_LV) > 0


def test_what_is_whole_is_not_fetched_again(origin: RemoteSettings, tmp_path: Path) -> None:
    """A second run asks what there is, and reads its own files."""
    Mirror(tmp_path).add(EN_LV, from_origin(origin), silent)
    before = len(origin.asked)
    Mirror(tmp_path).add(EN_LV, from_origin(origin), silent)

    assert not any("/files/" in path for path, _span in origin.asked[before:])


def test_a_damaged_file_is_found_and_brought_again(origin: RemoteSettings, tmp_path: Path) -> None:
    """Verifying names the file; mirroring again mends it."""
    mirror = Mirror(tmp_path)
    mirror.add(EN_LV, from_origin(origin), silent)
    victim = next((tmp_path / "files" / "en-lv").glob("*.zst"))
    victim.write_bytes(b"rust")
    with pytest.raises(WeightsError, match=f"{victim.name} is not what was downloaded"):
        mirror.verify(EN_LV)
    mirror.add(EN_LV, from_origin(origin), silent)

    assert mirror.verify(EN_LV) > 0


def test_a_new_version_takes_the_place_of_the_old(origin: RemoteSettings, tmp_path: Path) -> None:
    """Files that no record names any more are removed; other pairs stay."""
    mirror = Mirror(tmp_path)
    for pair in (EN_LV, PL_EN):
        mirror.add(pair, from_origin(origin), silent)
    origin.records = [each for each in origin.records if each["sourceLanguage"] != "en"]
    origin.add("en-lv", files("newer"), version="3.1")
    mirror.add(EN_LV, from_origin(origin), silent)

    assert len(list((tmp_path / "files" / "en-lv").glob("*.zst"))) == 3
    assert mirror.verify(PL_EN) > 0
    with pytest.raises(WeightsError, match="is not in the mirror"):
        mirror.verify(Pair("en", "pl"))


def test_a_file_in_the_place_of_the_mirror(tmp_path: Path) -> None:
    """A directory is meant; a file is not overwritten."""
    (tmp_path / "mirror").write_text("mine")
    with pytest.raises(WeightsError, match="name a directory"):
        Mirror(tmp_path / "mirror")


def test_records_that_are_damaged_are_named(origin: RemoteSettings, tmp_path: Path) -> None:
    """A list that cannot be read is not silently replaced."""
    path = tmp_path / RECORDS
    path.parent.mkdir(parents=True)
    path.write_text("nonsense")
    with pytest.raises(WeightsError, match="delete it and mirror again"):
        Mirror(tmp_path).add(EN_LV, from_origin(origin), silent)


def test_the_command_mirrors_what_is_named(origin: RemoteSettings, tmp_path: Path) -> None:
    """Each pair has its line; one that the server lacks is a fault of its own."""
    own = config(tmp_path, engines={"firefox": {"server": origin.url}})
    quiet = Progress(quiet=True)
    lines = run("mirror", [str(tmp_path / "m"), "en-lv", "en-xx", "pl-en"], own, quiet)

    assert [(str(line.pair), line.fault) for line in lines] == [
        ("en-lv", False),
        ("en-xx", True),
        ("pl-en", False),
    ]
    assert lines[0].size > 0
    with pytest.raises(UsageError, match="name the directory"):
        run("mirror", [], own, quiet)


def test_a_server_out_of_reach_is_asked_once(tmp_path: Path) -> None:
    """What is the server's fault stands at every pair, without asking again for each."""
    with RemoteSettings() as gone:
        address = gone.url
    own = config(tmp_path, engines={"firefox": {"server": address}})
    lines = run("mirror", [str(tmp_path / "m"), "en-lv", "pl-en"], own, Progress(quiet=True))

    assert [line.fault for line in lines] == [True, True]
    assert len({line.state for line in lines}) == 1


def test_two_programs_fill_one_mirror(origin: RemoteSettings, tmp_path: Path) -> None:
    """Neither loses what the other has brought, nor are the same bytes written by both."""
    pairs = [EN_LV, PL_EN, EN_LV]
    with ThreadPoolExecutor(3) as pool:
        done = [pool.submit(Mirror(tmp_path).add, pair, from_origin(origin), silent) for pair in pairs]
        sizes = [each.result() for each in done]

    assert [Mirror(tmp_path).verify(pair) for pair in pairs] == sizes


@pytest.mark.parametrize("action", ["fetch", "mirror"])
def test_a_full_disk_is_said_once(
    origin: RemoteSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    """What to do stands at every pair; the next ones are not tried."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(WeightsServer, "download", full)
    own = config(tmp_path, engines={"firefox": {"server": origin.url}, "models": str(tmp_path / "models")})
    names = [str(tmp_path / "m")] if action == "mirror" else []
    lines = run(action, [*names, "en-lv", "pl-en"], own, Progress(quiet=True))

    assert [line.fault for line in lines] == [True, True]
    assert {line.state for line in lines} == {
        "No space left on device: the disk is full; make room, then run again: nothing that stood is lost"
    }
