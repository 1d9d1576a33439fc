"""What stands around an article on every page and is no part of it: cookie notices, links to other news, sharing.

Only what is surely furniture goes: by its name in the markup, or by its heading in one of the ten languages.
"""

import re
from collections.abc import Collection, Iterator
from itertools import islice, takewhile

from lxml import etree, html

_COOKIES = re.compile(
    r"cookie|consent|gdpr|onetrust|usercentrics|klaro|cmplz|borlabs|iubenda|didomi|tarteaucitron|(?:^|[ _-])cc-(?:window|banner)"
    r"|sikdatn|slapuk|ciasteczk|(?:^|[ _-])rodo(?:$|[ _-])",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"(?:^|[ _-])(?:related\w*|similar\w*|recommend\w*|read-?(?:more|also|next)|see-?also|also-?read"
    r"|(?:more|other|latest|further)[_-]?(?:news|articles|stories|posts)"
    r"|gerelateerd\w*|verwant\w*|verwandt\w*|aehnlich\w*|powiazan\w*|correlat[aei]\w*|relacionad\w*|similaires|lire-aussi"
    r"|leggi-anche|saistit\w*|susij\w*|yarpp\w*|jp-relatedposts|outbrain|taboola|addtoany\w*|sharedaddy|a2a_kit"
    r"|(?:social|share)[_-]?(?:share|links|buttons|bar|icons)|sharing|newsletter[_-]?(?:signup|form|box)|breadcrumbs?)(?:$|[ _-])",
    re.IGNORECASE,
)
_SAID_OF_OTHERS = (
    "related news", "related articles", "related stories", "related posts", "related", "other news", "more news", "latest news",
    "read also", "read more", "see also", "you may also like", "more stories", "share this page",
    "lasi arī", "lasiet arī", "saistītās ziņas", "citas ziņas", "jaunākās ziņas", "vēl par tēmu", "skatīt arī",
    "zobacz także", "zobacz też", "zobacz również", "czytaj także", "czytaj też", "czytaj również", "powiązane artykuły",
    "powiązane wiadomości", "inne aktualności", "pozostałe aktualności", "inne wiadomości", "podobne artykuły",
    "taip pat skaitykite", "skaitykite taip pat", "susijusios naujienos", "kitos naujienos", "panašios naujienos",
    "lees ook", "gerelateerd nieuws", "ander nieuws", "meer nieuws", "overig nieuws", "laatste nieuws", "gerelateerde artikelen",
    "weitere meldungen", "weitere nachrichten", "weitere artikel", "ähnliche artikel", "ähnliche beiträge", "lesen sie auch",
    "das könnte sie auch interessieren", "mehr zum thema", "aktuelle meldungen",
    "à lire aussi", "lire aussi", "actualités similaires", "autres actualités", "sur le même sujet", "articles similaires",
    "à lire également", "voir aussi",
    "leggi anche", "notizie correlate", "altre notizie", "potrebbe interessarti", "articoli correlati", "ultime notizie",
    "contenuti correlati",
    "lea también", "noticias relacionadas", "otras noticias", "te puede interesar", "más noticias", "últimas noticias",
    "citește și", "știri similare", "alte știri", "articole similare", "ultimele știri", "vezi și",
)  # fmt: skip
_COOKIE_WORDS = re.compile(r"cookie|sīkdat|slapuk|ciastecz", re.IGNORECASE)
_LONGEST_NOTICE = 4_000  # characters
_LONGEST_HEADING = 80
_TEASERS = 300  # letters for each link
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_NEVER = frozenset({"html", "head", "body", "main", "article", "h1"})
_MOSTLY = 0.5


def drop(page: html.HtmlElement, keep: Collection[html.HtmlElement] = ()) -> None:
    """Take it out of the page in place. What holds or is one of `keep` stays."""
    kept = {around for each in keep for around in (each, *each.iterancestors())}
    sizes = _Sizes(page)
    for element in list(page.iter(etree.Element)):
        if element in kept or element.tag in _NEVER or not _is_in(element, page):
            continue
        name = f"{element.get('id', '')} {element.get('class', '')}".strip()
        if name and _is_furniture(element, name, sizes):
            element.drop_tree()
    for heading in list(page.iter(*_HEADINGS, "p", "div")):
        if heading not in kept and heading.tag not in _NEVER and _is_in(heading, page):
            _drop_others(heading, kept, sizes)
    _drop_notice(page, kept)


