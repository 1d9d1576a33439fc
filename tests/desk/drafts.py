"""Entries with translated sentences for the desk's tests: laid out, checked and released as the pipeline does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.config import Config
from pipeline.models import Entry, Revision, Segment, Source, Translation, Unit
from pipeline.review import release
from pipeline.review.drafting import lay_out, refresh
from pipeline.review.rendering import document_of, fields_of
from pipeline.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An item of a city with its sentences: source words to the machine's."""

    title: tuple[str, str]
    sentences: Mapping[str, str]
    markup: str = ""  # the content, where it is more than paragraphs
    source: str = "poznan"
    language: str = "pl"
    hours: float = 5
    image_alt: tuple[str, str] = ("", "")

    @property
    def texts(self) -> dict[str, str]:
        pairs = {**self.sentences, self.title[0]: self.title[1]}
        return pairs | ({self.image_alt[0]: self.image_alt[1]} if self.image_alt[0] else {})

    @property
    def content(self) -> str:
        return self.markup or "".join(f"<p>{each}</p>" for each in self.sentences)


BRIDGE = Piece(
    title=("Nowy most pieszy otwarto nad Wartą", "Atklāts jauns gājēju tilts pār Vartu"),
    sentences={
        "Most ma 142 metry długości i kosztował 18,5 mln zł.": "Tilts ir 124 metrus garš un maksāja 18,5 miljonus zlotu.",
        "Otwarcie odbyło się w sobotę o godzinie 11.00.": "Atklāšana notika sestdien pulksten 11.00.",
        "Czy będzie drugi most?": "Vai būs otrs tilts.",
        "Szczegóły podaje Zarząd Dróg Miejskich.": "Sīkāku informāciju sniedz Pilsētas ceļu pārvalde.",
    },
    markup=(
        '<p>Most ma 142 metry długości i kosztował 18,5 mln zł. <img src="https://poznan.example/most.jpg" '
        'alt=""></p><p>Otwarcie odbyło się w sobotę o godzinie 11.00. Czy będzie drugi most?</p>'
        '<p>Szczegóły podaje <a href="https://poznan.example/zdm">Zarząd Dróg Miejskich</a>.</p>'
    ),
)
LIBRARY = Piece(
    title=("Biblioteka otwarta do późna", "Bibliotēka atvērta līdz vēlam vakaram"),
    sentences={
        "Od poniedziałku biblioteka przy placu Wolności jest otwarta do godziny 21.00.": (
            "No pirmdienas bibliotēka Brīvības laukumā ir atvērta līdz pulksten 21.00."
        ),
        "Wstęp jest wolny.": "Ieeja ir bez maksas.",
    },
    hours=9,
)
TRAM = Piece(
    title=("Tramwaje wracają na ulicę Głogowską", "Tramvaji atgriežas Glogovas ielā"),
    sentences={
        "Remont trwał 14 miesięcy.": "Remonts ilga 14 mēnešus.",
        "Linie 5, 6 i 8 pojadą od 1 grudnia.": "5., 6. un 8. līnija kursēs no 1. decembra.",
        "Wstęp jest wolny.": "Ieeja ir bez maksas.",
    },
    hours=30,
)


def drafted(story: Piece, language: str = "lv", *, number: int = 1) -> Translation:
    """The story in the store with a machine's draft of every sentence."""
    entry = stored(story, number)
    row = Translation.objects.create(
        entry=entry,
        language=language,
        published=entry.published,
        state=State.MACHINE,
        revision=entry.current,
        due_at=entry.published,
        changed_at=entry.published,
        version=1,
        release_due=True,
    )
    write(row, story.texts)
    return row


def stored(story: Piece, number: int = 1) -> Entry:
    Source.objects.ensure([story.source])
    stamp = datetime.now(UTC) - timedelta(hours=story.hours)
    guid = f"{story.source}-{number}-{story.title[0]}"[:32]
    entry = Entry.objects.create(
        source_id=story.source,
        guid=guid,
        guid_hash=guid,
        public_id=f"{story.source[:3]}{number:05}",
        tag="news.example.org,2026",
        url=f"https://{story.source}.example/{number}",
        language=story.language,
        first_seen=stamp,
        published=stamp,
        updated=stamp,
    )
    revise(entry, story, 1)
    return entry


def revise(entry: Entry, story: Piece, number: int) -> Revision:
    """The source's text as of now."""
    revision = Revision.objects.create(
        entry=entry,
        number=number,
        title=story.title[0],
        content=story.content,
        url=entry.url,
        image={"url": f"{entry.url}.jpg", "alt": story.image_alt[0]} if story.image_alt[0] else None,
        seen_at=datetime.now(UTC),
    )
    entry.current = revision
    entry.release_due = True
    entry.save()
    return revision


def write(row: Translation, texts: Mapping[str, str]) -> None:
    """A machine's words for every sentence of the translation's revision, checked."""
    assert row.revision is not None
    document = document_of(fields_of(row.revision), row.entry.language)
    segments = Segment.objects.ensure(
        row.revision.pk, ((each.field, each.text) for each in document.segments)
    )
    for segment in segments:
        Unit.objects.update_or_create(
            translation=row,
            segment=segment,
            defaults={"state": State.MACHINE, "text": texts[segment.text], "origin": "firefox"},
        )
    desk = lay_out(row)
    refresh(desk, list(desk.segments))
    row.save()


def released(config: Config) -> None:
    """Decide what is public and what waits, as the pipeline does after each run."""
    release.run(config)
