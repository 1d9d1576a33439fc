"""The published tree: whole files, only when bytes differ, twins that agree, and nothing outside."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest

from feeds.deliver import Tree
from pipeline.errors import PublishError

OLD = b"vecais saturs " * 50
NEW = b"jaunais saturs " * 60


class Killed(BaseException):
    """Stands for kill -9: nothing in the code may catch it."""


def _tree(directory: Path) -> dict[str, bytes]:
    """Every file under the directory with its bytes, strays included."""
    return {
        str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def _expected(path: str, body: bytes) -> dict[str, bytes]:
    return {
        path: body,
        f"{path}.br": brotli.compress(body, quality=5),
        f"{path}.gz": gzip.compress(body, mtime=0),
    }


def test_a_text_is_written_with_its_twins(tmp_path: Path) -> None:
    """The plain file and two compressed ones that hold the same."""
    assert Tree(tmp_path).write("lv/all.rss", NEW)

    assert _tree(tmp_path) == _expected("lv/all.rss", NEW)
    assert gzip.decompress((tmp_path / "lv/all.rss.gz").read_bytes()) == NEW
    assert brotli.decompress((tmp_path / "lv/all.rss.br").read_bytes()) == NEW


def test_equal_bytes_are_not_written_again(tmp_path: Path) -> None:
    """Validators and caches of readers hold as long as nothing changed."""
    tree = Tree(tmp_path)
    tree.write("lv/all.rss", NEW)

    def identity() -> dict[Path, tuple[int, int]]:
        """Reading moves a file's access time, so the whole stat would not do."""
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}

    before = identity()

    assert not Tree(tmp_path).write("lv/all.rss", NEW)
    assert identity() == before


def test_changed_bytes_replace_all_three(tmp_path: Path) -> None:
    """No twin of the old text stays behind."""
    tree = Tree(tmp_path)
    tree.write("lv/all.rss", OLD)

    assert tree.write("lv/all.rss", NEW)
    assert _tree(tmp_path) == _expected("lv/all.rss", NEW)


def test_what_an_item_leaves_behind_has_no_twins(tmp_path: Path) -> None:
    """Nor does it keep those of a former version."""
    tree = Tree(tmp_path)
    (tmp_path / "lv").mkdir()
    for suffix in (".gz", ".br"):
        (tmp_path / f"lv/gone.html{suffix}").write_bytes(b"old")

    tree.write("lv/gone.html", b"gone")

    assert {path.name for path in (tmp_path / "lv").iterdir()} == {"gone.html"}


def test_pictures_have_no_twins(tmp_path: Path) -> None:
    """What is compressed already is not compressed again."""
    Tree(tmp_path).write("static/a.png", b"\x89PNG")

    assert set(_tree(tmp_path)) == {"static/a.png"}
    assert not Tree(tmp_path).write("static/a.png", b"\x89PNG")


@pytest.mark.parametrize(
    "damage",
    [
        lambda gz, br: gz.unlink(),
        lambda gz, br: br.unlink(),
        lambda gz, br: gz.write_bytes(b"\x1f\x8b"),
        lambda gz, br: gz.write_bytes(gzip.compress(OLD)),
    ],
    ids=["no gz", "no br", "torn gz", "old gz"],
)
def test_a_twin_that_disagrees_is_made_again(tmp_path: Path, damage: Callable[[Path, Path], object]) -> None:
    """A missing, torn or outdated twin is replaced although the plain file did not change."""
    tree = Tree(tmp_path)
    tree.write("lv/all.rss", NEW)
    damage(tmp_path / "lv/all.rss.gz", tmp_path / "lv/all.rss.br")

    assert not tree.write("lv/all.rss", NEW)
    assert _tree(tmp_path) == _expected("lv/all.rss", NEW)


def _kill_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """From its `step`-th change of the file system on, the process is dead."""
    taken = 0

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def act(*args: object, **kwargs: object) -> object:
            nonlocal taken
            taken += 1
            if taken > step:
                raise Killed
            return real(*args, **kwargs)

        return act

    for name in ("replace", "unlink", "mkdir", "open", "rmdir"):
        monkeypatch.setattr(Path, name, counted(getattr(Path, name)))


@pytest.mark.parametrize("after", [OLD, NEW], ids=["back to the old text", "on to the new text"])
def test_killed_at_any_step_the_next_run_converges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bytes
) -> None:
    """Whatever the killed write left, the next write of either text leaves exactly that text and its twins."""
    step = 0
    finished = False
    while not finished:
        directory = tmp_path / str(step)
        Tree(directory).write("lv/all.rss", OLD)
        with monkeypatch.context() as patch:
            _kill_at(patch, step)
            try:
                Tree(directory).write("lv/all.rss", NEW)
                finished = True
            except Killed:
                pass
        assert (directory / "lv/all.rss").read_bytes() in (OLD, NEW)
        Tree(directory).write("lv/all.rss", after)
        assert _tree(directory) == _expected("lv/all.rss", after), f"killed at step {step}"
        step += 1
    assert step > 6