class _Sizes:
    """How many letters stand in each element and in its links, counted in one walk over the page as it came."""

    def __init__(self, page: html.HtmlElement) -> None:
        self.letters: dict[html.HtmlElement, int] = {}
        self._linked: dict[html.HtmlElement, int] = {}
        for _event, element in etree.iterwalk(page, events=("end",)):
            inside = _count(element.text) + sum(self.letters[each] + _count(each.tail) for each in element)
            self.letters[element] = inside
            self._linked[element] = (
                inside if element.tag == "a" else sum(self._linked[each] for each in element)
            )
        self.whole = self.letters[page]

    def is_list_of_links(self, element: html.HtmlElement) -> bool:
        return self._linked[element] >= _MOSTLY * max(1, self.letters[element])

    def leads_elsewhere(self, element: html.HtmlElement) -> bool:
        """A list of links, or teasers: few words for each link."""
        links = sum(1 for _ in element.iter("a"))
        return self.is_list_of_links(element) or self.letters[element] < _TEASERS * links


def _count(text: str | None) -> int:
    return sum(map(str.isalnum, text)) if text else 0


def _is_in(element: html.HtmlElement, page: html.HtmlElement) -> bool:
    return element is page or any(around is page for around in element.iterancestors())


def _is_furniture(element: html.HtmlElement, name: str, sizes: _Sizes) -> bool:
    """By its name; a wrapper that only says what the page has, or holds the article besides, is none."""
    if _COOKIES.search(name):  # such a notice may well be longer than the article
        headings = (_begin(each) for each in element.iter("h1"))
        return not _holds(element, "main", "article") and all(map(_COOKIE_WORDS.search, headings))
    if not _OTHERS.search(name):
        return False
    if _holds(element, "h1", "main", "article"):
        return sizes.is_list_of_links(element)
    return sizes.letters[element] < _MOSTLY * sizes.whole


def _holds(element: html.HtmlElement, *tags: str) -> bool:
    return next(element.iter(*tags), None) is not None


def _drop_others(heading: html.HtmlElement, kept: Collection[html.HtmlElement], sizes: _Sizes) -> None:
    """A heading over other news with the links under it, or "Read also:" with its links on one line."""
    said = _begin(heading)
    if len(said) <= _LONGEST_HEADING and _folded(said) in _TITLES:
        _drop_section(heading, kept, sizes)
    elif said and heading.tag in {"p", "div"} and (link := next(heading.iter("a"), None)) is not None:
        before = said.partition(_begin(link) or said)[0]
        if _folded(before) in _TITLES and sizes.leads_elsewhere(heading):
            heading.drop_tree()


def _drop_section(heading: html.HtmlElement, kept: Collection[html.HtmlElement], sizes: _Sizes) -> None:
    """The heading with the links under it; where it stands in a box of its own, the box's neighbours are those."""
    box = heading
    while next(_below(box, sizes), None) is None and (around := box.getparent()) is not None:
        if around.tag in _NEVER or around in kept:
            return
        box = around
    below = takewhile(lambda each: each not in kept and sizes.leads_elsewhere(each), _below(box, sizes))
    linked = list(below) if box is heading else list(islice(below, 1))
    for element in (box, *linked) if linked else ():
        element.drop_tree()


def _below(heading: html.HtmlElement, sizes: _Sizes) -> Iterator[html.HtmlElement]:
    for element in heading.itersiblings():
        if heading.tag in _HEADINGS and element.tag in _HEADINGS and element.tag <= heading.tag:
            return
        if sizes.letters[element]:
            yield element


def _drop_notice(page: html.HtmlElement, kept: Collection[html.HtmlElement]) -> None:
    """A text about cookies before the headline, whatever it is called: it comes first in the page and is no news."""
    headline = next(page.iter("h1"), None)
    if headline is None:
        return
    above = {headline, *headline.iterancestors()}
    for branch in [
        each for one in above for each in one.itersiblings("div", "section", "aside", "p", preceding=True)
    ]:
        text = branch.text_content()
        if branch not in kept and len(text) < _LONGEST_NOTICE and _COOKIE_WORDS.search(text):
            branch.drop_tree()


def _begin(element: html.HtmlElement) -> str:
    """Its first words, one character more than a heading has at most."""
    text = ""
    for piece in element.itertext():
        text += str(piece)[: _LONGEST_HEADING + 1]
        if len(text) > _LONGEST_HEADING:
            break
    return text[: _LONGEST_HEADING + 1]


def _folded(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


_TITLES = frozenset(map(_folded, _SAID_OF_OTHERS))
