"""The pages: valid, accessible, inert, and true to the item."""

import json
import re
from dataclasses import replace
from itertools import product
from urllib.parse import urljoin, urlsplit

import pytest

from feeds import addresses, opml, pages
from feeds.plain import tidy
from feeds.records import CopyForFeed, ItemForFeed, Label, Pictures, Scope
from pipeline.records import Enclosure, Image
from tests.feeds import rules
from tests.feeds.samples import AS_ORIGINAL, HOSTILE_TITLES, NETWORK, channel, item, many_kinds


@pytest.mark.parametrize("language", ["lv", "pl", "en", "xx"])
def test_listings_are_valid(language: str) -> None:
    """News, city and topic pages keep every rule, full or empty, in each language."""
    scopes = [(Scope.ALL, ""), (Scope.CITY, "poznan"), (Scope.TOPIC, "transport")]
    for (scope, key), items in product(scopes, (many_kinds(), [])):
        page = pages.listing(channel(items, language=language, scope=scope, key=key), NETWORK)
        assert rules.page_faults(page) == []


@pytest.mark.parametrize("entry", many_kinds(), ids=lambda entry: entry.public_id)
def test_item_pages_are_valid(entry: ItemForFeed) -> None:
    """Whatever an item holds, its page keeps every rule and shows its title as words."""
    document = pages.item(entry, "lv", NETWORK)

    assert rules.page_faults(document) == []
    assert tidy(entry).title in rules.Page(document).text


def test_fixed_pages_are_valid() -> None:
    """The chooser, the vocabulary, and each language's own pages."""
    files = pages.fixed(NETWORK)
    documents = {path: body for path, body in files.items() if path.endswith(".html")}

    assert {"index.html", "terms/label/index.html", "lv/subscribe/index.html", "pl/about/index.html"} <= set(
        documents
    )
    assert {"feeds.opml", "lv/feeds.opml", "static/newswire.css", "static/icon.svg"} <= set(files)
    assert {path: rules.page_faults(body) for path, body in documents.items()} == {
        key: [] for key in documents
    }


def test_every_link_inside_the_site_leads_to_a_file() -> None:
    """Relative links resolve to files that publishing writes, at whatever depth the page stands."""
    files = set(pages.fixed(NETWORK))
    documents = {path: body for path, body in pages.fixed(NETWORK).items() if path.endswith(".html")}
    for language, (scope, key) in product(NETWORK.languages, opml.channels(NETWORK)):
        composed = channel([item()], language=language, scope=scope, key=key)
        documents[addresses.index_file(addresses.channel_page(language, scope, key))] = pages.listing(
            composed, NETWORK
        )
        files |= {f"{composed.path}.{extension}" for extension in addresses.FORMATS}
    for language in NETWORK.languages:
        files |= {f"{addresses.bilingual_path(language)}.{extension}" for extension in addresses.FORMATS}
        alternates = tuple(code for code in NETWORK.languages if code != language)
        page = addresses.index_file(addresses.item_page(language, "1"))
        documents[page] = pages.item(item(alternates=alternates), language, NETWORK)
    files |= set(documents)

    for path, body in documents.items():
        for tag, attributes in rules.Page(body).elements:
            href = attributes.get("href", "")
            if href and not urlsplit(href).scheme and not href.startswith("#"):
                # The body of a 404 stands at any depth, so its links begin at the site's own root.
                href = href.removeprefix("/wire") if path.endswith("404.html") else href
                target = urlsplit(urljoin(f"https://host/{path}", href)).path.lstrip("/")
                target = f"{target}index.html" if not target or target.endswith("/") else target
                assert target in files, f"{path}: <{tag}> {href}"


def test_hreflang_names_every_version_and_itself() -> None:
    """Search engines want each version to list all of them, by full address."""
    page = rules.Page(pages.item(item(alternates=("pl", "xx")), "lv", NETWORK))
    found = {one["hreflang"]: one["href"] for one in page.all("link") if "hreflang" in one}

    assert found == {
        "lv": "https://news.example.org/wire/lv/news/1/",
        "pl": "https://news.example.org/wire/pl/news/1/",
    }


