"""The sample network over real HTTP: shapes, validators, corrections and withdrawals."""

import gzip
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import feedparser
import pytest
import requests
from lxml import etree, html

from pipeline.demo.content import load_sites
from pipeline.demo.network import SampleNetwork, SampleSource, sources
from pipeline.demo.pictures import HEIGHT, MOTIFS, WIDTH, draw

FEEDS = [source.key for source in sources() if source.reader == "feed"]
XML_FEEDS = [key for key in FEEDS if key != "ccnet"]


@pytest.fixture(scope="module")
def network() -> Iterator[SampleNetwork]:
    """Running sites that no test of this module changes."""
    with SampleNetwork() as running:
        yield running


def _get(url: str, **headers: str) -> requests.Response:
    return requests.get(url, headers={"Accept-Encoding": "identity", **headers}, timeout=10)


def _tree(page: requests.Response) -> Any:
    return html.fromstring(page.content)


def _titles(network: SampleNetwork, key: str) -> list[str]:
    if key == "ccnet":
        return [item["title"] for item in _get(network.url(key)).json()["items"]]
    return [entry.title for entry in feedparser.parse(_get(network.url(key)).content).entries]


def test_sources_are_the_partners_and_the_project() -> None:
    """There are 15 sources: 14 partners and the project site, with a feed everywhere but at two."""
    keys = {source.key for source in sources()}

    assert keys == {
        "poznan",
        "daugavpils",
        "bologna",
        "firenze",
        "padova",
        "dublin",
        "denhaag",
        "hengelo",
        "klaipeda",
        "murcia",
        "rennes",
        "wolverhampton",
        "metropolregion",
        "bucuresti",
        "ccnet",
    }
    assert {source.key for source in sources() if not source.reader} == {"padova", "denhaag"}


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.key)
def test_source_says_its_address(network: SampleNetwork, source: SampleSource) -> None:
    """A source's path, put to the base address, is the network's address for it."""
    assert network.url(source.key) == network.base + source.path


@pytest.mark.parametrize("key", FEEDS)
def test_feed_holds_the_items(network: SampleNetwork, key: str) -> None:
    """Each feed gives the site's items with their titles, newest first, whatever its shape and encoding."""
    assert list(map(_with_commas, _titles(network, key))) == [
        item.title.text for item in load_sites()[key].items
    ]


@pytest.mark.parametrize("key", XML_FEEDS)
def test_feed_is_well_formed(network: SampleNetwork, key: str) -> None:
    """Each XML feed can be parsed strictly."""
    etree.fromstring(_get(network.url(key)).content)


@pytest.mark.parametrize("key", FEEDS)
def test_feed_has_every_sentence(network: SampleNetwork, key: str) -> None:
    """The feeds carry the full text."""
    for item, text in zip(load_sites()[key].items, _contents(network, key), strict=True):
        words = "".join(map(str, html.fromstring(f"<div>{_with_commas(text)}</div>").itertext()))
        for block in item.body:
            for sentence in block.sentences:
                assert sentence.text in words


def _contents(network: SampleNetwork, key: str) -> list[str]:
    if key == "ccnet":
        return [item["content_html"] for item in _get(network.url(key)).json()["items"]]
    entries = feedparser.parse(_get(network.url(key)).content).entries
    return [entry.content[0].value if "content" in entry else entry.summary for entry in entries]


def _with_commas(text: str) -> str:
    """Bucharest's cedillas undone."""
    return text.translate(str.maketrans("şţŞŢ", "șțȘȚ"))


def test_klaipeda_is_in_its_old_encoding(network: SampleNetwork) -> None:
    """Klaipėda's feed is windows-1257, its links have a colon in the path, its dates no zone."""
    answer = _get(network.url("klaipeda"))

    assert answer.headers["Content-Type"] == "application/rss+xml; charset=windows-1257"
    assert answer.content.startswith(b'<?xml version="1.0" encoding="WINDOWS-1257"?>')
    assert b"<pubDate>2026-11-17 13:45:00</pubDate>" in answer.content
    assert b"ateiciai-kapsule:5224</link>" in answer.content


