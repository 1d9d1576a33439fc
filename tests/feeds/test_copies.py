"""Copies of pictures in the tree: there while a public page shows them, and taken away with the last one."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feeds import stage
from feeds.copies import ByEntry, Copies
from feeds.deliver import Tree
from pipeline.config import Config
from pipeline.models import Entry, Picture, PictureState, Release, Revision, text_hash
from pipeline.records import PictureBytes
from pipeline.review import release
from tests.builders import NOW, config, entry, revise, translation

pytestmark = pytest.mark.usefixtures("store")
BRIDGE, MAP = "https://poznan.example/bridge.jpg", "https://poznan.example/map.png?a=1&b=2"


def publish(settings: Config, *, everything: bool = False) -> int:
    release.run(settings)
    return stage.run(settings, everything=everything)


def files(settings: Config) -> set[str]:
    folder = settings.publish.directory / "pictures"
    return {path.name for path in folder.glob("*")} if folder.exists() else set()


def page(settings: Config, language: str = "pl", public_id: str = "poznan1") -> str:
    return (settings.publish.directory / f"{language}/news/{public_id}/index.html").read_text("utf-8")


def showing(number: int = 1) -> Entry:
    """An entry with a picture of its own and one in its text."""
    markup = f'<p>Most.</p><p><img src="{MAP.replace("&", "&amp;")}" alt="Plan"></p>'
    row = entry(number)
    Revision.objects.filter(entry=row).update(image={"url": BRIDGE, "alt": "Most"}, content=markup)
    row.refresh_from_db()
    Entry.objects.filter(pk=row.pk).update(first_seen=datetime.now(UTC))
    return row


def copy(url: str, number: int) -> None:
    Picture.objects.get(url_hash=text_hash(url)).copied(
        PictureBytes(body=b"RIFF....WEBP%d" % number, digest=f"{number:032x}", width=96, height=54)
    )


def test_a_picture_is_wanted_and_linked_until_it_is_copied(tmp_path: Path) -> None:
    """The first page names it by a link; with the copy the page is another one, and the file stands beside it."""
    settings = config(tmp_path)
    translation(showing())
    publish(settings)
    before, first = page(settings), files(settings)
    for number, url in enumerate((BRIDGE, MAP)):
        copy(url, number)
    written = publish(settings)

    assert {row.url for row in Picture.objects.all()} == {BRIDGE, MAP}
    assert f'href="{BRIDGE}"' in before
    assert first == set()
    assert files(settings) == {f"{0:032x}.webp", f"{1:032x}.webp"}
    assert f'<img src="../../../pictures/{0:032x}.webp" alt="Most" width="96" height="54"' in page(settings)
    assert f"pictures/{1:032x}.webp" in page(settings)
    assert f"pictures/{0:032x}.webp" in (settings.publish.directory / "pl/index.html").read_text("utf-8")
    assert written > 0
    assert publish(settings) == publish(settings, everything=True) == 0


def test_feeds_name_the_picture_at_its_city(tmp_path: Path) -> None:
    """A reader's program asks for it as it always did; addresses in feeds do not change with the pages."""
    settings = config(tmp_path)
    translation(showing())
    publish(settings)
    feed = settings.publish.directory / "pl/all.json"
    before = feed.read_bytes()
    copy(BRIDGE, 1)
    publish(settings)

    assert feed.read_bytes() == before
    assert BRIDGE.encode() in before


def test_the_last_page_takes_the_file_with_it(tmp_path: Path) -> None:
    """What two entries show stays while one of them is public."""
    settings = config(tmp_path)
    for number in (1, 2):
        translation(showing(number))
    publish(settings)
    copy(BRIDGE, 1)
    publish(settings)
    standing = files(settings)
    left = []
    for number in (1, 2):
        Entry.objects.filter(public_id=f"poznan{number}").update(withdrawn_at=NOW, release_due=True)
        publish(settings)
        left.append(files(settings))

    assert standing == left[0] == {f"{1:032x}.webp"}
    assert left[1] == set()
    assert Picture.objects.filter(state=PictureState.COPIED).count() == 1  # should the source show it again