def test_who_speaks_none_of_the_languages_is_sent_to_the_choice() -> None:
    """The first page, and each language's front, name the first page as the one for everybody else."""
    front = pages.listing(channel(), NETWORK)
    city = pages.listing(channel(scope=Scope.CITY, key="poznan"), NETWORK)

    def choice(document: bytes) -> list[str]:
        return [one["href"] for one in rules.Page(document).all("link") if one.get("hreflang") == "x-default"]

    assert choice(pages.fixed(NETWORK)["index.html"]) == ["https://news.example.org/wire/"]
    assert choice(front) == ["https://news.example.org/wire/"]
    assert choice(city) == choice(pages.item(item(), "lv", NETWORK)) == []


def test_a_very_long_headline_is_cut_in_lists_and_whole_on_its_page() -> None:
    """Some sources write a paragraph for a title; one of them must not push the others out of sight."""
    title = "Ziņa " * 100 + "beigas"
    listed = rules.Page(pages.listing(channel([item(title=title)]), NETWORK)).text
    whole = rules.Page(pages.item(item(title=title), "lv", NETWORK)).text

    assert "Ziņa…" in listed
    assert "beigas" not in listed
    assert title in whole


def test_feeds_are_found_from_their_page() -> None:
    """A feed reader that is given the page's address finds the three feeds."""
    page = rules.Page(pages.listing(channel(scope=Scope.CITY, key="poznan"), NETWORK))
    found = {
        one["type"]: one["href"]
        for one in page.all("link")
        if one.get("rel") == "alternate" and "type" in one
    }

    assert found == {
        "application/rss+xml": "../../../lv/city/poznan.rss",
        "application/atom+xml": "../../../lv/city/poznan.atom",
        "application/feed+json": "../../../lv/city/poznan.json",
    }


@pytest.mark.parametrize("label", list(Label))
def test_item_page_says_who_stands_behind_the_words(label: Label) -> None:
    """The label, what it means and the link to the original stand on the page; the engine where one was at work."""
    document = pages.item(item(label=label, editor="Ilze"), "lv", NETWORK).decode()

    words = {
        Label.MACHINE: ("Mašīntulkojums", "neviens cilvēks to nav pārbaudījis"),
        Label.EDITED: ("Mašīntulkojums ar redaktora labojumiem", "Viss teksts kopumā nav apstiprināts"),
        Label.REVIEWED: ("Redaktora pārbaudīts tulkojums: Ilze", "par to atbild"),
        Label.ORIGINAL: ("Oriģinālteksts", "kādu to uzrakstījis tā publicētājs"),
    }
    assert all(part in document for part in words[label])
    assert '<a href="https://www.poznan.example/news/1" hreflang="pl">' in document
    assert ("Tulkoja: Firefox Translations" in document) == (label is not Label.ORIGINAL)


def test_untranslated_parts_carry_their_language() -> None:
    """WCAG 3.1.2: a screen reader must not read Polish as Latvian."""
    copies = {"https://x.example/a.jpg": CopyForFeed(path="pictures/1.webp", width=9, height=9)}
    image = Image(url="https://x.example/a.jpg", alt="Most")
    entry = item(label=Label.ORIGINAL, language="pl", image=image, copies=copies)
    on_page = rules.Page(pages.item(entry, "lv", NETWORK))
    on_list = rules.Page(pages.listing(channel([entry]), NETWORK))

    assert on_page.all("h1")[0]["lang"] == "pl"
    assert {one["lang"] for one in on_page.all("div") if one.get("class") == "text"} == {"pl"}
    assert {one["lang"] for one in on_page.all("p") if one.get("class") == "lead"} == {"pl"}
    assert [one["lang"] for one in on_list.all("img") if one["alt"] == "Most"] == ["pl"]
    assert on_list.all("h3")[0]["lang"] == "pl"


EVERYTHING = replace(
    NETWORK,
    reports="/report",
    searchable=True,
    operator="Daugavpils <pilsēta>",
    supervisor="https://www.example.org/a?b=1&c=2",
)


@pytest.mark.parametrize("language", ["lv", "pl", "en", "xx"])
def test_standing_pages_are_valid_with_every_feature_on(language: str) -> None:
    """Subscribe, statements, search, answers and errors keep every rule, in each language."""
    network = replace(EVERYTHING, languages=(language,))
    documents = {path: body for path, body in pages.fixed(network).items() if path.endswith(".html")}

    assert {path: faults for path, body in documents.items() if (faults := rules.page_faults(body))} == {}
    assert {f"{language}/{page}/index.html" for page in ("search", "privacy", "report/later")} <= set(
        documents
    )