def test_feeds_differ_as_real_ones_do(network: SampleNetwork) -> None:
    """Guids, dates, enclosures, footers and entities vary from site to site."""
    said = {key: _get(network.url(key)).text for key in XML_FEEDS}

    assert "<guid" not in said["rennes"]
    assert "<pubDate>" not in said["bucuresti"]
    assert "ş" in said["bucuresti"]
    assert "ș" in said["bucuresti"]
    assert '<guid isPermaLink="false">bologna-' in said["bologna"]
    assert "&amp;egrave;" in said["bologna"]
    assert re.search(r"<pubDate>\w+, 06 Nov 2026 09:05:00</pubDate>", said["daugavpils"])
    assert "<title><![CDATA[" in said["firenze"]
    assert 'type="image/png"/>' in said["dublin"]
    assert "erschien zuerst auf" in said["metropolregion"]
    assert 'href="/metropolregion/' in said["metropolregion"]
    assert '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB">' in said["wolverhampton"]
    assert '<content type="xhtml">' in said["hengelo"]
    assert "<dc:date>" in said["murcia"]


def test_json_feed_names_its_version(network: SampleNetwork) -> None:
    """The project's feed is JSON Feed 1.1 with dates, tags and an image."""
    document = _get(network.url("ccnet")).json()

    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["items"][0]["date_published"] == "2026-11-20T08:45:00+01:00"
    assert document["items"][-1]["image"].endswith(".png")


@pytest.mark.parametrize("key", load_sites())
def test_links_lead_somewhere(network: SampleNetwork, key: str) -> None:
    """Home page, listing, every item's page, its links and its pictures answer."""
    home = _tree(_get(f"{network.base}/{key}/"))
    pages = {link.get("href") for link in home.iterfind(".//h3/a")}
    links = set(pages)
    for address in pages:
        page = _tree(_get(address))
        links |= {link.get("href") for link in page.iterfind(".//a")}
        links |= {image.get("src") for image in page.iterfind(".//img")}

    assert len(pages) == len(load_sites()[key].items)
    assert {address: _get(address).status_code for address in links} == dict.fromkeys(links, 200)


def test_article_has_its_sites_quirks(network: SampleNetwork) -> None:
    """Hengelo begins with cookies and ends with other news; Padua's page is empty; Bologna's has no date."""
    hengelo = _get(_page(network, "hengelo")).text
    assert hengelo.index("cookies") < hengelo.index("<h1>") < hengelo.index('class="related"')
    assert "vrijdag 13 november 2026" in hengelo

    assert "<app-root></app-root>" in _get(_page(network, "padova")).text

    bologna = _get(_page(network, "bologna")).text
    assert "Pubblicato il" in bologna
    assert "<time" not in bologna


def test_listing_glues_the_label_to_the_date(network: SampleNetwork) -> None:
    """Florence's list prints "Comunicato stampa18 Novembre 2026"."""
    listing = _tree(_get(f"{network.base}/firenze/novita/area-stampa/comunicati-stampa"))

    assert "Comunicato stampa18 Novembre 2026" in "".join(listing.itertext())


def _page(network: SampleNetwork, key: str) -> str:
    home = _tree(_get(f"{network.base}/{key}/"))
    return str(home.find(".//h3/a").get("href"))


def test_feeds_can_be_discovered(network: SampleNetwork) -> None:
    """A home page names the feed of its site, and none where there is none."""
    for source in sources():
        page = _tree(_get(f"{network.base}/{source.key}/"))
        found = [link.get("href") for link in page.iterfind(".//link[@rel='alternate']")]
        assert found == ([network.url(source.key)] if source.reader else [])


def test_poznan_service(network: SampleNetwork) -> None:
    """The XML service gives id, local time without a zone, lead and body; only for the call it knows."""
    address = f"{network.base}/poznan/mim/public/ws-information/"
    root = etree.fromstring(_get(f"{address}?co=getCurrentDayNews").content)

    assert [row.findtext("id") for row in root] == ["271118", "271101"]
    assert root[0].findtext("date") == "2026-11-17 08:15:00"
    assert "<b>2,6&nbsp;km</b>" in (root[0].findtext("body") or "")
    assert _get(f"{address}?co=getDayEvent").status_code == 404


def test_padova_json_api(network: SampleNetwork) -> None:
    """The API is flat on request, gives pages with a next link, filters by type, and has the stray declaration."""
    first = _get(network.url("padova")).json()
    assert first["data"][0]["title"] == "Una biblioteca mobile nei quartieri"
    assert first["data"][0]["news_body"]["processed"].startswith('<?xml encoding="utf-8" ?>')

    one = _get(f"{network.base}/padova/api/news?sort=-changed&page[limit]=1").json()
    assert "attributes" in one["data"][0]
    second = _get(one["links"]["next"]["href"]).json()
    assert [row["id"] for row in one["data"] + second["data"]] == ["8846", "8810"]
    assert "links" not in second

    other = "filter[news_type.meta.drupal_internal__target_id]=3"
    assert _get(f"{network.base}/padova/api/news?{other}").json()["data"] == []


