"""A small newsroom for tests: entries in the store, a machine that drafts them, people at the desk."""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from pipeline.config import Config
from pipeline.errors import EngineError
from pipeline.models import Entry, Release, Revision, Segment, Translation, Unit
from pipeline.records import Pair
from pipeline.review import release
from pipeline.review.people import Actor, GrantData
from pipeline.review.sheet import Sheet, open_sheet
from pipeline.translate import stage
from pipeline.translate.routes import Routes
from tests.builders import NOW, config, entry
from tests.translate.fakes import FakeEngine

Answer = Callable[[str, Pair], str | EngineError]

WORDS = {
    "Nowy tramwaj w Poznaniu": "Jauns tramvajs Poznaņā",
    "Miasto otwiera linię.": "Pilsēta atklāj līniju.",
    "Bilet kosztuje 4 złote.": "Biļete maksā 4 zlotus.",
    "Bilet kosztuje 5 złotych.": "Biļete maksā 5 zlotus.",
    "linię": "līniju",
    "Zapraszamy na otwarcie.": "Aicinām uz atklāšanu.",
}
CONTENT = (
    '<p>Miasto otwiera <a href="https://poznan.example/linia">linię</a>.</p><p>Bilet kosztuje 4 złote.</p>'
)

ANNA = Actor(name="anna", full_name="Anna Bērziņa", grants=(GrantData(role="editor", language="lv"),))
BERTA = Actor(name="berta", grants=(GrantData(role="editor", language="lv"),))
CHIEF = Actor(name="chief", grants=(GrantData(role="chief"),))
READER = Actor(name="reader", grants=(GrantData(role="reader"),))


def says(text: str, pair: Pair) -> str:
    """The machine's answer: known sentences well, others as Latvian-looking words."""
    return WORDS.get(text, f"Pilsēta pavasarī atklāj jaunu tramvaja līniju {len(text)}.")


def fails(text: str, _pair: Pair) -> EngineError:
    """No engine has an answer."""
    return EngineError(f"no answer to {text!r}", code="http")


def settings(**changes: Any) -> Config:
    return config(languages={"targets": ["lv", "pl"]}, **changes)


def news(number: int = 1, *, title: str = "Nowy tramwaj w Poznaniu", content: str = CONTENT) -> Entry:
    """An entry whose sentences the machine knows."""
    row = entry(number)
    Revision.objects.filter(entry=row).update(title=title, content=content)
    return Entry.objects.select_related("current").get(pk=row.pk)


def correct(row: Entry, *, title: str = "Nowy tramwaj w Poznaniu", content: str) -> Revision:
    """The source corrected its text, as collect stores it."""
    number = Revision.objects.filter(entry=row).count() + 1
    revision = Revision.objects.create(
        entry=row, number=number, title=title, content=content, url=row.url, seen_at=NOW
    )
    Entry.objects.filter(pk=row.pk).update(current=revision, planned=False, release_due=True)
    return revision


def machine(answer: Answer = says, configured: Config | None = None) -> None:
    """One run of the translate stage."""
    Translation.objects.update(due_at=NOW)
    routes = Routes(engines={"firefox": FakeEngine("firefox", answer)}, chain=["firefox"])
    stage.run(configured or settings(), routes, threads=1)


def publish(**review: Any) -> None:
    """One run of release."""
    release.run(settings(review=review) if review else settings())


def the(language: str = "lv", number: int = 1) -> Translation:
    return Translation.objects.get(language=language, entry__guid=f"poznan-{number}")


def sheet(actor: Actor = ANNA, number: int = 1) -> Sheet:
    return open_sheet(actor, the(number=number).pk)


def segment(source: str, number: int = 1) -> int:
    """The id of a sentence of the draft."""
    revision = the(number=number).revision
    assert revision is not None
    return Segment.objects.get(revision=revision, text=source).pk


def unit(source: str, number: int = 1) -> Unit:
    return Unit.objects.get(translation=the(number=number), segment_id=segment(source, number))


def public(number: int = 1, language: str = "lv") -> Release | None:
    rows = Release.objects.filter(language=language, entry__guid=f"poznan-{number}", withdrawn=False)
    return rows.first()


def clear() -> None:
    """Empty the store; the log forbids it to everybody else."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'audit_undeleted'")
        (guard,) = cursor.fetchone()
        cursor.execute("DROP TRIGGER audit_undeleted")
        for table in reversed(TABLES):
            cursor.execute(f"DELETE FROM pipeline_{table}")
        cursor.execute(guard)


TABLES = (
    *("source", "entry", "revision", "segment", "translation", "unit", "finding", "release", "memoryunit"),
    *("audit", "dismissal", "correction", "draft", "storefact", "editor", "grant"),
)