def test_killed_removal_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a twin of a withdrawn text remains, so does the plain file that makes the next run remove both."""
    step = 0
    finished = False
    while not finished:
        directory = tmp_path / str(step)
        Tree(directory).write("lv/news/1/index.html", OLD)
        tree = Tree(directory)
        with monkeypatch.context() as patch:
            _kill_at(patch, step)
            try:
                tree.remove("lv/news/1/index.html")
                finished = True
            except Killed:
                pass
        left = _tree(directory)
        assert "lv/news/1/index.html" in left or left == {}
        for path in list(Tree(directory).files()):
            Tree(directory).remove(path)
        assert _tree(directory) == {}
        step += 1


def test_removal_takes_twins_and_empty_folders(tmp_path: Path) -> None:
    """Nothing of the item is left, and nothing of its neighbours is touched."""
    tree = Tree(tmp_path)
    tree.write("lv/news/1/index.html", OLD)
    tree.write("lv/all.rss", OLD)

    assert tree.remove("lv/news/1/index.html")
    assert not tree.remove("lv/news/1/index.html")
    assert not (tmp_path / "lv/news").exists()
    assert list(tree.files()) == ["lv/all.rss"]


def test_files_are_listed_without_twins(tmp_path: Path) -> None:
    """The stage learns what stands in the tree, in order, whole or under a folder."""
    tree = Tree(tmp_path)
    for path in ("pl/all.rss", "lv/news/1/index.html", "lv/all.rss"):
        tree.write(path, OLD)

    assert list(tree.files()) == ["lv/all.rss", "lv/news/1/index.html", "pl/all.rss"]
    assert list(tree.files("lv/news")) == ["lv/news/1/index.html"]


def test_strays_of_a_killed_process_are_swept(tmp_path: Path) -> None:
    """Half-written files do not pile up, and are never listed."""
    Tree(tmp_path)
    (tmp_path / ".incoming/123-4").write_bytes(b"half")

    assert list(Tree(tmp_path).files()) == []
    assert _tree(tmp_path) == {}


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../outside.html",
        "lv/../../outside.html",
        "a\\b.html",
        "a\0b.html",
        ".incoming/x",
        "lv/all.rss.gz",
    ],
)
def test_paths_out_of_the_tree_are_refused(tmp_path: Path, path: str) -> None:
    """Neither writing nor removing reaches beyond the tree, or into its workings."""
    tree = Tree(tmp_path / "public")
    with pytest.raises(PublishError):
        tree.write(path, NEW)
    with pytest.raises(PublishError):
        tree.remove(path)

    assert _tree(tmp_path) == {}


def test_links_out_of_the_tree_are_refused(tmp_path: Path) -> None:
    """A linked folder inside the tree is no way out."""
    (tmp_path / "elsewhere").mkdir()
    tree = Tree(tmp_path / "public")
    (tmp_path / "public/lv").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(PublishError, match="leads out"):
        tree.write("lv/all.rss", NEW)
    assert _tree(tmp_path / "elsewhere") == {}


def test_odd_but_legal_names_are_written(tmp_path: Path) -> None:
    """Colons, spaces and letters of any language are names like others."""
    tree = Tree(tmp_path)

    assert tree.write("lv/news/tag:a,2026:b ē/index.html", NEW)
    assert list(tree.files()) == ["lv/news/tag:a,2026:b ē/index.html"]


def test_a_fault_of_the_disk_names_the_file(tmp_path: Path) -> None:
    """The operator reads which path could not be written, and why."""
    tree = Tree(tmp_path)
    tree.write("lv", b"a file where a folder is needed")

    with pytest.raises(PublishError, match=r"lv/all\.rss: cannot be written: "):
        tree.write("lv/all.rss", NEW)


def test_durable_writes_wait_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the three files and their folder are synced, and only when asked for."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)

    Tree(tmp_path / "fast").write("lv/all.rss", NEW)
    assert len(synced) == 0
    Tree(tmp_path / "safe", durable=True).write("lv/all.rss", NEW)
    assert len(synced) == 4


def test_published_files_can_be_read_by_the_web_server(tmp_path: Path) -> None:
    """Files get the rights that the process's mask allows, not a temporary file's."""
    before = os.umask(0o022)
    try:
        Tree(tmp_path).write("lv/all.rss", NEW)
    finally:
        os.umask(before)

    assert (tmp_path / "lv/all.rss").stat().st_mode & 0o777 == 0o644
