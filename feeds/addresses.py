"""Where everything published stands: paths inside the tree, and their public addresses. Pure."""

from urllib.parse import quote

from feeds.records import NetworkForFeed, Scope

PICTURES = "pictures"  # the folder of their copies
FORMATS = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}


def channel_path(language: str, scope: Scope, key: str = "") -> str:
    """The stem of a channel's files, "lv/all" or "lv/city/poznan"."""
    return f"{language}/all" if scope is Scope.ALL else f"{language}/{scope}/{key}"


def channel_page(language: str, scope: Scope, key: str = "") -> str:
    """The folder of the page beside a channel."""
    return f"{language}/" if scope is Scope.ALL else f"{language}/{scope}/{key}/"


def bilingual_path(language: str) -> str:
    """The stem of the feed that holds translation and original: "lv/all.bilingual"."""
    return f"{channel_path(language, Scope.ALL)}.bilingual"


def archive_path(language: str, scope: Scope, key: str, number: int) -> str:
    """The stem of a closed block of a channel's archive: "lv/archive/3", "lv/city/poznan/archive/3"."""
    return f"{channel_page(language, scope, key)}archive/{number}"


def archive_page(language: str, scope: Scope, key: str, number: int) -> str:
    return f"{archive_path(language, scope, key, number)}/"


def item_page(language: str, public_id: str) -> str:
    return f"{language}/news/{public_id}/"


def subscribe_page(language: str) -> str:
    return f"{language}/subscribe/"


def about_page(language: str) -> str:
    return f"{language}/about/"


def accessibility_page(language: str) -> str:
    return f"{language}/accessibility/"


def privacy_page(language: str) -> str:
    return f"{language}/privacy/"


def search_page(language: str) -> str:
    return f"{language}/search/"


def search_index(language: str) -> str:
    """The folder of a language's index, beside the page that uses it."""
    return f"{language}/pagefind/"


def answer_page(language: str, name: str) -> str:
    """What a reader sees after sending a report: "thanks", "missing" or "later"."""
    return f"{language}/report/{name}/"


def not_found_file(language: str = "") -> str:
    """The body of a 404, by the language of the address."""
    return f"{language}/404.html" if language else "404.html"


def picture(digest: str) -> str:
    """The copy of a picture; its name is that of its bytes."""
    return f"{PICTURES}/{digest}.webp"


def site_map(language: str, number: int | None = None) -> str:
    """A language's site map: one of its parts, or (None) that of the pages no item changes."""
    return f"{language}/sitemap/{'pages' if number is None else number}.xml"


def opml_path(language: str = "") -> str:
    return f"{language}/feeds.opml" if language else "feeds.opml"


LABEL_TERMS = "terms/label/"
SITE_INDEX = "sitemap.xml"
ROBOTS = "robots.txt"
ANSWERS = ("thanks", "missing", "later")


def index_file(page: str) -> str:
    """The file a web server sends for a page's folder."""
    return f"{page}index.html"


def gone_file(page: str) -> str:
    """What stands in a page's folder after it left: servers answer 410 with it, where there is no index.html."""
    return f"{page}gone.html"


def absolute(network: NetworkForFeed, path: str) -> str:
    """The public address of a path in the tree."""
    return f"{network.base_url.rstrip('/')}/{quote(path)}"


def feed_url(network: NetworkForFeed, stem: str, extension: str) -> str:
    return absolute(network, f"{stem}.{extension}")


def label_scheme(network: NetworkForFeed) -> str:
    """The vocabulary of labels: the `domain` or `scheme` of a label's category."""
    return absolute(network, LABEL_TERMS)
