"""XLIFF: out by the rules of the standard, back by the rules of the desk."""

import argparse
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from pipeline.arguments import parse
from pipeline.commands import exchange as command
from pipeline.errors import NewswireError, UsageError
from pipeline.models import Audit, Editor, Translation
from pipeline.review import exchange, people, workflow
from pipeline.review.people import GrantData, NewEditor
from pipeline.review.xliff import NS
from tests.builders import config
from tests.review.newsroom import ANNA, BERTA, correct, machine, news, publish, segment, sheet, the, unit

pytestmark = pytest.mark.usefixtures("store")

LINE, TICKET = "Miasto otwiera linię.", "Bilet kosztuje 4 złote."
Q = f"{{{NS}}}"


def drafted(folder: Path, *, count: int = 1) -> Path:
    """A file of drafts that wait."""
    for number in range(1, count + 1):
        news(number)
    machine(lambda text, _pair: "Biļete maksā 9 zlotus." if "4" in text else "Pilsēta & „līnija” <b>.")
    publish(default="all")
    file = folder / "lv.xlf"
    exchange.export(file, "lv")
    return file


def changed(file: Path, before: str, after: str) -> Path:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")
    return file


def broken_rules(root: etree._Element) -> list[str]:
    """What of XLIFF 2.1's core a document breaks: structure, ids, languages, states.

    https://docs.oasis-open.org/xliff/xliff-core/v2.1/xliff-core-v2.1.html, sections 4.2 and 4.3
    """
    found = []
    languages = root.get("srcLang"), root.get("trgLang")
    if root.tag != f"{Q}xliff" or root.get("version") != "2.1" or not all(languages):
        found.append("the root is xliff with version, srcLang and trgLang")
    if not len(root) or {child.tag for child in root} != {f"{Q}file"}:
        found.append("xliff holds one or more files")
    ids = [child.get("id") for child in root]
    if len(set(ids)) != len(ids):
        found.append("ids of files differ")
    for file in root:
        found += _rules_of_file(file, languages)
    return found


def _rules_of_file(file: etree._Element, languages: tuple[Any, Any]) -> list[str]:
    found = []
    if [child.tag for child in file if child.tag == f"{Q}notes"] and file[0].tag != f"{Q}notes":
        found.append("notes stand before units")
    units = file.findall(f"{Q}unit")
    ids = [each.get("id") for each in units]
    if not units or len(set(ids)) != len(ids):
        found.append("a file holds units, their ids differ")
    for node in units:
        if not re.fullmatch(r"[\w.\-:]+", node.get("id") or ""):
            found.append("an id is an NMTOKEN")
        tags = [child.tag for child in node]
        if tags not in ([f"{Q}segment"], [f"{Q}notes", f"{Q}segment"]):
            found.append("a unit holds notes, then segments")
        found += [
            "a note applies to source or target, with priority 1 to 10"
            for note in node.iter(f"{Q}note")
            if note.get("appliesTo") not in {None, "source", "target"}
            or note.get("priority") not in {None, *map(str, range(1, 11))}
        ]
        for each in node.iter(f"{Q}segment"):
            found += _rules_of_segment(each, languages)
    return found


def _rules_of_segment(node: etree._Element, languages: tuple[Any, Any]) -> list[str]:
    found = []
    tags = [child.tag for child in node]
    if tags not in ([f"{Q}source"], [f"{Q}source", f"{Q}target"]):
        found.append("a segment holds source, then target")
    state = node.get("state") or "initial"
    if state not in {"initial", "translated", "reviewed", "final"}:
        found.append("a state is one of four")
    if state != "initial" and len(tags) < 2:
        found.append("what is translated has a target")
    if node.get("subState") and (
        not node.get("state") or not re.fullmatch(r"\w+:.+", node.get("subState") or "")
    ):
        found.append("a subState has a prefix and stands beside a state")
    for child, language in zip(node, languages, strict=False):
        if child.get("{http://www.w3.org/XML/1998/namespace}lang") != language:
            found.append("source and target are in the languages of the document")
    return found


