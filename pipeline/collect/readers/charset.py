"""Bytes of a feed → text. Trusts the bytes first, then what the document says, then what the server says. Pure."""

import codecs
import re
from functools import partial

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# UTF-16 without a mark: what feeds begin with is ASCII, so every other byte is nothing.
_BARE = (
    (re.compile(rb"(?:[\t\n\r -~]\x00){4}"), "utf-16-le"),
    (re.compile(rb"(?:\x00[\t\n\r -~]){4}"), "utf-16-be"),
)
_DECLARED = re.compile(rb"""<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
# As the WHATWG has it: nobody means ISO-8859-1's control characters; the Windows page is its superset.
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030"}
# These two are not supersets, so the Windows page is meant only where the ISO page has control characters.
_IF_CONTROLS = {"iso8859-2": "cp1250", "iso8859-13": "cp1257", "iso8859-4": "cp1257", "iso8859-15": "cp1252"}
# The letters that the network's languages write in each page, for bytes that nobody names a page of.
_ALPHABETS = {
    "cp1252": frozenset("àâäáçéèêëíìîïñóòôöúùûüÿœæß"),
    "cp1250": frozenset("ąćęłńóśźżăâîşţáéíúäöüß"),
    "iso8859-2": frozenset("ąćęłńóśźżăâîşţáéíúäöüß"),
    "cp1257": frozenset("āčēģīķļņšūžąęėįųóćńśźżłõäöü"),
}
_FOREIGN_WORD = re.compile(rb"[A-Za-z]*(?:[\x80-\xff][A-Za-z]*)+")
_SAMPLE = 3_000  # words
_SIGN_WITHIN = re.compile("(?<=[a-zà-ÿ])[\x80-\xa9\xab-\xb6\xb8\xb9\xbb-\xbf](?=[a-zà-ÿ])")
_MOST_ODD = 20_000  # bytes looked at one by one
_SURELY = 3  # words that make no sense as labelled, before the label is doubted


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """The text, and a warning in plain words ("" when nothing had to be guessed)."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace"), ""
    for begin, encoding in _BARE:
        if begin.match(body):
            return body.decode(encoding, "replace"), ""
    declared, served = _declared(body), _served(content_type)
    utf8 = _decoded(body, "utf-8")
    # Text in another charset is hardly ever valid UTF-8 by chance, so valid UTF-8 outweighs every label.
    if utf8 is not None and not (body.isascii() and _seven_bit(declared or served)):
        return utf8, ""
    for encoding in filter(None, (declared, served)):
        if (text := _decoded(body, encoding)) is not None:
            return _doubted(body, text, encoding)
    return _forced(body, declared or served)


def _forced(body: bytes, label: str) -> tuple[str, str]:
    """Broken bytes: marks for what the labelled charset cannot read; in what should be UTF-8 a guessed page reads it."""
    if label and label != "utf-8":
        return body.decode(label, "replace"), f"some characters are not {label}; they are marked \ufffd"
    page = _likely_page(body)
    if body.decode("utf-8", "replace").count("\ufffd") > _MOST_ODD:
        return body.decode(page, "replace"), f"it is not utf-8; it is read as {page}"
    return body.decode("utf-8", f"else-{page}"), f"some characters are not utf-8; they are read as {page}"


def _doubted(body: bytes, text: str, encoding: str) -> tuple[str, str]:
    """The text as labelled; but signs in the middle of words say that the commonest label was only the program's own."""
    if encoding != "cp1252" or len(_SIGN_WITHIN.findall(text)) < _SURELY:
        return text, ""
    page = _likely_page(body)
    if page == encoding:
        return text, ""
    return body.decode(page, "replace"), f"it is not {encoding}, as it says; it is read as {page}"


def _likely_page(body: bytes) -> str:
    """The page in which most words have letters that go together, of equal ones the first."""
    words = [match[0] for _, match in zip(range(_SAMPLE), _FOREIGN_WORD.finditer(body), strict=False)]
    foreign = [word for word in words if _decoded(word, "utf-8") is None]
    return max(_ALPHABETS, key=lambda page: sum(_fits(word, page) for word in foreign))


def _fits(word: bytes, page: str) -> bool:
    letters = {letter for letter in word.decode(page, "replace").lower() if not letter.isascii()}
    return letters <= _ALPHABETS[page]


def _read_as(page: str, error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode(page, "replace"), error.end


for _page in _ALPHABETS:
    codecs.register_error(f"else-{_page}", partial(_read_as, _page))


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
