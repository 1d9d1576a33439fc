"""What is said of a text's origin, in the reader's language: who translated it, who answers for it, where it is from.

The EU's AI Act (Art. 50(4)) wants machine text on public matters disclosed, visibly and accessibly; so a label
stands in every item of every format, as words and (elsewhere, as a category) for machines.
"""

import re
from urllib.parse import unquote, urlsplit

from markupsafe import Markup, escape

from feeds import makers, voices
from feeds.messages import colon, direction, language_name, text
from feeds.pictures import Showing
from feeds.plain import summary_text
from feeds.records import ItemForFeed, Label

_TABLE = re.compile(r"<table(?=[\s>])")
_UNTRANSLATED = frozenset({Label.ORIGINAL})
# https://cv.iptc.org/newscodes/digitalsourcetype/: how much of a work a machine made
_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_DIGITAL_SOURCES = {
    Label.MACHINE: "trainedAlgorithmicMedia",
    Label.EDITED: "compositeWithTrainedAlgorithmicMedia",
    Label.REVIEWED: "compositeWithTrainedAlgorithmicMedia",
}


def digital_source(label: Label) -> str:
    """IPTC's term for machines; empty for an original."""
    return f"{_IPTC}{_DIGITAL_SOURCES[label]}" if label in _DIGITAL_SOURCES else ""


def label_name(label: Label, reader: str) -> str:
    """The label in a few words."""
    match label:
        case Label.MACHINE:
            return text(reader, "Machine translation")
        case Label.EDITED:
            return text(reader, "Machine translation, edited")
        case Label.REVIEWED:
            return text(reader, "Translation reviewed by an editor")
        case Label.ORIGINAL:
            return text(reader, "Original text")


def label_meaning(label: Label, reader: str) -> str:
    """The label explained in a sentence or two."""
    match label:
        case Label.MACHINE:
            return text(
                reader,
                "A computer translated this text and no person has checked it. It may contain mistakes: "
                "for anything that matters, read the original.",
            )
        case Label.EDITED:
            return text(
                reader,
                "A computer translated this text and an editor corrected parts of it. "
                "The whole has not been approved.",
            )
        case Label.REVIEWED:
            return text(
                reader,
                "An editor compared the translation with the original, corrected it where needed "
                "and answers for it.",
            )
        case Label.ORIGINAL:
            return text(reader, "The text stands as its publisher wrote it.")


def label_line(item: ItemForFeed, reader: str) -> str:
    """The label of an item, with what belongs to it."""
    return label_words(item.label, reader, language=item.language, editor=item.editor)


def label_words(label: Label, reader: str, *, language: str, editor: str) -> str:
    """The label with what belongs to it: the language of an untranslated text, the editor of a reviewed one."""
    if label in _UNTRANSLATED and language != reader:
        return text(reader, "Original text in {language}, not translated").format(
            language=language_name(language, reader)
        )
    name = label_name(label, reader)
    return f"{name}{colon(reader)}{editor}" if label is Label.REVIEWED and editor else name


def original_url(item: ItemForFeed) -> str:
    """Where the original stands, or at least its publisher."""
    return item.url or item.source.site_url


def origin_html(item: ItemForFeed, reader: str) -> Markup:
    """The link to the original, named by its city and host, with the language that waits behind it."""
    message = text(reader, "Original (in {language}): {source}")
    if item.label in _UNTRANSLATED:
        message = text(reader, "Source: {source}")
    url = original_url(item)
    source = escape(item.source.name)
    if url:
        name = f"{item.source.name}, {urlsplit(url).hostname or url}"
        source = Markup('<a href="{}" hreflang="{}">{}</a>').format(url, item.original_language, name)
    language = language_name(item.original_language, reader)
    return escape(message).format(source=source, language=language)


