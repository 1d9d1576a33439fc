"""A whole published tree of the sample network, in every language and with every kind of page, without a store."""

from dataclasses import replace
from pathlib import Path

import PIL.Image

from feeds import addresses, pages
from feeds.compose import compose
from feeds.records import CopyForFeed, ItemForFeed, Label, NetworkForFeed, Scope, ShelfForFeed
from pipeline.records import Enclosure, Image
from tests.feeds.samples import AS_ORIGINAL, HOSTILE_TITLES, NETWORK, NOON, RENNES, item

LANGUAGES = ("lv", "pl", "lt", "en", "de", "nl", "fr", "es", "it", "ro", "pt")
# Names as long as real ones, which no browser hyphenates in every language.
_LONG_NAMES = (
    replace(RENNES, key="wolverhampton", name="Vulverhemptona"),
    replace(RENNES, key="region", name="Hannoveres–Braunšveigas–Getingenes–Volfsburgas metropoles reģions"),
    replace(
        RENNES, key="metropolregion", name="Metropolregion Hannover-Braunschweig-Göttingen-Wolfsburg GmbH"
    ),
)
EVERYTHING = replace(
    NETWORK,
    sources=(*NETWORK.sources, *_LONG_NAMES),
    description="News of partner cities.",
    base_url="http://127.0.0.1:8000",
    languages=LANGUAGES,
    reports="/report",
    searchable=True,
    operator="Daugavpils valstspilsētas pašvaldība",
    supervisor="https://supervisor.example.org/",
)
_BRIDGE, _PLAN = "https://www.rennes.example/bridge.jpg", "https://www.rennes.example/plan.jpg"
_COPY = CopyForFeed(path=addresses.picture("0" * 32), width=960, height=540)
_TEXT = (
    f'<p><img src="{_PLAN}" alt="Plan"></p>'
    "<p>Tramvaji kursē no <a href='https://www.poznan.example/m'>pirmdienas</a>.</p><h2>Kur</h2><ul><li>Viens</li></ul>"
    "<table><tr><th>Diena</th><td>"
    + "garšgarš" * 30
    + "</td></tr></table><blockquote><p>„Labi.”</p></blockquote>"
)


def _full(language: str) -> ItemForFeed:
    """An item with everything that an item may have."""
    return item(
        1,
        language=language,
        label=Label.REVIEWED,
        editor="Ilze Kalniņa",
        author="Jan Nowak",
        source=RENNES,
        content_html=_TEXT,
        image=Image(url=_BRIDGE, alt="Tilts"),
        copies={_BRIDGE: _COPY},
        enclosures=(Enclosure(url="https://www.rennes.example/a-very-long-name-of-a-plan.pdf"),),
        updated=NOON.replace(day=20),
        alternates=tuple(code for code in LANGUAGES if code != language),
    )


def _items(language: str) -> list[ItemForFeed]:
    hostile = [
        item(number, language=language, title=HOSTILE_TITLES[name])
        for number, name in enumerate(("unbroken", "right to left", "script", "emoji"), start=20)
    ]
    stand_in = item(3, **AS_ORIGINAL)
    return [_full(language), item(2, language=language, label=Label.EDITED), stand_in, *hostile]


def documents(network: NetworkForFeed = EVERYTHING) -> dict[str, bytes]:
    """Every page, by its path in the tree."""
    found = dict(pages.fixed(network))
    for language in network.languages:
        items = _items(language)
        for scope, key in ((Scope.ALL, ""), (Scope.CITY, "poznan"), (Scope.TOPIC, "transport")):
            channel = compose(
                items, language=language, network=network, scope=scope, key=key, shelf=ShelfForFeed(closed=2)
            )
            page = addresses.channel_page(language, scope, key)
            found[addresses.index_file(page)] = pages.listing(channel, network)
        shelf = ShelfForFeed(closed=2, number=1)
        block = compose(items, language=language, network=network, shelf=shelf)
        found[addresses.index_file(addresses.archive_page(language, Scope.ALL, "", 1))] = pages.listing(
            block, network
        )
        for entry in items[:4]:
            page = addresses.item_page(language, entry.public_id)
            found[addresses.index_file(page)] = pages.item(entry, language, network)
        gone = addresses.item_page(language, "gone")
        found[addresses.gone_file(gone)] = pages.gone(gone, language, network, items[0])
    return found


def write(folder: Path) -> None:
    for path, body in documents().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    (folder / _COPY.path).parent.mkdir()
    PIL.Image.new("RGB", (_COPY.width, _COPY.height), (40, 90, 120)).save(folder / _COPY.path)


KINDS = (
    "",
    "city/poznan/",
    "topic/transport/",
    "archive/1/",
    "news/1/",
    "news/2/",
    "news/3/",
    "news/20/",
    "news/gone/",
    "nothing/",
    "subscribe/",
    "about/",
    "accessibility/",
    "privacy/",
    "search/",
    "report/thanks/",
    "report/missing/",
    "report/later/",
)