def test_padova_entity(network: SampleNetwork) -> None:
    """The page's data can be had by its path, as the site's own script does."""
    path = _get(network.url("padova")).json()["data"][0]["path"]["alias"]

    found = _get(f"{network.base}/padova/api/entity?path={path}").json()

    assert found["data"]["path"]["alias"] == path
    assert _get(f"{network.base}/padova/api/entity?path=/nothing").status_code == 404


def test_bologna_search(network: SampleNetwork) -> None:
    """The search answers POST with JSON, page by page; other methods and other bodies are refused."""
    address = f"{network.base}/bologna/myportal/C_A944/api/search-advanced?pageSize=1&desc=true"
    wanted = {"preconditions": {"type": "rer_news"}, "attributes": {}}
    pages = [requests.post(f"{address}&page={page}", json=wanted, timeout=10).json() for page in (0, 1, 2)]

    slugs = [row["slug"] for page in pages for row in page["page"]["entities"]]
    assert slugs == [item.slug for item in load_sites()["bologna"].items]
    assert (
        requests.post(address, json={"preconditions": {"type": "rer_bando"}}, timeout=10).json()["page"][
            "total"
        ]
        == 0
    )
    assert requests.post(address, data=b"not json", timeout=10).status_code == 400
    assert _get(address).status_code == 405
    oldest = requests.post(address.replace("true", "false"), json=wanted, timeout=10).json()
    assert oldest["page"]["entities"][0]["slug"] == load_sites()["bologna"].items[-1].slug


def test_den_haag_newsletter(network: SampleNetwork) -> None:
    """The listing links a PDF whose table of objects is right and whose text is that of the items."""
    listing = _tree(_get(network.url("denhaag")))
    address = next(link.get("href") for link in listing.iterfind(".//a") if link.get("href").endswith(".pdf"))
    body = _get(address).content

    assert body.startswith(b"%PDF-1.4")
    places = re.findall(rb"(\d{10}) 00000 n", body)
    assert [body[int(place) :].split(b" ")[0] for place in places] == [
        str(number).encode() for number in range(1, len(places) + 1)
    ]
    assert body[int(body.split(b"startxref\n")[1].split(b"\n")[0]) :].startswith(b"xref")
    assert b"(Meer groen langs de kust) Tj" in body


@pytest.mark.parametrize("key", [source.key for source in sources() if source.key != "bologna"])
def test_validators_spare_the_body(network: SampleNetwork, key: str) -> None:
    """Either validator alone gives 304 without a body; a wrong one gives the whole."""
    full = _get(network.url(key))
    by_tag = _get(network.url(key), **{"If-None-Match": f'"other", W/{full.headers["ETag"]}'})
    by_date = _get(network.url(key), **{"If-Modified-Since": full.headers["Last-Modified"]})

    assert (by_tag.status_code, by_tag.content) == (304, b"")
    assert (by_date.status_code, by_date.content) == (304, b"")
    for header, value in {
        "If-None-Match": '"x"',
        "If-Modified-Since": "Sun, 01 Nov 2026 00:00:00 GMT",
    }.items():
        assert _get(network.url(key), **{header: value}).status_code == 200


def test_broken_date_is_no_validator(network: SampleNetwork) -> None:
    """A validator that is no date is passed over; a wrong tag counts more than a right date."""
    right = _get(network.url("rennes")).headers["Last-Modified"]

    assert _get(network.url("rennes"), **{"If-Modified-Since": "yesterday"}).status_code == 200
    both = {"If-None-Match": '"x"', "If-Modified-Since": right}
    assert _get(network.url("rennes"), **both).status_code == 200


def test_gzip_on_request(network: SampleNetwork) -> None:
    """A client that takes gzip gets it, under a tag of its own; pictures are sent as they are."""
    plain = _get(network.url("murcia"))
    with requests.get(
        network.url("murcia"), headers={"Accept-Encoding": "gzip"}, stream=True, timeout=10
    ) as packed:
        raw = packed.raw.read()

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert packed.headers["ETag"] != plain.headers["ETag"]
    picture = re.findall(r'src="([^"]+)"', _get(_page(network, "murcia")).text)[0]
    assert "Content-Encoding" not in requests.get(picture, timeout=10).headers


def test_head_sends_no_body(network: SampleNetwork) -> None:
    """HEAD has the headers of GET and nothing more."""
    full = _get(network.url("dublin"))
    head = requests.head(network.url("dublin"), headers={"Accept-Encoding": "identity"}, timeout=10)

    assert head.content == b""
    assert head.headers["Content-Length"] == str(len(full.content))
    assert head.headers["ETag"] == full.headers["ETag"]


