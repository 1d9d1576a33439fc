"""Cleaning: the allow-list holds, nothing readable is lost, and twice is the same as once."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.collect.clean import MAX_CONTENT, MAX_TITLE, clean_entry, clean_html
from pipeline.records import Enclosure, EntryData, Image

BASE = "https://city.example.org/news/1"


def clean(text: str, language: str = "") -> str:
    return clean_html(text, base=BASE, language=language)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>One <b>two</b> <a href='/a'>three</a></p>", '<p>One <b>two</b> <a href="https://city.example.org/a">three</a></p>'),
        ("plain & simple", "plain &amp; simple"),
        ("a<section>b</section><article>c</article>", "a<div>b</div><div>c</div>"),
        ("<p>x <span style='color:red'>y</span> <font>z</font></p>", "<p>x y z</p>"),
        ("<p>x <span lang='en'>y</span></p>", '<p>x <span lang="en">y</span></p>'),
        ("<custom-tag>kept <made-up>words</made-up></custom-tag>", "kept words"),
        ("<p>a</p><p>&nbsp;</p><p><br></p><div> </div><p>b</p>", "<p>a</p><p>b</p>"),
        ("<ul><li>a</li><li></li></ul><h2></h2>", "<ul><li>a</li></ul>"),
        ("<p> <figure><img src='/i.png'></figure></p>", '<figure><img src="https://city.example.org/i.png" alt=""></figure>'),
        ('<?xml encoding="utf-8" ?><p>a]]></p>]]>', "<p>a</p>"),
        ("<p>&lt;?xml version='1.0'?&gt;a]]&gt;</p>", "<p>a</p>"),
        ("<p>a\x00\x08b\x1f</p>", "<p>ab</p>"),
        ("<p>a&#11;b &#1;c&#x1F &#XFFFE;d&#99999999;</p>&#8;e", "<p>a b c d</p>e"),
        ("<img src='/&#31;i.png' alt='a&#1;b'>", '<img src="https://city.example.org/i.png" alt="ab">'),
        ("<img srcset='/&#1;i.png 1x'>", '<img src="https://city.example.org/i.png" alt="">'),
        ("<p>e\u0301</p>", "<p>é</p>"),
        ("<p>President-electâ€™s cafÃ©</p>", "<p>President-elect’s café</p>"),
        ("<td colspan=2>loose cell</td>", "loose cell"),
        ("<p>unclosed <b>bold", "<p>unclosed <b>bold</b></p>"),
        ("<!-- comment --><p>x</p><!--[if IE]>y<![endif]-->", "<p>x</p>"),
        ("<details><summary>More</summary>Words</details>", "<div><div>More</div>Words</div>"),
        ("<a href=' MAILTO:a@b.org'>x</a>", '<a href="MAILTO:a@b.org">x</a>'),
        ("   ", ""),
        ("<p></p>", ""),
    ],
)  # fmt: skip
def test_markup(text: str, expected: str) -> None:
    """Allowed markup stays, other markup leaves its words, empty shells and leftovers of XML go."""
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("<script>alert(1)</script><p>x</p>", "alert"), ("<style>p{}</style><p>x</p>", "{}"),
        ("<p onclick='alert(1)' style='x' class='y' id='z'>x</p>", "="), ("<a href='javascript:alert(1)'>x</a>", "javascript"),
        ("<a href='jav&#x0A;ascript:alert(1)'>x</a>", "alert"), ("<a href='data:text/html,<script>'>x</a>", "data:"),
        ("<svg><script>alert(1)</script></svg><p>x</p>", "alert"), ("<p>x</p><img src=x onerror=alert(1)>", "alert"),
        ("<p>x</p><math><mtext><table><mglyph><style><img src onerror=alert(1)></table></math>", "onerror"),
        ("<noscript><p title='</noscript><img src=x onerror=alert(1)>'>x</noscript>", "<img src=x"),
        ("<form><input value='a'><button>Send</button>x</form>", "Send"), ("<object data='x.swf'>x</object>x", "swf"),
        ("<base href='https://evil.example.org/'><a href='a'>x</a>", "evil"), ("<meta http-equiv=refresh content='0;x'>x", "meta"),
        ("<p>x</p><img src='https://count.example.org/p.gif' width=1 height=1>", "count"), ("<template><p>y</p></template>x", "y"),
        ("<p>x</p><img src='data:image/gif;base64,AAAA'>", "img"), ("<link rel=stylesheet href='a.css'>x", "css"),
    ],
)  # fmt: skip
def test_what_acts_is_gone(text: str, gone: str) -> None:
    """Scripts, handlers, forms, foreign schemes and counting pixels do not get out; the words do."""
    cleaned = clean(text)

    assert gone not in cleaned
    assert "x" in cleaned


@pytest.mark.parametrize(
    "image",
    [
        "<img src='data:image/gif;base64,R0' data-src='/i.jpg' alt='A'>",
        "<img src='/grey.gif' data-lazy-src='/i.jpg' alt='A'>",
        "<img data-original='/i.jpg' alt='A'><noscript><img src='/i.jpg' alt='A'></noscript>",
        "<img srcset='/s.jpg 320w, /i.jpg 1280w, /m.jpg 640w' alt='A'>",
        "<picture><source srcset='/x.webp'><img src='/i.jpg' alt='A'></picture>",
        "<noscript><img src='/i.jpg' alt='A'></noscript>",
    ],
)
def test_lazy_images_are_woken(image: str) -> None:
    """The real picture is found, once, wherever a script was meant to fetch it from."""
    cleaned = clean(f"<p>{image}</p>")

    assert cleaned.replace(' alt="A"', "") == '<p><img src="https://city.example.org/i.jpg"></p>'
    assert cleaned.count('alt="A"') == 1


def test_players_become_links() -> None:
    """What cannot be embedded can still be followed."""
    cleaned = clean(
        '<iframe src="https://video.example.org/embed/1"></iframe><video><source src="/v.mp4"></video>'
    )

    assert '<a href="https://video.example.org/embed/1">video.example.org</a>' in cleaned
    assert '<a href="https://city.example.org/v.mp4">city.example.org</a>' in cleaned


@pytest.mark.parametrize(
    "footer",
    [
        "The post <a href='/1'>News</a> appeared first on <a href='/'>City</a>.",
        "Der Beitrag <a href='/1'>Neues</a> erschien zuerst auf <a href='/'>Stadt</a>.",
        "L’article <a href='/1'>Info</a> est apparu en premier sur <a href='/'>Ville</a>.",
        "Artykuł <a href='/1'>Nowości</a> pochodzi z serwisu <a href='/'>Miasto</a>.",
    ],
)
def test_feed_footers_are_dropped(footer: str) -> None:
    """The line that WordPress puts under each entry is no part of the article; the same words inside it are."""
    assert clean(f"<p>Text.</p>\n<p>{footer}</p>") == "<p>Text.</p>"
    assert "Text" in clean(f"<p>{footer}</p><p>Text.</p>")
    assert len(clean(f"<p>{footer}</p><p>Text.</p>")) > len("<p>Text.</p>")


def test_romanian_letters() -> None:
    """Cedillas become commas below in Romanian, and stay in other languages."""
    assert clean("<p>Şi ţară</p>", "ro") == "<p>Și țară</p>"
    assert clean("<p>Şehir</p>", "tr") == "<p>Şehir</p>"


def test_long_texts_end_whole() -> None:
    """A text over the limit loses its end, but no tag is cut in two."""
    text = "".join(f'<p>Line {number} <a href="/{number}">link</a></p>' for number in range(12_000))
    cleaned = clean(text)
    one = clean("<p>" + "word " * 200_000 + "</p>")

    assert MAX_CONTENT * 0.5 < len(cleaned) <= MAX_CONTENT
    assert cleaned.startswith("<p>Line 0 ")
    assert cleaned.endswith("</p>")
    assert cleaned.count("<a ") == cleaned.count("</a>")
    assert MAX_CONTENT * 0.9 < len(one) <= MAX_CONTENT
    assert one.endswith("…</p>")


def test_an_entry() -> None:
    """Every field is made fit: titles plain, addresses absolute and free of tracking, lists bounded."""
    entry = EntryData(
        guid=" id\x00-1 ", url="/news/1?utm_source=rss&id=1", title="<b>Big</b> &amp;amp; bold\n news" + "!" * 2000,
        summary="<p>S</p>", content="<a href='2?fbclid=x'>next</a>", author="<i>Ann</i>", language="en",
        categories=("A &amp; B", "", "A & B", *map(str, range(100))),
        image=Image(url="//cdn.example.org/i.jpg", alt="An\x00 image"),
        enclosures=(Enclosure(url="a.pdf"), Enclosure(url="javascript:x")),
    )  # fmt: skip
    cleaned = clean_entry(entry, base_url="https://city.example.org/feed")

    assert (cleaned.guid, cleaned.url, cleaned.author) == (
        "id-1",
        "https://city.example.org/news/1?id=1",
        "Ann",
    )
    assert cleaned.title.startswith("Big & bold news!!!")
    assert len(cleaned.title) <= MAX_TITLE
    assert cleaned.content == '<a href="https://city.example.org/news/2">next</a>'
    assert cleaned.categories[:2] == ("A & B", "0")
    assert len(cleaned.categories) == 50
    assert cleaned.image == Image(url="https://cdn.example.org/i.jpg", alt="An image")
    assert cleaned.enclosures == (Enclosure(url="https://city.example.org/news/a.pdf"),)


def test_bad_addresses_leave_empty_fields() -> None:
    """An entry whose link and image are no web addresses is kept without them."""
    entry = EntryData(guid="1", url="javascript:x", image=Image(url="data:x"), title="T")
    cleaned = clean_entry(entry, base_url="https://city.example.org/feed", language="ro")

    assert cleaned == replace(entry, url="", image=None)


FRAGMENTS = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<b>", "</b>", "<div>", "</div>", "<a href='/x?utm_a=1'>", "</a>", "<img src=/i>", "<br>", "<td>",
         "<table>", "</table>", "<ul><li>", "text ", "&amp;", "&lt;script&gt;", "<figure>", "</figure>", "<span>", "\u00a0",
         "<script>", "</script>", "<noscript>", "]]>", "<?xml ?>", "<", "'", '"', "ţ", "<iframe src=//v.org>", "</iframe>"]
    )
).map("".join)  # fmt: skip


@given(FRAGMENTS)
def test_twice_is_once(text: str) -> None:
    """Whatever the soup, cleaning its result changes nothing, and no active element is in it."""
    once = clean(text, "ro")

    assert clean(once, "ro") == once
    assert "<script" not in once
    assert "<iframe" not in once
