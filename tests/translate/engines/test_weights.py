"""Weights on disk and from a server that misbehaves."""

import hashlib
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fxtranslate import Cache

from pipeline.errors import WeightsError
from pipeline.records import Pair
from pipeline.translate.engines.weights import fetch, fingerprint, locate, present, verify
from pipeline.translate.engines.weights_server import ServerFaultError, WeightsServer
from tests.translate.engines.servers import RemoteSettings

LV = Pair("en", "lv")
FILES = {
    "model.enlv.intgemm.alphas.bin": os.urandom(200_000),
    "lex.50.50.enlv.s2t.bin": os.urandom(50_000),
    "vocab.enlv.spm": os.urandom(30_000),
}
MODEL = "model.enlv.intgemm.alphas.bin"


@pytest.fixture
def remote() -> Iterator[RemoteSettings]:
    with RemoteSettings() as server:
        server.add("en-lv", FILES)
        yield server


def client(remote: RemoteSettings, read: float = 5.0) -> WeightsServer:
    return WeightsServer(remote.url, read=read, pause=0.01)


def put(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_bytes(name.encode())


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, RemoteSettings]]:
    """The installed en-pt weights, downloaded once through a server of our own."""
    files = locate(tmp_path_factory.mktemp("none"), Pair("en", "pt"))
    assert files
    with RemoteSettings() as server:
        server.add("en-pt", {Path(path).name: Path(path).read_bytes() for path in files.paths().values()})
        models = tmp_path_factory.mktemp("models")
        fetch(Pair("en", "pt"), models, client(server))
        yield models, server


def test_downloaded_weights_are_the_served_ones(real: tuple[Path, RemoteSettings]) -> None:
    """A whole model comes through unchanged, passes verification, and other programs of the format find it."""
    models, _server = real
    files = verify(models, Pair("en", "pt"))
    packaged = locate(models / "nothing", Pair("en", "pt"))
    assert packaged

    assert files.model.parent == models / "en-pt"
    assert fingerprint(files) == fingerprint(packaged)
    assert {name for name, _size, _path in Cache(str(models)).pair_files("en-pt")} >= {files.model.name}
    assert present(models).keys() == {Pair("en", "pt"), Pair("pt", "en")}


def test_fetch_does_nothing_twice(remote: RemoteSettings, tmp_path: Path) -> None:
    """Complete weights are not asked for again; `again` asks, and takes over the files that are the same."""
    fetch(LV, tmp_path, client(remote))
    count = len(remote.asked)
    fetch(LV, tmp_path, client(remote))
    unchanged = len(remote.asked) == count
    fetch(LV, tmp_path, client(remote), again=True)

    assert unchanged
    assert [path for path, _range in remote.asked[count:] if "/files/" in path] == []
    assert sorted(path.name for path in (tmp_path / "en-lv").iterdir()) == sorted([*FILES, "weights.json"])


def test_update_replaces_all_or_nothing(remote: RemoteSettings, tmp_path: Path) -> None:
    """A newer version takes the place of the old one, and files it no longer has are removed."""
    old = fetch(LV, tmp_path, client(remote))
    before = fingerprint(old)
    newer = {"model.enlv.bin": b"new model", "vocab.enlv.spm": b"new vocab"}
    remote.add("en-lv", newer, version="3.1")
    new = fetch(LV, tmp_path, client(remote), again=True)

    assert new.model.name == "model.enlv.bin"
    assert new.shortlist is None
    assert fingerprint(new) != before
    assert sorted(path.name for path in new.model.parent.iterdir()) == sorted([*newer, "weights.json"])
    assert json.loads((new.model.parent / "weights.json").read_text())["version"] == "3.1"


def test_progress(remote: RemoteSettings, tmp_path: Path) -> None:
    """The bytes done grow to the bytes in all."""
    steps: list[tuple[int, int]] = []
    fetch(LV, tmp_path, client(remote), progress=lambda done, total: steps.append((done, total)))
    total = sum(len(content) for content in remote.files.values())

    assert steps[-1] == (total, total)
    assert [done for done, _total in steps] == sorted(done for done, _total in steps)


