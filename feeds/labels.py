"""What is said of a text's origin, in the reader's language: who translated it, who answers for it, where it is from.

The EU's AI Act (Art. 50(4)) wants machine text on public matters disclosed, visibly and accessibly; so a label
stands in every item of every format, as words and (elsewhere, as a category) for machines.
"""

from urllib.parse import unquote, urlsplit

from markupsafe import Markup, escape

from feeds.messages import language_name, text
from feeds.plain import summary_text
from feeds.records import ItemForFeed, Label

_UNTRANSLATED = frozenset({Label.ORIGINAL})


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
    """The label with what belongs to it: the language of an untranslated text, the editor of a reviewed one."""
    name = label_name(item.label, reader)
    if item.label in _UNTRANSLATED and item.language != reader:
        return text(reader, "Original text in {language}, not translated").format(
            language=language_name(item.language, reader)
        )
    return f"{name}: {item.editor}" if item.label is Label.REVIEWED and item.editor else name


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


def notice_html(item: ItemForFeed, reader: str) -> Markup:
    """The last line of an item in a feed: label, original, licence."""
    parts = [escape(label_line(item, reader)), origin_html(item, reader), licence_html(item, reader)]
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


def body_html(item: ItemForFeed, reader: str) -> str:
    """The whole item for a feed: its image, its text, its notice."""
    words = Markup(item.content_html or item.summary_html)  # noqa: S704 -- cleaned on collection; see records.py
    if words and item.language != reader:
        words = Markup('<div lang="{}">{}</div>').format(item.language, words)
    return str(_lead_image(item) + words + notice_html(item, reader))


def teaser_text(item: ItemForFeed, reader: str) -> str:
    """The summary for lists: readers that show nothing else still show the label."""
    label = label_line(item, reader)
    summary = summary_text(item)
    return f"{summary} [{label}]" if summary else label