def test_what_goes_out_keeps_the_rules_of_the_standard(tmp_path: Path) -> None:
    """Structure, ids, languages, states, notes: as the standard's core asks."""
    file = drafted(tmp_path, count=2)
    row = the()
    workflow.save(ANNA, row.pk, row.version, {segment(LINE): "Pilsēta atver līniju."})
    exchange.export(file, "lv", ("machine", "edited"))

    root = etree.parse(file).getroot()

    assert broken_rules(root) == []
    assert len(root) == 2
    assert {each.get("state") for each in root.iter(f"{Q}segment")} == {"translated", "reviewed"}
    assert any("numbers" in (note.text or "") for note in root.iter(f"{Q}note"))


def test_the_rule_checker_sees_broken_rules(tmp_path: Path) -> None:
    """It is no rubber stamp."""
    file = drafted(tmp_path)
    root = etree.parse(file).getroot()
    root.set("version", "1.2")
    node = next(root.iter(f"{Q}segment"))
    node.set("state", "done")
    node.remove(node[0])

    assert len(broken_rules(root)) >= 3


def test_ids_are_the_same_after_every_export(tmp_path: Path) -> None:
    """A sentence keeps its id when the source corrects another one."""
    file = drafted(tmp_path)
    before = {each.get("id") for each in etree.parse(file).iter(f"{Q}unit")}
    correct(the().entry, content="<p>Miasto otwiera linię.</p><p>Bilet kosztuje 5 złotych.</p>")
    machine()
    exchange.export(file, "lv", ("machine",))

    after = {each.get("id") for each in etree.parse(file).iter(f"{Q}unit")}

    assert len(before & after) == 2


def test_changed_targets_come_back_as_a_persons_words(tmp_path: Path) -> None:
    """Saved under the editor's name, with the log; what was not changed stays a machine's."""
    file = changed(drafted(tmp_path), "Biļete maksā 9 zlotus.", "Biļete maksā 4 zlotus.")

    found = exchange.import_file(file, ANNA)

    assert found.saved == ("poznan1",)
    assert (unit(TICKET).text, unit(TICKET).state, unit(LINE).state) == (
        "Biļete maksā 4 zlotus.",
        "edited",
        "machine",
    )
    assert Audit.objects.get(action="edit").actor == "anna"
    assert exchange.import_file(drafted_again(tmp_path), ANNA).unchanged == ("poznan1",)


def drafted_again(folder: Path) -> Path:
    file = folder / "again.xlf"
    exchange.export(file, "lv", ("edited",))
    return file


def test_what_is_final_throughout_is_approved(tmp_path: Path) -> None:
    """The other tool's last word is this person's approval, logged as such."""
    file = changed(drafted(tmp_path), "Biļete maksā 9 zlotus.", "Biļete maksā 4 zlotus.")
    changed(file, 'state="translated"', 'state="final"')

    found = exchange.import_file(file, ANNA)

    assert found.approved == ("poznan1",)
    assert the().state == "approved"


def test_what_changed_meanwhile_is_listed_and_not_overwritten(tmp_path: Path) -> None:
    """Another editor's save since the export: the text is left out, the others are taken in."""
    file = changed(drafted(tmp_path, count=2), "Biļete maksā 9 zlotus.", "Biļete maksā 4 zlotus.")
    row = the()
    workflow.save(BERTA, row.pk, row.version, {segment(TICKET): "Biļete maksā tikai 4 zlotus."})

    found = exchange.import_file(file, ANNA)

    assert found.saved == ("poznan2",)
    assert [(key, "berta" in reason) for key, reason in found.left_out] == [("poznan1", True)]
    assert unit(TICKET).text == "Biļete maksā tikai 4 zlotus."


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("Miasto otwiera linię.", "Miasto zamyka linię.", "not the one in the store"),
        ('id="u-', 'id="u-0', "not the one in the store"),
        ("e-poznan1", "e-nowhere", "no such text"),
        ("nw:version", "nw:former", "does not say which version"),
    ],
)
def test_what_is_not_ours_is_left_out_with_the_reason(
    tmp_path: Path, before: str, after: str, reason: str
) -> None:
    """A changed source, a strange id, an unknown entry, a lost version."""
    file = changed(drafted(tmp_path), before, after)

    found = exchange.import_file(file, ANNA)

    assert reason in found.left_out[0][1]
    assert the().state == "machine"