def licence_html(item: ItemForFeed, reader: str) -> Markup:
    """The licence of the original's text, where its publisher named one."""
    licence = item.source.licence
    if not licence:
        return Markup("")
    shown: Markup = escape(licence)
    if licence.startswith(("https://", "http://")):
        shown = Markup('<a href="{0}">{0}</a>').format(licence)
    return escape(text(reader, "Licence: {licence}")).format(licence=shown)


def engine_line(item: ItemForFeed, reader: str) -> str:
    """Which engine translated it, and of what kind that is; empty for an original."""
    if item.label in _UNTRANSLATED or not item.engines:
        return ""
    return text(reader, "Translated by: {engine}").format(engine=makers.described(item.engines, reader))


def notice_html(item: ItemForFeed, reader: str) -> Markup:
    """The last line of an item in a feed: label, original, licence."""
    parts = [
        escape(label_line(item, reader)),
        origin_html(item, reader),
        escape(engine_line(item, reader)),
        licence_html(item, reader),
    ]
    return Markup('<p lang="{}"><small>{}.</small></p>').format(
        reader, Markup(". ").join(filter(None, parts))
    )


def shows_image(item: ItemForFeed) -> bool:
    """The text itself holds the item's image, however its address is written there."""
    if item.image is None:
        return False
    url = item.image.url
    forms = {form for one in (url, unquote(url)) for form in (one, str(escape(one)))}
    return any(form in item.content_html for form in forms)


def _lead_image(item: ItemForFeed) -> Markup:
    """The item's image, unless the text shows it already."""
    if shows_image(item) or item.image is None:
        return Markup("")
    return Markup('<p><img src="{}" alt="{}"></p>').format(item.image.url, item.image.alt)


def original_name(item: ItemForFeed, reader: str) -> str:
    """The heading above the original, in the reader's language: "Original text (Polish)"."""
    return text(reader, "Original text ({language})").format(
        language=language_name(item.original_language, reader)
    )


def _original_html(item: ItemForFeed, reader: str) -> Markup:
    """The text it was translated from, in its own language, under a heading in the reader's."""
    if not item.original_title and not item.original_html:
        return Markup("")
    heading = original_name(item, reader)
    return Markup(
        '<hr><p lang="{reader}"><strong>{heading}</strong></p>'
        '<div lang="{language}" dir="{direction}"><p><strong>{title}</strong></p>{body}</div>'
    ).format(
        reader=reader,
        heading=heading,
        language=item.original_language,
        direction=direction(item.original_language),
        title=item.original_title,
        body=Markup(item.original_html),  # noqa: S704 -- cleaned on collection; see records.py
    )


def body_html(item: ItemForFeed, reader: str, *, bilingual: bool = False) -> str:
    """The whole item for a feed: its image, its text, its original where that is wanted, its notice."""
    words = Markup(item.content_html or item.summary_html)  # noqa: S704 -- cleaned on collection; see records.py
    if words and item.language != reader:
        words = Markup('<div lang="{}">{}</div>').format(item.language, words)
    original = _original_html(item, reader) if bilingual else Markup("")
    return str(
        _lead_image(item) + words + voices.line_html(item, reader) + original + notice_html(item, reader)
    )


def page_html(markup: str, language: str, showing: Showing) -> Markup:
    """A text for a page: a wide table scrolls in a box of its own, which the keyboard reaches too (WCAG 2.1.1)."""
    markup = showing.text(markup, language)
    box = Markup('<div class="wide" tabindex="0" role="region" aria-label="{}"><table').format(
        text(language, "Table")
    )
    boxed = _TABLE.sub(str(box), markup).replace("</table>", "</table></div>")
    return Markup(boxed)  # noqa: S704 -- cleaned on collection; see records.py


def teaser_text(item: ItemForFeed, reader: str) -> str:
    """The summary for lists: readers that show nothing else still show the label."""
    label = label_line(item, reader)
    summary = summary_text(item)
    return f"{summary} [{label}]" if summary else label
