"""How an item names the other voices of its story."""

from dataclasses import replace

import pytest

from feeds import jsonfeed, pages, voices
from feeds.labels import body_html
from feeds.records import VoiceForFeed
from tests.feeds.samples import NETWORK, channel, item
from tests.feeds.test_messages import LANGUAGES

HOSTILE = VoiceForFeed(
    id="tag:news.example.org,2026:lv/7",
    public_id="7",
    key="plain",
    name="A & B <City>",
    title="<script>alert(1)</script>\nTram",
    text_language="en",
    page="https://news.example.org/wire/lv/news/7/",
    url="javascript:alert(1)",
    original_language="en",
)
RENNES = replace(HOSTILE, id="tag:x,2026:lv/8", public_id="8", key="rennes", name="Rennes", title="Tramvajs")


def test_an_item_alone_says_nothing() -> None:
    """No line, no links, no list where nobody else tells it."""
    alone = item()

    assert voices.names(alone, "lv") == voices.line_html(alone, "lv") == ""
    assert voices.links(alone, "lv") == voices.extension(alone) == []
    assert '"voices"' not in jsonfeed.render(channel([alone]), NETWORK).decode()
    assert 'id="voices"' not in pages.item(alone, "lv", NETWORK).decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_line_is_in_the_readers_language(language: str) -> None:
    """Every catalogue has its words; the names stand in them as links."""
    told = item(voices=(RENNES, HOSTILE))

    line = voices.names(told, language)
    html = voices.line_html(told, language)

    assert line.endswith(": Rennes, A & B <City>")
    assert (line.startswith("Also reported by")) == (language == "en")
    assert html.startswith(f'<p lang="{language}">')
    assert html.count("<a href=") == 2


def test_names_and_titles_of_others_are_only_text() -> None:
    """Whatever a source calls itself or its news, nothing of it becomes markup."""
    told = item(voices=(HOSTILE,))

    page = pages.item(told, "lv", NETWORK).decode()
    body = body_html(told, "lv")

    assert "A &amp; B &lt;City&gt;" in page
    assert "A &amp; B &lt;City&gt;" in body
    assert "<script>alert" not in page + body
    assert "javascript:" not in page
    assert 'lang="en"><bdi>&lt;\u2060script&gt;' in page


def test_addresses_in_documents_are_web_addresses() -> None:
    """An original that is no web address is left out of the list for programs."""
    (shown,) = channel([item(voices=(HOSTILE,))]).items

    assert voices.extension(shown)[0]["external_url"] == ""
    assert (
        '"external_url":"javascript'
        not in jsonfeed.render(channel([item(voices=(HOSTILE,))]), NETWORK).decode()
    )
