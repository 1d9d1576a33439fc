"""A small network of our own making, and items that try what a format can bear."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from feeds.compose import compose
from feeds.records import (
    ChannelForFeed,
    ItemForFeed,
    Label,
    NetworkForFeed,
    Scope,
    SourceForFeed,
    TopicForFeed,
    WithdrawnForFeed,
)
from pipeline.records import Enclosure, Image

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)

POZNAN = SourceForFeed(
    key="poznan",
    name="Poznań",
    site_url="https://www.poznan.example/",
    language="pl",
    timezone="Europe/Warsaw",
)
RENNES = SourceForFeed(
    key="rennes",
    name="Rennes",
    site_url="https://rennes.example/",
    language="fr",
    licence="https://licences.example/by/4.0/",
    timezone="Europe/Paris",
)
PLAIN = SourceForFeed(key="plain", name="A & B <City>", language="en", licence="Free to use & share")

NETWORK = NetworkForFeed(
    title="Cities of change",
    base_url="https://news.example.org/wire/",
    contact="mailto:newswire@example.org",
    languages=("lv", "pl", "en"),
    sources=(POZNAN, RENNES, PLAIN),
    topics=(TopicForFeed(key="transport", name="Transport", names={"lv": "Satiksme"}),),
    hubs=("https://hub.example.org/", "https://hub2.example.org/"),
)

BASE = ItemForFeed(
    id="tag:news.example.org,2026:lv/1",
    public_id="1",
    language="lv",
    original_language="pl",
    source=POZNAN,
    title="Tilts pār Vartu atkal atvērts",
    summary_html="<p>Tramvaji kursē no pirmdienas.</p>",
    content_html='<p>Tramvaji kursē no <a href="https://www.poznan.example/m?a=1&amp;b=2">pirmdienas</a>.</p>',
    url="https://www.poznan.example/news/1",
    published=NOON,
    updated=NOON + timedelta(minutes=5),
    categories=("satiksme", "tilti"),
    label=Label.MACHINE,
    engines=("firefox",),
    topics=("transport",),
    original_title="Most nad Wartą znów otwarty",
    original_html="<p>Tramwaje kursują od poniedziałku.</p>",
    alternates=("pl",),
)

# An item that stands in as its source wrote it.
AS_ORIGINAL: dict[str, Any] = {
    "label": Label.ORIGINAL,
    "language": "pl",
    "engines": (),
    "original_title": "",
    "original_html": "",
}

HOSTILE_TITLES = {
    "emoji": "Tilts 🌉 atvērts 👨‍👩‍👧",
    "cdata": "a ]]> b <![CDATA[ c",
    "script": "<script>alert(1)</script>",
    "entities": "R&amp;D &lt;b&gt; & &copy; &nosuch;",
    "right to left": "\u202eevil \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "control": "nul \x00 bell \x07 escape \x1b lone \ud800 end \uffff",
    "lines": "one\n\ttwo\r\nthree",
    "long": "garš " * 2000,
    "unbroken": "a" * 10_000,
    "quotes": "\" onmouseover='alert(1)' x=\"",
    "braces": "{{ 7 * 7 }} {% raw %} {language} %s",
    "jsonld": "</script><!-- <script>",
    "empty": "",
    "spaces": " \n ",
}


def item(number: int = 1, **changes: Any) -> ItemForFeed:
    """The sample item under another number, an hour older for each."""
    hour = timedelta(hours=number - 1)
    numbered = replace(
        BASE,
        id=f"tag:news.example.org,2026:lv/{number}",
        public_id=str(number),
        published=BASE.published - hour,
        updated=BASE.updated - hour,
    )
    return replace(numbered, **changes)


def many_kinds() -> list[ItemForFeed]:
    """Items of every label and shape, and one with each hostile title."""
    image = Image(url="https://www.poznan.example/a picture ą.jpg?x=1&y=2", alt='Tilts "naktī" & <rītā>')
    plan = Enclosure(url="https://www.poznan.example/plan.pdf", type="application/pdf", length=1234)
    shapes = [
        item(2, label=Label.REVIEWED, editor="Ilze Kalniņa", source=RENNES, original_language="fr"),
        item(3, author="Jan Nowak", summary_html="", **AS_ORIGINAL),
        item(4, label=Label.EDITED, image=image, content_html=""),
        item(5, image=image, enclosures=(plan, Enclosure(url="https://www.poznan.example/unknown"))),
        item(6, source=PLAIN, original_language="en", url="", categories=()),
        item(7, summary_html="", content_html=""),
        item(
            8,
            original_language="lv",
            source=replace(POZNAN, language="lv"),
            **(AS_ORIGINAL | {"language": "lv"}),
        ),
        item(
            9,
            url="javascript:alert(1)",
            image=Image(url="data:image/png;base64,AA"),
            enclosures=(Enclosure(url="file:///x"),),
        ),
    ]
    titles = enumerate(HOSTILE_TITLES.values(), start=20)
    hostile = [item(number, title=title, author=title, categories=(title,)) for number, title in titles]
    return [item(), *shapes, *hostile]


def channel(items: list[ItemForFeed] | None = None, **changes: Any) -> ChannelForFeed:
    """A channel of all kinds of items, unless it is given others."""
    gone = (WithdrawnForFeed(id="tag:news.example.org,2026:lv/99", when=NOON),)
    given: dict[str, Any] = {
        "language": "lv",
        "network": NETWORK,
        "scope": Scope.ALL,
        "withdrawn": gone,
    } | changes
    return compose(many_kinds() if items is None else items, **given)
