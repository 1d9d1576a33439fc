"""Bytes of a feed → text. Trusts the bytes first, then what the document says, then what the server says. Pure."""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BARE = ((b"<\x00?\x00", "utf-16-le"), (b"\x00<\x00?", "utf-16-be"))
_DECLARED = re.compile(rb"""<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
# As the WHATWG has it: nobody means ISO-8859-1's control characters; the Windows page is its superset.
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030"}
# These two are not supersets, so the Windows page is meant only where the ISO page has control characters.
_IF_CONTROLS = {"iso8859-2": "cp1250", "iso8859-13": "cp1257", "iso8859-4": "cp1257", "iso8859-15": "cp1252"}


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """The text, and a warning in plain words ("" when nothing had to be guessed)."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace"), ""
    for mark, encoding in _BARE:
        if body.startswith(mark):
            return body.decode(encoding, "replace"), ""
    declared, served = _declared(body), _served(content_type)
    utf8 = _decoded(body, "utf-8")
    # Text in another charset is hardly ever valid UTF-8 by chance, so valid UTF-8 outweighs every label.
    if utf8 is not None and not (body.isascii() and _seven_bit(declared or served)):
        return utf8, ""
    for encoding in filter(None, (declared, served)):
        if (text := _decoded(body, encoding)) is not None:
            return text, ""
    return _forced(body, declared or served)


def _forced(body: bytes, label: str) -> tuple[str, str]:
    """Broken bytes: the labelled charset with marks for what it cannot read, Windows-1252 where there is no label."""
    encoding = label or "cp1252"
    return body.decode(encoding, "replace"), f"some characters are not {encoding}; they are marked \ufffd"


def _decoded(body: bytes, encoding: str) -> str | None:
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        return None
    windows = _IF_CONTROLS.get(encoding)
    if windows and re.search("[\x80-\x9f]", text):
        return body.decode(windows, "replace")
    return text


def _declared(body: bytes) -> str:
    found = _DECLARED.search(body[:1024])
    return _known(found[1].decode("ascii")) if found else ""


def _served(content_type: str) -> str:
    found = _CHARSET.search(content_type)
    return _known(found[1]) if found else ""


def _known(label: str) -> str:
    """Python's name of a text charset; "" for names it does not know and for codecs that are not charsets."""
    try:
        info = codecs.lookup(label)
        "".encode(info.name)
    except (LookupError, UnicodeError):
        return ""
    return _MEANT.get(info.name, info.name)


def _seven_bit(encoding: str) -> bool:
    """Charsets that spell everything in ASCII bytes, so that being valid UTF-8 proves nothing."""
    return encoding.startswith(("iso2022", "utf-7", "hz"))