def test_segments_that_a_tool_divided_are_joined(tmp_path: Path) -> None:
    """Several segments with white space between them are one sentence again."""
    file = drafted(tmp_path)
    tree = etree.parse(file)
    node = next(each for each in tree.iter(f"{Q}unit") if each.findtext(f".//{Q}source") == TICKET)
    whole = node.find(f"{Q}segment")
    assert whole is not None
    node.remove(whole)
    for tag, source, target in (
        ("segment", "Bilet kosztuje", "Biļete maksā"),
        ("ignorable", " ", None),
        ("segment", "4 złote.", "<mrk id='m1'>4</mrk> zlotus."),
    ):
        parts = f"<source>{source}</source>" + (f"<target>{target}</target>" if target else "")
        node.append(etree.fromstring(f'<{tag} xmlns="{NS}">{parts}</{tag}>'))
    tree.write(file, encoding="utf-8")

    found = exchange.import_file(file, ANNA)

    assert found.saved == ("poznan1",)
    assert unit(TICKET).text == "Biļete maksā 4 zlotus."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f'<xliff xmlns="{NS}" version="2.1"><file></xliff>', "not a well-formed"),
        ("<tmx/>", "not XLIFF 2"),
        ('<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2"/>', "not XLIFF 2"),
        (f'<!DOCTYPE xliff [<!ENTITY a "b">]><xliff xmlns="{NS}" version="2.1"/>', "document type"),
    ],
)
def test_files_that_are_something_else_are_refused(tmp_path: Path, content: str, message: str) -> None:
    """Named with what is wrong; nothing is taken in."""
    file = tmp_path / "x.xlf"
    file.write_text(content)

    with pytest.raises(NewswireError, match=message):
        exchange.import_file(file, ANNA)


def test_each_source_language_has_a_file_of_its_own(tmp_path: Path) -> None:
    """XLIFF holds one direction: two become two files with their codes."""
    drafted(tmp_path)
    Translation.objects.filter(entry__guid="poznan-1").update(waits=True)
    news(2)
    machine()
    publish(default="all")
    row = the(number=2)
    type(row.entry).objects.filter(pk=row.entry_id).update(language="de")

    files = exchange.export(tmp_path / "both.xlf", "lv")

    assert [(each.file.name, str(each.pair), each.entries) for each in files] == [
        ("both.de.xlf", "de-lv", 1),
        ("both.pl.xlf", "pl-lv", 1),
    ]
    assert not list(tmp_path.glob(".*.part"))


def test_nothing_to_write_writes_nothing(tmp_path: Path) -> None:
    """No empty file, and a word on what was looked for; a place that cannot be written is named."""
    with pytest.raises(UsageError, match="nothing in lv is waiting"):
        exchange.export(tmp_path / "x.xlf", "lv")
    drafted(tmp_path)
    with pytest.raises(NewswireError, match="cannot be written"):
        exchange.export(tmp_path / "missing" / "x.xlf", "lv")
    with pytest.raises(NewswireError, match="cannot be read"):
        exchange.import_file(tmp_path / "missing.xlf", ANNA)


def test_the_commands_go_both_ways(tmp_path: Path) -> None:
    """Exit code 2 where something was left out; an editor must be named."""
    file = drafted(tmp_path)
    people.add_editor(NewEditor(name="anna"), [GrantData(role="editor", language="lv")])
    sheet()

    def run(*arguments: str) -> Any:
        options: argparse.Namespace = parse(["xliff", *arguments, "--json"])
        settings = config(languages={"targets": ["lv", "pl"]})
        return command.COMMANDS["xliff"](options, settings, threading.Event())

    out = run("export", str(file), "--language", "lv")
    back = run("import", str(file), "--editor", "anna")
    changed(file, "e-poznan1", "e-nowhere")
    left = run("import", str(file), "--editor", "anna")

    assert out.data["files"][0]["texts"] == 1
    assert (back.code, back.data["unchanged"]) == (0, ["poznan1"])
    assert (left.code, list(left.data["left_out"])) == (2, ["nowhere"])
    assert Editor.objects.count() == 1
    with pytest.raises(UsageError, match="--editor NAME"):
        run("import", str(file))
    with pytest.raises(UsageError, match=r"languages\.targets"):
        run("export", str(file))