def test_cut_body_is_resumed(remote: RemoteSettings, tmp_path: Path) -> None:
    """A connection lost in the middle goes on where it stopped, in the same run."""
    remote.faults[remote.location(MODEL)] = [("cut", 70_000), ("cut", 20_000)]
    fetch(LV, tmp_path, client(remote))
    ranges = [asked for path, asked in remote.asked if path.endswith(remote.location(MODEL))]

    assert ranges == ["", "bytes=70000-", "bytes=90000-"]
    verify(tmp_path, LV)


def test_next_run_resumes(remote: RemoteSettings, tmp_path: Path) -> None:
    """A download given up goes on from its `.part` the next time; until then there are no weights."""
    location = remote.location(MODEL)
    remote.faults[location] = [("cut", 10_000), ("cut", 10_000), ("cut", 10_000)]
    with pytest.raises(WeightsError, match="the connection broke off; the next try goes on"):
        fetch(LV, tmp_path, client(remote))
    absent = locate(tmp_path, LV) is None
    fetch(LV, tmp_path, client(remote))

    assert absent
    assert [asked for path, asked in remote.asked if path.endswith(location)][-1] == "bytes=30000-"
    assert sum("/files/" in path for path, _range in remote.asked) == 6  # the finished files were kept
    verify(tmp_path, LV)


def test_a_file_that_is_another_since_is_taken_from_the_start(remote: RemoteSettings, tmp_path: Path) -> None:
    """Half of the former version is there: the new one is not sewn on to it, and one run is enough."""
    remote.faults[remote.location(MODEL)] = [("cut", 10_000)] * 3
    with pytest.raises(WeightsError, match="the connection broke off"):
        fetch(LV, tmp_path, client(remote))
    remote.add("en-lv", FILES | {MODEL: os.urandom(210_000)}, version="3.1")
    fetch(LV, tmp_path, client(remote))

    verify(tmp_path, LV)


def test_server_without_ranges(remote: RemoteSettings, tmp_path: Path) -> None:
    """A server that always sends everything is taken from the start."""
    remote.ranges = False
    remote.faults[remote.location(MODEL)] = [("cut", 70_000)]
    fetch(LV, tmp_path, client(remote))

    verify(tmp_path, LV)


def test_wrong_hash(remote: RemoteSettings, tmp_path: Path) -> None:
    """Bytes that are not those of the record are thrown away, with the file and the server named."""
    remote.faults[remote.location(MODEL)] = ["other"]
    with pytest.raises(WeightsError, match=f"en-lv: {MODEL} from {remote.url} is not the file") as caught:
        fetch(LV, tmp_path, client(remote))

    assert not isinstance(caught.value, ServerFaultError)
    assert locate(tmp_path, LV) is None
    fetch(LV, tmp_path, client(remote))
    verify(tmp_path, LV)


def test_wrong_content(remote: RemoteSettings, tmp_path: Path) -> None:
    """A file that unpacks to something else than its record says is refused."""
    remote.records[0]["decompressedHash"] = hashlib.sha256(b"something else").hexdigest()
    with pytest.raises(WeightsError, match=f"{MODEL} is damaged"):
        fetch(LV, tmp_path, client(remote))

    assert locate(tmp_path, LV) is None


@pytest.mark.parametrize(
    ("path", "fault", "message"),
    [
        ("/v1/", 404, "cannot be read: HTTP 404; check the connection and `server`"),
        ("/v1/", "garbage", "did not answer in JSON"),
        ("/records", "garbage", "did not answer in JSON"),
        ("/records", 503, "cannot be read: HTTP 503"),
        ("/records", "hang", "cannot be read: no answer in time"),
        ("/records", "drip", "cannot be read"),
    ],
)
def test_server_faults(
    remote: RemoteSettings, tmp_path: Path, path: str, fault: object, message: str
) -> None:
    """A server that is not what it should be is named as such, with what to do."""
    remote.faults[path] = [fault]
    with pytest.raises(ServerFaultError, match=message) as caught:
        fetch(LV, tmp_path, client(remote, read=0.3))

    assert caught.value.resource == remote.url