def test_a_corrected_picture_takes_the_place_of_the_former(tmp_path: Path) -> None:
    """The wrong one is public no more."""
    settings = config(tmp_path)
    row = showing()
    publish(settings)
    copy(BRIDGE, 1)
    copy(MAP, 2)
    publish(settings)
    new = revise(row, "Poprawiony", 2)
    Revision.objects.filter(pk=new.pk).update(image={"url": "https://poznan.example/right.jpg", "alt": ""})
    publish(settings)
    copy("https://poznan.example/right.jpg", 3)
    publish(settings)

    assert files(settings) == {f"{3:032x}.webp"}
    linked = Picture.objects.filter(entries=row.pk).values_list("url", flat=True)
    assert set(linked) == {"https://poznan.example/right.jpg"}


@pytest.mark.parametrize("way", ["link", "show"])
def test_copies_leave_the_tree_where_they_are_not_wanted(tmp_path: Path, way: str) -> None:
    """After a change of the configuration; and what is strange in the folder goes with the next whole writing."""
    settings = config(tmp_path)
    translation(showing())
    publish(settings)
    copy(BRIDGE, 1)
    publish(settings)
    stray = settings.publish.directory / "pictures" / "stray.webp"
    stray.write_bytes(b"x")
    publish(settings, everything=True)
    kept = files(settings)
    publish(config(tmp_path, publish={"directory": settings.publish.directory, "pictures": way}))

    assert kept == {f"{1:032x}.webp"}
    assert files(settings) == set()


def test_a_lost_file_comes_back_with_the_whole_tree(tmp_path: Path) -> None:
    """It is in the store."""
    settings = config(tmp_path)
    translation(showing())
    publish(settings)
    copy(BRIDGE, 1)
    publish(settings)
    file = settings.publish.directory / "pictures" / f"{1:032x}.webp"
    file.unlink()
    publish(settings, everything=True)

    assert file.read_bytes() == b"RIFF....WEBP1"


def test_old_entries_ask_for_no_copies(tmp_path: Path) -> None:
    """A store that was made before there were copies does not ask cities for the pictures of years."""
    settings = config(tmp_path)
    showing()
    Entry.objects.update(first_seen=datetime(2020, 1, 1, tzinfo=UTC))
    publish(settings)

    assert Picture.objects.count() == 0


def test_what_is_no_longer_kept_leaves_with_its_picture(tmp_path: Path) -> None:
    """By [publish] keep_days."""
    settings = config(tmp_path, publish={"directory": tmp_path / "public", "keep_days": 30})
    showing()
    Entry.objects.update(published=datetime.now(UTC))
    Release.objects.all().delete()
    publish(settings)
    copy(BRIDGE, 1)
    publish(settings)
    standing = files(settings)
    Release.objects.update(published=datetime(2020, 1, 1, tzinfo=UTC), dirty=True)
    publish(settings)

    assert standing == {f"{1:032x}.webp"}
    assert files(settings) == set()


