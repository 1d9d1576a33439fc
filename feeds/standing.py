"""The pages that no item changes: how to subscribe, what the labels mean, statements, search, answers, errors."""

from collections.abc import Callable
from datetime import date
from functools import partial
from urllib.parse import urlsplit

from feeds import addresses, opml, sitemap
from feeds.compose import compose
from feeds.records import NetworkForFeed, Scope
from feeds.rendering import STATIC, Script, render

# When the statement on accessibility was last held against the pages; moves with each such check.
CHECKED = date(2026, 12, 1)


def subscribe(language: str, network: NetworkForFeed) -> bytes:
    """The page with the address of every feed."""
    page = addresses.subscribe_page
    both = compose((), language=language, network=network, bilingual=True) if network.bilingual else None
    twins = _twins(page, network)
    return render(
        "subscribe.html", language, page(language), network, twins=twins, bilingual=both, script=Script.COPY
    )


def about(language: str, network: NetworkForFeed) -> bytes:
    """The page that explains the labels, and whom to tell of a mistake."""
    return _page("about.html", language, network, addresses.about_page)


def accessibility(language: str, network: NetworkForFeed) -> bytes:
    """The statement that Directive (EU) 2016/2102 asks of public bodies."""
    page = addresses.accessibility_page
    twins = _twins(page, network)
    return render("accessibility.html", language, page(language), network, twins=twins, checked=CHECKED)


def privacy(language: str, network: NetworkForFeed) -> bytes:
    """What is kept about readers: next to nothing."""
    return _page("privacy.html", language, network, addresses.privacy_page)


def search(language: str, network: NetworkForFeed) -> bytes:
    """The page that searches its language's index, in the browser."""
    page = addresses.search_page
    return render(
        "search.html", language, page(language), network, twins=_twins(page, network), script=Script.SEARCH
    )


def answer(name: str, language: str, network: NetworkForFeed) -> bytes:
    """What a reader sees after sending a report."""
    page = partial(addresses.answer_page, name=name)
    return render("answer.html", language, page(language), network, twins=_twins(page, network), answer=name)


def not_found(language: str, network: NetworkForFeed) -> bytes:
    """The body of a 404, which may stand under any address: its links begin at the root of the host."""
    root = f"{urlsplit(network.base_url).path.rstrip('/')}/"
    page = addresses.channel_page(language, Scope.ALL)
    twins = {code: addresses.channel_page(code, Scope.ALL) for code in network.languages}
    return render("notfound.html", language, page, network, twins=twins, root=root, found=False)


def chooser(network: NetworkForFeed) -> bytes:
    """The first page: the languages, each in its own words."""
    twins = {code: addresses.channel_page(code, Scope.ALL) for code in network.languages}
    return render("chooser.html", "en", "", network, twins=twins)


def terms(network: NetworkForFeed) -> bytes:
    """The vocabulary that the labels' categories point to."""
    return render("terms.html", "en", addresses.LABEL_TERMS, network, twins={})


def fixed(network: NetworkForFeed) -> dict[str, bytes]:
    """Every file that no item changes, by its path in the tree."""
    files = {
        "index.html": chooser(network),
        addresses.index_file(addresses.LABEL_TERMS): terms(network),
        addresses.opml_path(): opml.render(network),
        addresses.not_found_file(): not_found(network.languages[0], network),
        addresses.ROBOTS: sitemap.robots(network),
    }
    for language in network.languages:
        files |= _of_language(language, network)
    for path in sorted(STATIC.iterdir()):
        files[f"static/{path.name}"] = path.read_bytes()
    return files


def _of_language(language: str, network: NetworkForFeed) -> dict[str, bytes]:
    files = {
        addresses.index_file(addresses.subscribe_page(language)): subscribe(language, network),
        addresses.index_file(addresses.about_page(language)): about(language, network),
        addresses.index_file(addresses.accessibility_page(language)): accessibility(language, network),
        addresses.index_file(addresses.privacy_page(language)): privacy(language, network),
        addresses.not_found_file(language): not_found(language, network),
        addresses.opml_path(language): opml.render(network, language),
        addresses.site_map(language): sitemap.standing(language, network),
    }
    if network.searchable:
        files[addresses.index_file(addresses.search_page(language))] = search(language, network)
    if network.reports:
        for name in addresses.ANSWERS:
            page = addresses.answer_page(language, name)
            files[addresses.index_file(page)] = answer(name, language, network)
    return files


def _page(template: str, language: str, network: NetworkForFeed, page: Callable[[str], str]) -> bytes:
    return render(template, language, page(language), network, twins=_twins(page, network))


def _twins(page: Callable[[str], str], network: NetworkForFeed) -> dict[str, str]:
    return {code: page(code) for code in network.languages}