def test_json_of_another_kind(remote: RemoteSettings, tmp_path: Path) -> None:
    """JSON that is not of this shape is the server's fault too."""
    remote.records = [{"data": 1}, {"attachment": {}}]
    with pytest.raises(WeightsError, match="has no weights for en-lv"):
        fetch(LV, tmp_path, client(remote))


def test_unreachable_server(tmp_path: Path) -> None:
    """No connection at all is told at once."""
    with RemoteSettings() as server:
        url = server.url
    with pytest.raises(ServerFaultError, match="no connection"):
        fetch(LV, tmp_path, WeightsServer(url))


@pytest.mark.parametrize(("fault", "message"), [(404, "HTTP 404"), (500, None), ("hang", None)])
def test_file_faults(remote: RemoteSettings, tmp_path: Path, fault: object, message: str | None) -> None:
    """A file that is missing ends the download; a passing fault is tried again."""
    remote.faults[remote.location(MODEL)] = [fault]
    if message:
        with pytest.raises(WeightsError, match=message):
            fetch(LV, tmp_path, client(remote, read=0.3))
    else:
        fetch(LV, tmp_path, client(remote, read=0.3))
        verify(tmp_path, LV)


@pytest.mark.parametrize(
    "name", ["model.../../../etc/passwd", "../model.bin", "model.a/b", "weights.json", "model.\0"]
)
def test_name_that_leaves_the_folder(remote: RemoteSettings, tmp_path: Path, name: str) -> None:
    """A record may not name a file elsewhere, or one of ours."""
    remote.records[0]["name"] = name
    with pytest.raises(WeightsError, match="no weights for en-lv"):
        fetch(LV, tmp_path, client(remote))


def test_interrupted_commit(remote: RemoteSettings, tmp_path: Path) -> None:
    """A crash while files were being exchanged leaves the pair absent; the next fetch mends it."""
    fetch(LV, tmp_path, client(remote))
    (tmp_path / "en-lv" / "weights.json.part").write_text("{}")
    absent = locate(tmp_path, LV) is None
    fetch(LV, tmp_path, client(remote))

    assert absent
    verify(tmp_path, LV)


def test_damaged_on_disk(remote: RemoteSettings, tmp_path: Path) -> None:
    """A file cut short counts as absent; one changed inside is found by verification, with the remedy."""
    files = fetch(LV, tmp_path, client(remote))
    content = bytearray(files.model.read_bytes())
    content[100] ^= 1
    files.model.write_bytes(content)
    with pytest.raises(
        WeightsError, match=f"{MODEL} is not what was downloaded; delete .*en-lv and fetch it again"
    ):
        verify(tmp_path, LV)
    files.model.write_bytes(content[:-1])

    assert locate(tmp_path, LV) is None