def test_only_search_and_subscribe_run_scripts() -> None:
    """Each page's own policy lets run what that page needs, and no page more."""
    policies = {
        path: next(one["content"] for one in rules.Page(body).all("meta") if one.get("http-equiv"))
        for path, body in pages.fixed(EVERYTHING).items()
        if path.endswith(".html")
    }
    scripted = {path.partition("/")[2] for path, policy in policies.items() if "script-src" in policy}

    assert scripted == {"search/index.html", "subscribe/index.html"}
    assert {path for path, policy in policies.items() if "wasm-unsafe-eval" in policy} == {
        f"{language}/search/index.html" for language in NETWORK.languages
    }


def test_the_original_stands_on_the_page_in_its_own_language() -> None:
    """One opens it without a script; an original has nothing to switch to."""
    page = rules.Page(pages.item(item(), "lv", NETWORK))
    original = [one for one in page.all("details") if one.get("class") == "original"]

    assert len(original) == 1
    assert "Oriģinālteksts (poļu valodā)" in page.text
    assert "Most nad Wartą znów otwarty" in page.text
    shown = rules.Page(pages.item(item(**AS_ORIGINAL), "lv", NETWORK))
    assert not [one for one in shown.all("details") if one.get("class") == "original"]


def test_the_form_for_reports_is_there_only_where_it_leads_somewhere() -> None:
    """Without an address the page names the contact; with one the policy allows that address and no other."""
    without = pages.item(item(), "lv", NETWORK)
    here = pages.item(item(), "lv", replace(NETWORK, reports="/report")).decode()
    elsewhere = pages.item(
        item(), "lv", replace(NETWORK, reports="https://forms.example.org/report")
    ).decode()

    assert rules.Page(without).all("form") == []
    assert 'href="mailto:newswire@example.org">Ziņot par kļūdu' in without.decode()
    assert '<form action="/report" method="post"' in here
    assert "form-action &#39;self&#39;" in here or "form-action 'self'" in here
    assert "form-action https://forms.example.org" in elsewhere


def test_a_withdrawn_item_leaves_no_word_of_itself() -> None:
    """What was taken back is not named; what is only too old names where it came from."""
    page = addresses.item_page("lv", "1")
    withdrawn, aged = pages.gone(page, "lv", NETWORK), pages.gone(page, "lv", NETWORK, item())

    assert rules.page_faults(withdrawn) == rules.page_faults(aged) == []
    assert b"poznan.example" not in withdrawn
    assert b"https://www.poznan.example/news/1" in aged
    assert b"noindex" in withdrawn


def test_preview_data_stands_on_item_pages() -> None:
    """Open Graph for whoever shares a link: title, summary with the label, picture with its words, dates."""
    picture = Image(url="https://www.poznan.example/p.png", alt="Tilts & upe")
    page = rules.Page(pages.item(item(image=picture), "lv", NETWORK))
    found = {one["property"]: one["content"] for one in page.all("meta") if "property" in one}

    assert found["og:title"] == "Tilts pār Vartu atkal atvērts"
    assert found["og:description"].endswith(" [Mašīntulkojums]")
    assert found["og:locale"] == "lv_LV"
    assert (found["og:image"], found["og:image:alt"]) == (picture.url, picture.alt)
    assert found["og:url"] == "https://news.example.org/wire/lv/news/1/"
    assert found["article:published_time"] == "2026-11-18T12:00:00+00:00"


@pytest.mark.parametrize("title", HOSTILE_TITLES.values(), ids=HOSTILE_TITLES)
def test_json_ld_is_inert_and_true(title: str) -> None:
    """Nothing in an item ends the data block, and what search engines read is the item."""
    entry = item(title=title, label=Label.REVIEWED, editor=title)
    document = pages.item(entry, "lv", NETWORK).decode()
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', document, re.DOTALL)

    assert len(blocks) == 1
    assert "<" not in blocks[0]
    data = json.loads(blocks[0])
    assert (data["@type"], data["headline"], data["inLanguage"]) == ("NewsArticle", tidy(entry).title, "lv")
    assert data["translationOfWork"] == {
        "@type": "NewsArticle",
        "url": "https://www.poznan.example/news/1",
        "inLanguage": "pl",
    }


