"""An item's HTML as its site prints it, the part that all shapes share."""

import html

from pipeline.demo.addresses import Addresses
from pipeline.demo.content import Block, Item, Sentence, Site

_LISTS = frozenset({"ul", "ol"})


def content(site: Site, item: Item, at: Addresses) -> str:
    """The whole text, with absolute addresses; well-formed as XML too."""
    blocks = (_block(block, _image(site, item, at)) for block in item.body)
    return at.resolve(site, "\n".join(blocks))


def lead(item: Item) -> str:
    """The first paragraph as plain text."""
    first = next(block for block in item.body if block.tag == "p")
    return " ".join(sentence.text for sentence in first.sentences)


def xml_text(text: str) -> str:
    """HTML for a place where only XML's own entities are known."""
    return text.replace("&nbsp;", "&#160;")


def cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _block(block: Block, image: str) -> str:
    inner = _joined(block.sentences)
    if block.tag == "img":
        return f"<p>{image}</p>"
    if block.tag == "figure":
        return f"<figure>{image}<figcaption>{inner}</figcaption></figure>"
    if block.tag == "blockquote":
        return f"<blockquote><p>{inner}</p></blockquote>"
    if block.tag in _LISTS:
        rows = "".join(f"<li>{sentence.html}</li>" for sentence in block.sentences)
        return f"<{block.tag}>{rows}</{block.tag}>"
    return f"<{block.tag}>{inner}</{block.tag}>"


def _joined(sentences: tuple[Sentence, ...]) -> str:
    return " ".join(sentence.html for sentence in sentences)


def _image(site: Site, item: Item, at: Addresses) -> str:
    if item.alt is None:
        return ""
    alt = html.escape(item.alt.text)
    return f'<img src="{at.picture(site, item)}" alt="{alt}" width="640" height="360" />'