def publish_killed(settings: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by kill -9 before the first copy is taken away."""

    class KilledError(BaseException):
        pass

    remove = Tree.remove

    def killed(tree: Tree, path: str) -> bool:
        if path.startswith("pictures/"):
            raise KilledError
        return remove(tree, path)

    release.run(settings)
    with monkeypatch.context() as patch:
        patch.setattr(Tree, "remove", killed)
        with pytest.raises(KilledError):
            stage.run(settings)


def drop_the_bridge(settings: Config) -> None:
    """An entry is published with the copy of its picture; then a correction without it comes."""
    row = showing()
    publish(settings)
    copy(BRIDGE, 1)
    publish(settings)
    new = revise(row, "Poprawiony", 2)
    Revision.objects.filter(pk=new.pk).update(image=None, content="<p>Most.</p>")


def test_a_run_that_was_killed_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a correction dropped goes with the next run, though the first had begun to forget it."""
    settings = config(tmp_path)
    drop_the_bridge(settings)
    publish_killed(settings, monkeypatch)
    standing = files(settings)
    publish(settings)

    assert standing == {f"{1:032x}.webp"}
    assert files(settings) == set()


def named(settings: Config) -> set[str]:
    """The copies that any page names."""
    pages = settings.publish.directory.rglob("*.html")
    return {found for each in pages for found in re.findall(r"([0-9a-f]{32}\.webp)", each.read_text("utf-8"))}


@pytest.mark.parametrize("age", [0, 4000])
def test_no_page_shows_a_copy_that_left_with_another_entry(tmp_path: Path, age: int) -> None:
    """Also where an entry found the picture copied already: stored while nothing was copied, or old."""
    settings = config(tmp_path)
    for number in (1, 2):
        showing(number)
    Entry.objects.filter(public_id="poznan1").update(
        first_seen=datetime.now(UTC) - timedelta(days=age), release_due=True
    )
    Entry.objects.filter(public_id="poznan2").update(current=None)
    publish(settings)
    Picture.objects.all().delete()
    second = Entry.objects.get(public_id="poznan2")
    Entry.objects.filter(pk=second.pk).update(current=second.revisions.get(), release_due=True)
    publish(settings)
    copy(BRIDGE, 1)
    publish(settings)
    publish(settings, everything=True)
    standing, shown = files(settings), named(settings)
    Entry.objects.filter(pk=second.pk).update(withdrawn_at=NOW, release_due=True)
    publish(settings)

    assert standing == shown == {f"{1:032x}.webp"}
    assert named(settings) <= files(settings)
    publish(settings, everything=True)
    assert named(settings) == files(settings)


def test_the_copies_of_a_source_that_left_the_configuration_leave_with_its_pages(tmp_path: Path) -> None:
    """No page shows them any more."""
    settings = config(tmp_path)
    showing()
    publish(settings)
    copy(BRIDGE, 1)
    publish(settings)
    standing = files(settings)
    other = {"key": "riga", "name": "Riga", "language": "lv", "url": "https://riga.example/feed"}
    publish(config(tmp_path, source=[other], publish={"directory": settings.publish.directory}))

    assert standing == {f"{1:032x}.webp"}
    assert files(settings) == set()


def test_a_copy_that_comes_while_publish_is_at_work_is_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a cluster: the page was written without it, and the marks are taken away after it came."""
    settings = config(tmp_path)
    showing()
    publish(settings)
    Entry.objects.update(release_due=True)
    Release.objects.update(dirty=True)
    lay = Copies.write

    def meanwhile(copies: Copies, known: ByEntry) -> int:
        copy(BRIDGE, 1)
        return lay(copies, known)

    with monkeypatch.context() as patch:
        patch.setattr(Copies, "write", meanwhile)
        publish(settings)
    publish(settings)

    assert named(settings) == files(settings) == {f"{1:032x}.webp"}
    assert f"{1:032x}.webp" in page(settings)


def test_a_gallery_wants_no_more_with_each_writing(tmp_path: Path) -> None:
    """The first dozen, however often its page is written."""
    settings = config(tmp_path)
    row = showing()
    shown = "".join(f'<p><img src="https://poznan.example/{number}.jpg"></p>' for number in range(40))
    Revision.objects.filter(entry=row).update(content=shown, image=None)
    for _ in range(3):
        publish(settings, everything=True)

    assert Picture.objects.count() == 12


def test_words_in_a_description_are_no_address(tmp_path: Path) -> None:
    """Whatever they look like."""
    settings = config(tmp_path)
    row = showing()
    markup = f'<p><img alt="see src=" src="{BRIDGE}"></p>'
    Revision.objects.filter(entry=row).update(content=markup, image=None)
    publish(settings)

    assert [each.url for each in Picture.objects.all()] == [BRIDGE]


def test_a_file_leaves_after_the_lists_that_showed_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No reader who comes meanwhile sees a broken picture."""
    settings = config(tmp_path)
    drop_the_bridge(settings)
    remove, shown = Tree.remove, []

    def watched(tree: Tree, path: str) -> bool:
        if path.startswith("pictures/"):
            shown.append(named(settings))
        return remove(tree, path)

    monkeypatch.setattr(Tree, "remove", watched)
    publish(settings)

    assert shown == [set()]
    assert files(settings) == set()