def test_machine_text_is_marked_for_search_engines() -> None:
    """schema.org's mark of machine text stands on machine text, and not on originals."""
    mark = "https://schema.org/TrainedAlgorithmicMediaDigitalSource"

    assert mark in pages.item(item(), "lv", NETWORK).decode()
    assert "digitalSourceType" not in pages.item(item(label=Label.ORIGINAL), "lv", NETWORK).decode()


def test_item_page_shows_a_later_change_and_attachments() -> None:
    """A text changed on a later day says so; files of the original are offered."""
    shaped = {one.public_id: one for one in many_kinds()}["5"]
    later = item(updated=item().updated.replace(day=20))

    assert "Mainīts: 2026. gada 20. novembris" in pages.item(later, "lv", NETWORK).decode()
    assert "Mainīts" not in pages.item(item(), "lv", NETWORK).decode()
    assert (
        '<a href="https://www.poznan.example/plan.pdf">plan.pdf</a>'
        in pages.item(shaped, "lv", NETWORK).decode()
    )


def test_the_picture_of_a_text_is_no_attachment_too() -> None:
    """Many sources name their picture twice; readers of the page see it once."""
    picture = Image(url="https://www.poznan.example/a.jpg", alt="")
    shaped = item(image=picture, enclosures=(Enclosure(url=picture.url),))

    assert b'id="attachments"' not in pages.item(shaped, "lv", NETWORK)


def test_the_original_beside_a_text_leaves_out_no_level_of_headings() -> None:
    """What holds for the translation holds for the text it was made from."""
    markup = "<h2>A</h2><p>B</p><h4>C</h4>"
    document = pages.item(item(content_html=markup, original_html=markup), "lv", NETWORK)

    assert rules.page_faults(document) == []


def test_the_first_page_says_what_the_network_is() -> None:
    """In the operator's own words, where there are any."""
    described = pages.fixed(replace(NETWORK, description="News of <fifteen> cities."))["index.html"]

    assert b'<p class="lede">News of &lt;fifteen&gt; cities.</p>' in described
    assert b'class="lede"' not in pages.fixed(NETWORK)["index.html"]


def test_a_page_that_was_not_found_claims_to_be_no_other() -> None:
    """No entry of the menu is the current page."""
    assert b'aria-current="page"' not in pages.fixed(NETWORK)["lv/404.html"]


def test_pages_allow_no_script() -> None:
    """Even markup that slipped through cleaning could not run: the page's own policy forbids it."""
    document = pages.item(item(content_html="<script>alert(1)</script>"), "lv", NETWORK)
    policies = [one["content"] for one in rules.Page(document).all("meta") if one.get("http-equiv")]

    assert len(policies) == 1
    assert policies[0].startswith("default-src 'none';")
    assert "script-src" not in policies[0]
    assert "a script" in rules.page_faults(document)


def test_listing_is_grouped_by_the_publishers_days() -> None:
    """Each day stands once, newest first."""
    items = [item(number) for number in (1, 2, 14, 30)]
    days = [one["datetime"] for one in rules.Page(pages.listing(channel(items), NETWORK)).all("time")]

    assert days == ["2026-11-18", "2026-11-17"]


# --- colours -------------------------------------------------------------------------------------------------

TEXT_PAIRS = [
    ("ink", "paper"),
    ("ink", "panel"),
    ("quiet", "paper"),
    ("quiet", "panel"),
    ("link", "paper"),
    ("link", "panel"),
    ("dateline", "paper"),
    ("mast-ink", "mast"),
    ("paper", "ink"),
]


def _themes() -> list[dict[str, str]]:
    """The style sheet's light colours, and the dark ones laid over them."""
    sheet = (pages.STATIC / "newswire.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root\s*{(.*?)}", sheet, re.DOTALL)[:2]
    light, dark = (dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block)) for block in blocks)
    return [light, light | dark]


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", _themes(), ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_colours_have_the_contrast_wcag_asks(theme: dict[str, str], ink: str, ground: str) -> None:
    """WCAG 2.2 SC 1.4.3: at least 4.5 to 1, in both themes."""
    assert _contrast(theme[ink], theme[ground]) >= 4.5