@pytest.mark.parametrize("path", ["/nowhere/", "/poznan/nothing", "/poznanX/", "/favicon.ico"])
def test_unknown_address(network: SampleNetwork, path: str) -> None:
    """What is not there answers 404."""
    assert _get(network.base + path).status_code == 404


def test_first_page_and_robots(network: SampleNetwork) -> None:
    """The network's first page links all sites, and robots may read everything."""
    page = _tree(_get(f"{network.base}/"))

    assert len(page.findall(".//li/a")) == 15
    assert _get(f"{network.base}/robots.txt").text == "User-agent: *\nDisallow:\n"


def test_posting_to_a_page_is_refused(network: SampleNetwork) -> None:
    """Only the search takes POST."""
    assert requests.post(network.url("poznan"), data=b"x", timeout=10).status_code == 405


def test_correction_changes_one_sentence() -> None:
    """A correction shows in feed and page, moves the dates on, and leaves link, id and other items alone."""
    with SampleNetwork() as network:
        before = _get(network.url("wolverhampton"))
        network.correct("wolverhampton", "2214", "1,300 new jobs", "1,400 new jobs")
        after = _get(network.url("wolverhampton"), **{"If-None-Match": before.headers["ETag"]})

        old, new = (feedparser.parse(answer.content).entries for answer in (before, after))
        assert [entry.id for entry in new] == [entry.id for entry in old]
        assert [entry.updated != was.updated for entry, was in zip(new, old, strict=True)] == [
            False,
            True,
            False,
        ]
        assert new[1].published == old[1].published
        assert "1,400 new jobs" in new[1].content[0].value
        assert "1,400 new jobs" in _get(new[1].link).text
        assert after.headers["Last-Modified"] > before.headers["Last-Modified"]
        since = {"If-Modified-Since": before.headers["Last-Modified"]}
        assert _get(network.url("wolverhampton"), **since).status_code == 200


def test_correction_reaches_titles_and_picture_texts() -> None:
    """Words of a title and of a picture's text can be corrected as well, by the item's slug too."""
    with SampleNetwork() as network:
        network.correct("hengelo", "Marktplein-wint-prijs-voor-duurzaamheid", "plein", "park")

        said = _get(network.url("hengelo")).text
        assert "Marktpark wint prijs" in said
        assert "huizen rond een park" in said


def test_correction_must_fit() -> None:
    """Words that the item does not say, and items that are not there, are refused."""
    with SampleNetwork() as network:
        with pytest.raises(ValueError, match="does not say"):
            network.correct("rennes", "6021", "minuit", "midi")
        with pytest.raises(KeyError, match="no item"):
            network.correct("rennes", "1", "a", "b")


def test_withdrawal() -> None:
    """A withdrawn item leaves feed and listing; its page answers 410; the feed counts as changed."""
    with SampleNetwork() as network:
        before = _get(network.url("klaipeda"))
        gone = feedparser.parse(before.content).entries[0].link
        network.withdraw("klaipeda", "5224")

        assert _titles(network, "klaipeda") == ["Nuo sausio – nauji viešojo transporto bilietai"]
        assert "5224" not in _get(f"{network.base}/klaipeda/").text
        assert _get(gone).status_code == 410
        since = {"If-Modified-Since": before.headers["Last-Modified"]}
        assert _get(network.url("klaipeda"), **since).status_code == 200


def test_addresses_depend_on_the_port_alone() -> None:
    """After a stop the same network comes back at the same address, with the same bytes."""
    network = SampleNetwork()
    with pytest.raises(RuntimeError, match="no port"):
        _ = network.base
    network.start()
    network.start()
    try:
        before = (network.base, _get(network.url("bologna")).content)
    finally:
        network.stop()
        network.stop()
    with pytest.raises(requests.ConnectionError):
        _get(before[0])
    with network:
        assert (network.base, _get(network.url("bologna")).content) == before


def test_runs_alone_for_a_look() -> None:
    """The command says where the network is, serves it, and ends at once on Ctrl-C."""
    command = [sys.executable, "-m", "pipeline.demo.network"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[5]
        status = _get(address).status_code
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)

    assert status == 200
    assert process.returncode == 0


@pytest.mark.parametrize("motif", MOTIFS)
def test_pictures_are_real(motif: str) -> None:
    """Each motif gives a PNG of the promised size, the same each time, another for another item."""
    picture = draw(motif, "1")

    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(picture[16:20]) == WIDTH
    assert int.from_bytes(picture[20:24]) == HEIGHT
    draw.cache_clear()
    assert draw(motif, "1") == picture
    assert draw(motif, "2") != picture
