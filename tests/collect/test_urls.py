"""Addresses: made absolute, freed of tracking, and compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.collect.urls import absolute, as_secure, canonical_url, without_tracking

BASE = "https://www.example.org/news/list.html"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/a/b", "https://www.example.org/a/b"),
        ("c.html", "https://www.example.org/news/c.html"),
        ("//cdn.example.org/i.png", "https://cdn.example.org/i.png"),
        ("  http://x.org/a b ", "http://x.org/a%20b"),
        ("?page=2", "https://www.example.org/news/list.html?page=2"),
        (
            "/lt/naujienos/7654/naujos-kainos:4885",
            "https://www.example.org/lt/naujienos/7654/naujos-kainos:4885",
        ),
        ("javascript:alert(1)", ""),
        ("JaVa\nScript:alert(1)", ""),
        ("\x01javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("mailto:a@b.org", ""),
        ("http://[broken", ""),
        ("http://x.org:99999999/", ""),
        ("#top", ""),
        ("", ""),
    ],
)
def test_absolute(url: str, expected: str) -> None:
    """Only http and https addresses come out, seen from the page they stood on."""
    assert absolute(url, BASE) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.org/a?utm_source=rss&id=5&fbclid=z", "https://x.org/a?id=5"),
        ("https://x.org/a?UTM_Medium=x#part", "https://x.org/a#part"),
        ("https://x.org/a?a=1&amp;utm_source=x", "https://x.org/a?a=1"),
        ("https://x.org/a?q=a+b%20c&x", "https://x.org/a?q=a+b%20c&x"),
        ("https://x.org/a", "https://x.org/a"),
    ],
)
def test_without_tracking(url: str, expected: str) -> None:
    """Click counters go; what remains is untouched, byte for byte."""
    assert without_tracking(url) == expected


@pytest.mark.parametrize(
    "same",
    [
        [
            "https://www.example.org/news/1/",
            "http://example.org/news/1",
            "https://EXAMPLE.org:443/news/1#top",
        ],
        ["https://x.org/a?b=1&a=2", "https://x.org/a?a=2&b=1&utm_source=z", "https://x.org/a?a=2&amp;b=1"],
        ["https://x.org/read-1?cultureKey=en", "https://x.org/read-1?culturekey=ru", "https://x.org/read-1"],
        ["https://x.org/aktualit%C3%A4t", "https://x.org/aktualität"],
        ["https://x.org/", "https://x.org", "https://x.org/index.html"],
    ],
)
def test_addresses_of_one_article(same: list[str]) -> None:
    """Ways to write the same address have one canonical form."""
    assert len({canonical_url(url) for url in same}) == 1


@pytest.mark.parametrize(
    "different",
    [
        ["https://x.org/a:1", "https://x.org/a:2"],
        ["https://x.org/A", "https://x.org/a"],
        ["https://x.org/?id=1", "https://x.org/?id=2"],
        ["https://x.org:8080/", "https://x.org/"],
        ["https://a.x.org/", "https://x.org/"],
    ],
)
def test_addresses_of_two_articles(different: list[str]) -> None:
    """What may be another article keeps its own form."""
    assert len({canonical_url(url) for url in different}) == len(different)


@given(st.text(max_size=200))
def test_any_text_is_safe(text: str) -> None:
    """No text makes them fail, and what comes out comes out the same again."""
    made = absolute(text, BASE)

    assert absolute(made, BASE) == made
    assert without_tracking(without_tracking(text)) == without_tracking(text)
    assert isinstance(canonical_url(text), str)


@pytest.mark.parametrize(
    ("url", "base", "expected"),
    [
        ("http://a.example/api?page=2", "https://a.example/api", "https://a.example/api?page=2"),
        ("http://a.example/api?page=2", "http://a.example/api", "http://a.example/api?page=2"),
        ("http://b.example/2", "https://a.example/api", "http://b.example/2"),
        ("http://a.example:8080/2", "https://a.example/api", "http://a.example:8080/2"),
    ],
)
def test_a_services_own_links_keep_its_scheme(url: str, base: str, expected: str) -> None:
    """Padua's service answers by https and names its next page with http."""
    assert as_secure(url, base) == expected