def test_style_sheet_asks_nothing_of_other_hosts() -> None:
    """No imported sheet, no web font, no picture from elsewhere."""
    sheet = (pages.STATIC / "newswire.css").read_text(encoding="utf-8")

    assert not re.findall(r"url\(|@import|@font-face|https?:", sheet.replace('[href^="http"]', ""))


ILLUSTRATED = item(
    image=Image(url="https://www.poznan.example/tilts.jpg", alt="Tilts & upe"),
    content_html='<p>Tilts: <img src="https://www.poznan.example/a.jpg?x=1&amp;y=2" alt="No &quot;augšas&quot;"> un '
    '<a href="https://www.poznan.example/m"><img src="https://www.poznan.example/b.jpg" alt=""></a>.</p>',
)


def test_pictures_can_be_links() -> None:
    """Then no page asks another host for anything: each picture is a link, or words in the link it stood in."""
    linked = replace(NETWORK, pictures="link")
    page = pages.item(ILLUSTRATED, "lv", linked)
    front = pages.listing(channel([ILLUSTRATED]), linked)

    for document in (page, front):
        assert rules.page_faults(document) == []
        assert {urlsplit(one["src"]).netloc for one in rules.Page(document).all("img")} == {""}
        policy = next(one["content"] for one in rules.Page(document).all("meta") if one.get("http-equiv"))
        assert "img-src 'self' data:;" in policy
        assert "media-src" not in policy
    links = {one["href"] for one in rules.Page(page).all("a")}
    assert {
        "https://www.poznan.example/tilts.jpg",
        "https://www.poznan.example/a.jpg?x=1&y=2",
        "https://www.poznan.example/m",
    } <= links
    assert "https://www.poznan.example/b.jpg" not in links
    assert 'Attēls: No "augšas"' in rules.Page(page).text


def test_pictures_can_be_the_cities_own_files() -> None:
    """Then pages load them from there, and their policy lets them."""
    page = rules.Page(pages.item(ILLUSTRATED, "lv", replace(NETWORK, pictures="show")))

    assert "https://www.poznan.example/tilts.jpg" in {one["src"] for one in page.all("img")}


def test_pictures_are_copies_where_there_are_any() -> None:
    """With their size, so that nothing jumps; a link where there is none yet; nothing for a dot that counts readers."""
    copies = {
        "https://www.poznan.example/tilts.jpg": CopyForFeed(path="pictures/11.webp", width=960, height=540),
        "https://www.poznan.example/b.jpg": CopyForFeed(),
    }
    illustrated = replace(ILLUSTRATED, copies=copies)
    page = pages.item(illustrated, "lv", NETWORK)
    front = pages.listing(channel([illustrated, ILLUSTRATED]), NETWORK)

    for document in (page, front):
        assert rules.page_faults(document) == []
        assert {urlsplit(one["src"]).netloc for one in rules.Page(document).all("img")} == {""}
    shown = [one for one in rules.Page(page).all("img") if "pictures/" in one["src"]]
    assert [(one["src"], one["width"], one["height"], one["alt"]) for one in shown] == [
        ("../../../pictures/11.webp", "960", "540", "Tilts & upe")
    ]
    links = {one["href"] for one in rules.Page(page).all("a")}
    assert "https://www.poznan.example/a.jpg?x=1&y=2" in links
    assert "https://www.poznan.example/b.jpg" not in page.decode()
    assert [one["src"] for one in rules.Page(front).all("img") if "pictures/" in one["src"]] == [
        "../pictures/11.webp"
    ]
    assert f"{NETWORK.base_url}pictures/11.webp" in page.decode()  # for previews


def test_the_privacy_page_says_where_pictures_come_from() -> None:
    """Each way has its own words."""
    ways: tuple[Pictures, ...] = ("show", "link", "copy")
    shown, linked, copied = (
        pages.fixed(replace(NETWORK, pictures=each))["lv/privacy/index.html"].decode() for each in ways
    )

    assert "Attēli tiek ielādēti tieši no pilsētu vietnēm" in shown
    assert "tikai tad, kad jūs atverat saiti" in linked
    assert "Attēli ir kopijas, kas glabājas šajā vietnē" in copied