def test_two_programs_at_once(remote: RemoteSettings, tmp_path: Path) -> None:
    """Fetching the same pair from several sides downloads it once."""
    threads = [threading.Thread(target=fetch, args=(LV, tmp_path, client(remote))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum("/files/" in path for path, _range in remote.asked) == len(FILES)
    verify(tmp_path, LV)


def test_files_put_there_by_hand(tmp_path: Path) -> None:
    """A folder without our manifest counts when it holds a model and its vocabularies; shared or one each."""
    put(tmp_path / "en-lv", ["model.enlv.bin", "lex.enlv.bin", "vocab.enlv.spm", "readme.txt"])
    put(tmp_path / "en-ja", ["model.enja.bin", "srcvocab.enja.spm", "trgvocab.enja.spm"])
    put(tmp_path / "en-pl", ["model.enpl.bin", "vocab.enpl.spm.part"])
    put(tmp_path / "notes", ["model.bin"])
    found = {str(pair): files for pair, files in present(tmp_path).items()}

    assert sorted(found) == ["en-ja", "en-lv", "en-pt", "pt-en"]
    assert found["en-lv"].source_vocab == found["en-lv"].target_vocab
    assert found["en-ja"].target_vocab.name == "trgvocab.enja.spm"
    assert found["en-ja"].shortlist is None


def test_verify_by_trying_out(tmp_path: Path) -> None:
    """Without a manifest the files must at least make a model."""
    verify(tmp_path, Pair("pt", "en"))
    put(tmp_path / "en-lv", ["model.enlv.bin", "vocab.enlv.spm"])
    with pytest.raises(WeightsError, match="no usable model"):
        verify(tmp_path, LV)
    with pytest.raises(WeightsError, match="no complete weights"):
        verify(tmp_path, Pair("en", "pl"))


def test_fingerprint_follows_the_files(tmp_path: Path) -> None:
    """Another content is another version, as soon as it is there."""
    put(tmp_path / "en-lv", ["model.enlv.bin", "vocab.enlv.spm"])
    first = locate(tmp_path, LV)
    assert first
    before = fingerprint(first)
    (tmp_path / "en-lv" / "model.enlv.bin").write_bytes(b"retrained model")
    second = locate(tmp_path, LV)
    assert second

    assert before != fingerprint(second)
    assert first.key != second.key


OLD = {"version": "2.1"}
NIGHTLY = {"version": "3.5", "filter_expression": "env.channel == 'default' || env.channel == 'nightly'"}


@pytest.mark.parametrize(
    ("offers", "chosen"),
    [
        ([{"version": "3.0"}, {"version": "3.1"}], 1),
        ([{"version": "3.9"}, {"version": "3.10"}], 1),
        ([{"version": "3.1a1"}, {"version": "3.0"}], 1),
        ([{"version": "3.0a1"}, {"version": "3.0a2"}], 1),
        ([{"architecture": "tiny", "version": "3.2"}, {"architecture": "base-memory"}], 1),
        ([{"architecture": "tiny"}, {"architecture": "huge"}], 0),
        ([{"architecture": None}, OLD], 0),
        ([{"version": "3.0"}, {"version": "4.0"}], 0),
        ([{"version": "3.0"}, NIGHTLY], 0),
        (
            [
                {"version": "3.0"},
                {"version": "3.1", "filter_expression": "env.channel in ['nightly', 'release']"},
            ],
            1,
        ),
        ([{"version": "3.0"}, {"version": "3.1", "filter_expression": "env.channel != 'release'"}], 0),
        ([{"last_modified": 5}, {"last_modified": 9}], 1),
    ],
)
def test_which_model_is_chosen(tmp_path: Path, offers: list[dict[str, object]], chosen: int) -> None:
    """Architecture by quality, finished before preliminary, newest first; never another generation or nightly."""
    with RemoteSettings() as server:
        for number, offer in enumerate(offers):
            server.add("en-lv", {"model.x": b"m%d" % number, "vocab.x": b"v%d" % number}, **offer)
        files = fetch(LV, tmp_path, client(server))

    assert files.model.read_bytes() == b"m%d" % chosen
    assert files.source_vocab.read_bytes() == b"v%d" % chosen


def test_incomplete_model_is_passed_over(tmp_path: Path) -> None:
    """A newer model without its vocabulary cannot be used; the older whole one is."""
    with RemoteSettings() as server:
        server.add("en-lv", {"model.x": b"old", "vocab.x": b"v"})
        server.add("en-lv", {"model.x": b"new", "srcvocab.x": b"v"}, version="3.1")
        files = fetch(LV, tmp_path, client(server))
        available = client(server).available()

    assert files.model.read_bytes() == b"old"
    assert available == {LV: "3.0"}


def test_available(remote: RemoteSettings) -> None:
    """What can be fetched, by direction, without old generations."""
    remote.add("lv-en", {"model.x": b"m", "vocab.x": b"v"}, version="3.2")
    remote.add("en-ga", {"model.x": b"m", "vocab.x": b"v"}, version="2.0")

    assert client(remote).available() == {LV: "3.0", Pair("lv", "en"): "3.2"}
