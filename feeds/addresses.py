"""Where everything published stands: paths inside the tree, and their public addresses. Pure."""

from urllib.parse import quote

from feeds.records import NetworkForFeed, Scope

FORMATS = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}


def channel_path(language: str, scope: Scope, key: str = "") -> str:
    """The stem of a channel's files, "lv/all" or "lv/city/poznan"."""
    return f"{language}/all" if scope is Scope.ALL else f"{language}/{scope}/{key}"


def channel_page(language: str, scope: Scope, key: str = "") -> str:
    """The folder of the page beside a channel."""
    return f"{language}/" if scope is Scope.ALL else f"{language}/{scope}/{key}/"


def item_page(language: str, public_id: str) -> str:
    return f"{language}/news/{public_id}/"


def subscribe_page(language: str) -> str:
    return f"{language}/subscribe/"


def about_page(language: str) -> str:
    return f"{language}/about/"


def opml_path(language: str = "") -> str:
    return f"{language}/feeds.opml" if language else "feeds.opml"


LABEL_TERMS = "terms/label/"


def index_file(page: str) -> str:
    """The file a web server sends for a page's folder."""
    return f"{page}index.html"


def absolute(network: NetworkForFeed, path: str) -> str:
    """The public address of a path in the tree."""
    return f"{network.base_url.rstrip('/')}/{quote(path)}"


def feed_url(network: NetworkForFeed, stem: str, extension: str) -> str:
    return absolute(network, f"{stem}.{extension}")


def label_scheme(network: NetworkForFeed) -> str:
    """The vocabulary of labels: the `domain` or `scheme` of a label's category."""
    return absolute(network, LABEL_TERMS)
