"""Every trap that is known of the partners' sites, and every repair that collecting promises, one line each."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipeline.collect.clean import clean_entry
from pipeline.collect.dates import parse_date
from pipeline.collect.readers import article, webpage
from pipeline.collect.spacing import mended
from pipeline.collect.urls import canonical_url, without_tracking
from pipeline.recipes import ArticleRecipe
from pipeline.records import EntryData
from pipeline.translate import casing

BASE = "https://city.example/news/1"


@pytest.mark.parametrize(
    ("site", "language", "raw", "expected"),
    [
        ("poznan", "pl", "<p>Nowe kosze]]></p>]]>", "<p>Nowe kosze</p>"),
        ("padova", "it", '<?xml encoding="utf-8" ?><p>Da dicembre</p>', "<p>Da dicembre</p>"),
        ("padova, escaped", "it", "<p>&lt;?xml version='1.0'?&gt;Da dicembre</p>", "<p>Da dicembre</p>"),
        ("bologna", "it", "<p>È fatto.Domani si apre!Poi si vede</p>", "<p>È fatto. Domani si apre! Poi si vede</p>"),
        ("program text", "en", "<pre>client.Send</pre><p>Is done.Now</p>", "<pre>client.Send</pre><p>Is done. Now</p>"),
        ("bucuresti", "ro", "<p>Şi ţara, și țara</p>", "<p>Și țara, și țara</p>"),
        ("decomposed", "lv", "<p>Li\u0304nija, s\u030ca\u0304da</p>", "<p>Līnija, šāda</p>"),
        ("metropolregion", "de", "<p>Partner*innen</p>", "<p>Partner*innen</p>"),
        ("metropolregion's feed", "de", '<p>Neu.</p><p>Der Beitrag <a href="/1">Neu</a> erschien zuerst auf Region.</p>', "<p>Neu.</p>"),
        ("lazy", "nl", '<img src="data:image/gif;base64,R0" data-src="/i.jpg">', '<img src="https://city.example/i.jpg" alt="">'),
        ("srcset", "nl", '<img srcset="/s.jpg 320w, /i.jpg 1280w">', '<img src="https://city.example/i.jpg" alt="">'),
        ("a set alone", "nl", '<picture><source data-srcset="/s.jpg 1x, /i.jpg 2x"><img alt=""></picture>', '<img alt="" src="https://city.example/i.jpg">'),
        ("relative", "nl", '<a href="../x?id=1">a</a>', '<a href="https://city.example/x?id=1">a</a>'),
        ("counted", "nl", '<a href="/x?id=1&amp;utm_source=rss&amp;fbclid=2">a</a>', '<a href="https://city.example/x?id=1">a</a>'),
        ("colon", "lt", '<a href="/lt/naujienos/7654/bilietai:4885">a</a>', '<a href="https://city.example/lt/naujienos/7654/bilietai:4885">a</a>'),
        ("entities twice", "en", "<p>R&amp;amp;D &amp; more</p>", "<p>R&amp;amp;D &amp; more</p>"),
        ("mojibake", "fr", "<p>L’Ã©cole</p>", "<p>L’école</p>"),
    ],
)  # fmt: skip
def test_a_repair_of_a_text(site: str, language: str, raw: str, expected: str) -> None:
    """What the site does to its texts is undone; what only looks alike stays."""
    entry = clean_entry(mended(EntryData(guid=site, url=BASE, content=raw)), base_url=BASE, language=language)

    assert entry.content == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("PILSĒTU SADRAUDZĪBA TURPINĀS", "PILSĒTU SADRAUDZĪBA TURPINĀS"), ("l'entit&a...", "l'entit..."),
        ("Tom &amp;amp; Ann", "Tom & Ann"), ("Fatto.Domani", "Fatto.Domani"), ("E fatto.Domani", "E fatto. Domani"), ("]]>Nowe", "Nowe"),
    ],
)  # fmt: skip
def test_a_repair_of_a_headline(raw: str, expected: str) -> None:
    """Capitals are kept; entities, cut ones too, and lost spaces are mended."""
    assert clean_entry(mended(EntryData(guid="1", title=raw)), base_url=BASE).title == expected


def test_a_headline_in_capitals_is_known_to_the_translator() -> None:
    """The store keeps the capitals, and the translator sees that the whole line is in them."""
    shouted = clean_entry(EntryData(guid="1", title="PILSĒTU SADRAUDZĪBA TURPINĀS"), base_url=BASE)

    assert casing.is_shouted(shouted.title)
    assert not casing.is_shouted("UNESCO un Daugavpils")


@pytest.mark.parametrize(
    ("site", "printed", "expected"),
    [
        ("poznan", "2020-10-28 10:59:30", "2020-10-28T09:59:30+00:00"), ("daugavpils", "24.03.2023", "2023-03-23T23:00:00+00:00"),
        ("daugavpils, old", "02-08-2011", "2011-08-01T22:00:00+00:00"), ("bologna", "23 Ottobre 2020", "2020-10-22T22:00:00+00:00"),
        ("firenze", "Comunicato stampa24 Febbraio 2026", "2026-02-23T23:00:00+00:00"), ("firenze, before", "Comunicato (stampa)24 Febbraio 2026", "2026-02-23T23:00:00+00:00"),
        ("firenze, English", "15 July 2025", "2025-07-14T22:00:00+00:00"), ("padova", "2026-11-19T10:00:00+01:00", "2026-11-19T09:00:00+00:00"),
        ("denhaag", "Gepubliceerd: 26 juni 2014 Laatste wijziging: 6 maart 2018", "2014-06-25T22:00:00+00:00"),
        ("hengelo", "donderdag 23 mei 2024", "2024-05-22T22:00:00+00:00"), ("hengelo, padded", "vrijdag 05 november 2021", "2021-11-04T23:00:00+00:00"),
        ("metropolregion", "Veröffentlicht: 30. September 2024", "2024-09-29T22:00:00+00:00"), ("metropolregion, dateline", "30.09.2024.", "2024-09-29T22:00:00+00:00"),
        ("klaipeda", "2026 m. kovo 12 d.", "2026-03-11T23:00:00+00:00"), ("rennes", "Publié le 14 février 2026", "2026-02-13T23:00:00+00:00"),
        ("murcia", "7 de octubre de 2026", "2026-10-06T22:00:00+00:00"), ("bucuresti", "18 mai 2026", "2026-05-17T22:00:00+00:00"),
    ],
)  # fmt: skip
def test_a_date_as_the_site_prints_it(site: str, printed: str, expected: str) -> None:
    """In the ten languages, with weekday, glued label, dots or dashes, and with no zone but the source's own."""
    found = parse_date(printed, zone=ZoneInfo("Europe/Warsaw"))

    assert found is not None, site
    assert found.isoformat() == expected


