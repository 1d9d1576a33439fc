"""The pages beside the feeds: news, cities, items, how to subscribe, what the labels mean.

Plain HTML for every browser: no script, no cookie, nothing from other hosts but the items' own pictures. Links
inside the site are relative, so the tree works under any address; what other sites read (canonical, hreflang,
JSON-LD) is absolute.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from feeds import addresses, labels, messages, opml
from feeds.compose import compose
from feeds.plain import summary_text, tidy
from feeds.records import ChannelForFeed, ItemForFeed, Label, NetworkForFeed, Scope

_HERE = Path(__file__).parent
STATIC = _HERE / "static"

_environment = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals.update(
    addresses=addresses,
    labels=labels,
    messages=messages,
    summary_text=summary_text,
    Label=Label,
    Scope=Scope,
)

# https://schema.org/digitalSourceType, after IPTC's vocabulary: the mark of machine text for search engines.
_DIGITAL_SOURCES = {
    Label.MACHINE: "https://schema.org/TrainedAlgorithmicMediaDigitalSource",
    Label.EDITED: "https://schema.org/CompositeWithTrainedAlgorithmicMediaDigitalSource",
    Label.REVIEWED: "https://schema.org/CompositeWithTrainedAlgorithmicMediaDigitalSource",
}


def listing(channel: ChannelForFeed, network: NetworkForFeed) -> bytes:
    """The page beside a channel: its items by day, its feeds, the way to the other channels."""
    page = addresses.channel_page(channel.language, channel.scope, channel.key)
    twins = {code: addresses.channel_page(code, channel.scope, channel.key) for code in network.languages}
    return _render(
        "listing.html", channel.language, page, network, twins=twins, channel=channel, days=_by_day(channel)
    )


def item(entry: ItemForFeed, language: str, network: NetworkForFeed) -> bytes:
    """The page of one item. `language` is the reader's; an untranslated text may be in another."""
    entry = tidy(entry)
    page = addresses.item_page(language, entry.public_id)
    spoken = {language, *entry.alternates}
    twins = {code: addresses.item_page(code, entry.public_id) for code in network.languages if code in spoken}
    day = messages.local_day(entry.published, entry.source.timezone)
    changed = messages.local_day(entry.updated, entry.source.timezone)
    return _render(
        "item.html",
        language,
        page,
        network,
        twins=twins,
        item=entry,
        day=day,
        changed=changed if changed > day else None,
        json_ld=_json_ld(entry, addresses.absolute(network, page), network),
    )


def subscribe(language: str, network: NetworkForFeed) -> bytes:
    """The page with the address of every feed."""
    twins = {code: addresses.subscribe_page(code) for code in network.languages}
    return _render("subscribe.html", language, addresses.subscribe_page(language), network, twins=twins)


def about(language: str, network: NetworkForFeed) -> bytes:
    """The page that explains the labels, and whom to tell of a mistake."""
    twins = {code: addresses.about_page(code) for code in network.languages}
    return _render("about.html", language, addresses.about_page(language), network, twins=twins)


def chooser(network: NetworkForFeed) -> bytes:
    """The first page: the languages, each in its own words."""
    twins = {code: addresses.channel_page(code, Scope.ALL) for code in network.languages}
    return _render("chooser.html", "en", "", network, twins=twins)


def terms(network: NetworkForFeed) -> bytes:
    """The vocabulary that the labels' categories point to."""
    return _render("terms.html", "en", addresses.LABEL_TERMS, network, twins={})


def fixed(network: NetworkForFeed) -> dict[str, bytes]:
    """Every file that no item changes, by its path in the tree."""
    files = {
        "index.html": chooser(network),
        addresses.index_file(addresses.LABEL_TERMS): terms(network),
        addresses.opml_path(): opml.render(network),
    }
    for language in network.languages:
        files[addresses.index_file(addresses.subscribe_page(language))] = subscribe(language, network)
        files[addresses.index_file(addresses.about_page(language))] = about(language, network)
        files[addresses.opml_path(language)] = opml.render(network, language)
    for path in sorted(STATIC.iterdir()):
        files[f"static/{path.name}"] = path.read_bytes()
    return files


def _render(
    template: str,
    language: str,
    page: str,
    network: NetworkForFeed,
    *,
    twins: Mapping[str, str],
    **values: Any,
) -> bytes:
    """A template with what every page needs. `twins` are the same page in each language that has it."""
    values |= {
        "_": messages.catalogue(language).gettext,
        "language": language,
        "home": language if page and language in network.languages else "",  # "" hides the way round
        "network": network,
        "network_feed": _network_feed(language, network),
        "page": page,
        "root": "../" * page.count("/") or "./",
        "style_version": _style_version(),
        "twins": twins,
    }
    return _environment.get_template(template).render(values).encode()


@cache
def _style_version() -> str:
    """Changes with the style sheet, so that no browser pairs new pages with an old one."""
    return hashlib.sha256((STATIC / "newswire.css").read_bytes()).hexdigest()[:8]


def _network_feed(language: str, network: NetworkForFeed) -> ChannelForFeed:
    return compose((), language=language, network=network)


def _by_day(channel: ChannelForFeed) -> list[tuple[date, list[ItemForFeed]]]:
    """The items under the days their publishers would name, newest first."""
    days: dict[date, list[ItemForFeed]] = {}
    for entry in channel.items:
        days.setdefault(messages.local_day(entry.published, entry.source.timezone), []).append(entry)
    return sorted(days.items(), reverse=True)


def _json_ld(entry: ItemForFeed, url: str, network: NetworkForFeed) -> Markup:
    """https://schema.org/NewsArticle, with the original it translates."""
    publisher = {"@type": "Organization", "name": entry.source.name, "url": entry.source.site_url}
    article: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": entry.id,
        "url": url,
        "headline": entry.title,
        "inLanguage": entry.language,
        "datePublished": entry.published.isoformat(),
        "dateModified": entry.updated.isoformat(),
        "author": {"@type": "Person", "name": entry.author} if entry.author else publisher,
        "publisher": publisher,
        "isPartOf": {"@type": "WebSite", "name": network.title, "url": addresses.absolute(network, "")},
    }
    if entry.image:
        article["image"] = {"@type": "ImageObject", "url": entry.image.url, "caption": entry.image.alt}
    if entry.source.licence:
        article["license"] = entry.source.licence
    if entry.label in _DIGITAL_SOURCES:
        article["digitalSourceType"] = _DIGITAL_SOURCES[entry.label]
        article["translationOfWork"] = {
            "@type": "NewsArticle",
            "url": labels.original_url(entry),
            "inLanguage": entry.original_language,
        }
    if entry.label is Label.REVIEWED and entry.editor:
        article["editor"] = {"@type": "Person", "name": entry.editor}
    data = json.dumps(article, ensure_ascii=False, separators=(",", ":"))
    # Inside <script> only "<" could end the block or open a comment; JSON may write it as an escape.
    return Markup(data.replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704 -- inert by the line above
