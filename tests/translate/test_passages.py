"""Paragraphs in another language than their entry: copied, or translated out of their own language."""

from typing import Any

import pytest

from pipeline.models import Entry, Revision, Translation, Unit
from pipeline.records import Pair
from pipeline.translate import stage
from pipeline.translate.passages import copies, foreign, pairs
from pipeline.translate.segments import Document, parse
from tests.builders import NOW, config, entry
from tests.translate.fakes import FakeEngine
from tests.translate.test_stage import routes, speaking

POLISH = "Miasto otwiera wiosną nową linię."
ENGLISH = "The city opens a new line in the spring. Everybody is welcome to the opening."
GERMAN = "Die Stadt eröffnet im Frühling eine neue Linie für alle Menschen im Süden."
PAGE = f"<p>{POLISH}</p><p>The city opens a <b>new line</b>\n in the spring. Everybody is welcome to the opening.</p><p>{GERMAN}</p>"
MIXED = [{"block": 1, "language": "en", "text": ENGLISH}, {"block": 2, "language": "de", "text": GERMAN}]


def document() -> Document:
    return parse({"title": "Nowa linia", "content": PAGE}, "pl")


def test_sentences_are_found_in_their_passages() -> None:
    """Each sentence of a passage has its language, whatever markup and spaces it stands in; others have none."""
    found = foreign(document(), MIXED)

    assert found == {**dict.fromkeys(_sentences(ENGLISH), "en"), GERMAN: "de"}
    assert foreign(document(), []) == {}


def _sentences(text: str) -> list[str]:
    first, second = text.split(". ")
    return [f"{first}.", second]


def test_what_a_reader_can_read_is_copied() -> None:
    """For an English reader the English sentences stay, for a Latvian one none does."""
    spoken = foreign(document(), MIXED)

    found = copies(document(), "en", spoken)

    assert {text: each.text for text, each in found.items()} == {text: text for text in _sentences(ENGLISH)}
    assert {each.origin for each in found.values()} == {"copy"}
    assert copies(document(), "lv", spoken) == {}


def test_each_sentence_goes_its_own_way() -> None:
    """Copied ones are not asked for; those of a third language go out of it where that pair is served."""
    spoken = foreign(document(), MIXED)

    into_english = pairs(document(), Pair("pl", "en"), spoken, lambda pair: pair.source == "de")
    unserved = pairs(document(), Pair("pl", "en"), spoken, lambda _pair: False)

    assert into_english == {
        "Nowa linia": Pair("pl", "en"),
        POLISH: Pair("pl", "en"),
        GERMAN: Pair("de", "en"),
    }
    assert unserved[GERMAN] == Pair("pl", "en")


def noted(**tongues: Any) -> Entry:
    row = entry()
    Revision.objects.update(title="Nowa linia", content=PAGE, tongues=tongues)
    return row


@pytest.mark.usefixtures("sqlite_store")
def test_the_stage_leaves_them_alone() -> None:
    """The English text holds the English paragraph as it was; the engine was asked for Polish and German only."""
    noted(mixed=MIXED)
    engine = FakeEngine(answer=speaking, pairs=["pl-en", "de-en", "pl-lv", "de-lv", "en-lv"])

    stage.run(config(), routes(engine), threads=1)

    english = Translation.objects.get(language="en")
    assert "The city opens a <b>new line</b> in the spring. Everybody is welcome" in " ".join(
        english.content.split()
    )
    assert set(Unit.objects.filter(translation=english).values_list("origin", flat=True)) == {"fake", "copy"}
    assert not Unit.objects.filter(translation__language="lv", origin="copy").exists()
    asked = {(str(pair), text) for text, pair in engine.asked}
    assert ("de-en", GERMAN) in asked
    assert {pair for pair, text in asked if text in _sentences(ENGLISH)} == {"en-lv"}


@pytest.mark.usefixtures("sqlite_store")
def test_copies_are_not_doubted_later() -> None:
    """When drafts are looked at again, a copied sentence is still right as it is."""
    noted(mixed=MIXED)
    engine = FakeEngine(answer=speaking, pairs=["pl-en", "de-en", "pl-lv", "de-lv", "en-lv"])
    stage.run(config(), routes(engine), threads=1)
    before = Translation.objects.get(language="en").version
    Translation.objects.update(redraft_due=True, due_at=NOW)

    stage.run(config(), routes(engine), threads=1)

    row = Translation.objects.get(language="en")
    assert set(Unit.objects.filter(translation=row).values_list("origin", flat=True)) == {"fake", "copy"}
    assert not row.units.filter(origin="copy", findings__isnull=False).exists()
    assert row.version == before