@pytest.mark.parametrize(
    "address",
    [
        "https://www.city.example/news/1/?culturekey=en", "http://city.example/news/1?cultureKey=ru#top", "https://city.example/news//1?utm_medium=x",
        "https://city.example/news/1?amp%3Bculturekey=en", "https://city.example:443/news/1?PHPSESSID=1&print=1",
    ],
)  # fmt: skip
def test_addresses_of_one_article(address: str) -> None:
    """Junk in the query, the scheme and slashes do not make another article."""
    assert canonical_url(address) == canonical_url(BASE)


def test_addresses_of_two_articles() -> None:
    """Numbers, colons and parentheses do; and taking the tracking away leaves the rest byte for byte."""
    addresses = [f"{BASE}", f"{BASE}?id=2", f"{BASE}:2", f"{BASE}(2)", f"{BASE}-2"]

    assert len({canonical_url(address) for address in addresses}) == len(addresses)
    assert without_tracking(f"{BASE}?b=%C4%81&utm_source=x&a=(1)") == f"{BASE}?b=%C4%81&a=(1)"


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [
        ("/pilseta/zinas/jauns-tilts", "https://city.example/pilseta/zinas/jauns-tilts"),
        ("/", f"{BASE}/jauns-tilts?page=9"), ("/pilseta/zinas", f"{BASE}/jauns-tilts?page=9"),
        ("https://other.example/jauns-tilts", f"{BASE}/jauns-tilts?page=9"),
    ],
)  # fmt: skip
def test_the_canonical_address_of_a_page(canonical: str, expected: str) -> None:
    """It is taken where it names the same article of the same host; some sites name their home page on every page."""
    page = f"<head><link rel='canonical' href='{canonical}'></head><body><p>Teksts.</p></body>"

    assert read(page, url=f"{BASE}/jauns-tilts?page=9").url == expected


@pytest.mark.parametrize(
    ("charset", "text"),
    [("iso-8859-2", "Zażółć gęślą jaźń"), ("windows-1257", "Ģērbonis, žąsų, ūdens"), ("windows-1250", "Łódź „miasto”"), ("utf-8", "Țară şi ķīlis")],
)  # fmt: skip
def test_a_page_in_its_charset(charset: str, text: str) -> None:
    """As the page declares it, or the server; valid UTF-8 outweighs both."""
    page = f"<html><head><meta charset='{charset}'></head><body><p>{text}</p></body></html>"
    served = f"<html><body><p>{text}</p></body></html>"

    assert webpage.words(webpage.parse(page.encode(charset), BASE)) == text
    assert webpage.words(webpage.parse(served.encode(charset), BASE, f"text/html; charset={charset}")) == text


def test_no_declared_date_beats_the_lists() -> None:
    """The listing's date stands where the article has none, and where its head says another."""
    page = "<head><meta property='article:published_time' content='2020-01-01'></head><body><p>Teksts.</p></body>"
    listed = datetime(2026, 3, 24, tzinfo=UTC)

    assert read(page, published=listed).published == listed


def read(page: str, *, url: str = BASE, published: datetime | None = None) -> EntryData:
    entry = EntryData(guid="1", url=url, title="T", published=published)
    return article.read(page.encode(), url=url, entry=entry, recipe=ArticleRecipe(content="p"))[0]
