"""Repairs of plain text: control characters, composed letters, titles that are really markup. Pure."""

import html
import re
import sys
import unicodedata

# Neither XML nor PostgreSQL takes them; lone surrogates cannot be stored as UTF-8.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# The same written as numbers: word processors leave "&#11;" behind. A parser would make characters of them.
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,8})|([0-9]{1,8}));?", re.IGNORECASE)
# They turn the reading direction of what follows, to the end of the paragraph where nobody ends them: of whatever
# stands behind a headline in a list too. The letters of every script know their own direction without them.
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_STRAY = re.compile(r"<\?xml\b[^<>]{0,200}\?>|<!\[CDATA\[|\]\]>", re.IGNORECASE)
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|acronym|b|bdi|big|br|cite|code|del|div|em|font|h[1-6]|i|img|ins|mark|p|q|s|small|span|strike"
    r"|strong|sub|sup|tt|u|wbr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<(?:br|/p|/div|/h[1-6])\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
# Romanian keyboards long wrote the Turkish letters; both forms in one text break hashes and translation.
_ROMANIAN = str.maketrans("şŞţŢ", "șȘțȚ")


# UTF-8 that somebody took for Windows-1252, letter by letter: "â€™" for "’", "Ã©" for "é".
_LOOKS_1252 = (
    bytes(range(0x80, 0xC0)).decode("cp1252", "replace").replace("\ufffd", "") + "\x81\x8d\x8f\x90\x9d"
)
_MOJIBAKE = re.compile(f"[âÃ][{re.escape(_LOOKS_1252)}]{{1,2}}")


# What is left of them once such letters are made whole: terminals take orders by them, XML 1.0 advises against them.
_LATE_CONTROLS = re.compile("[\x80-\x9f]")


def without_controls(text: str) -> str:
    return _CONTROLS.sub("", text)


def without_control_references(markup: str) -> str:
    """HTML without the numbers of characters that may stand in no text."""
    return _REFERENCE.sub(_referenced, markup)


def _referenced(reference: re.Match[str]) -> str:
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    if number in {0x0B, 0x0C}:  # of a line or page: words would run together
        return " "
    return "" if number > sys.maxunicode or _CONTROLS.match(chr(number)) else reference[0]


def without_directions(text: str) -> str:
    return _DIRECTIONS.sub("", text)


def repair(text: str, language: str = "") -> str:
    """Composed letters, no control characters, none that turn the direction of reading, no leftovers of XML.

    For Romanian the letters of its alphabet.
    """
    text = _MOJIBAKE.sub(_remade, _STRAY.sub("", without_directions(without_controls(text))))
    text = unicodedata.normalize("NFC", _LATE_CONTROLS.sub("", text))
    return text.translate(_ROMANIAN) if language.partition("-")[0] == "ro" else text


def _remade(match: re.Match[str]) -> str:
    """The letter that was meant, or the text as it stands where its bytes make none."""
    raw = b"".join(_byte(letter) for letter in match[0])
    for size in (3, 2):
        try:
            return raw[:size].decode("utf-8") + match[0][size:]
        except UnicodeDecodeError:
            continue
    return match[0]


def _byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")  # the five bytes that Windows-1252 leaves out


def one_line(text: str) -> str:
    return " ".join(text.split())


def plain(text: str, language: str = "", limit: int = 0) -> str:
    """One line of text from a field that may hold markup and entities, even doubly escaped ones."""
    for _ in range(3):
        stripped = _INLINE_TAG.sub("", _BREAK.sub(r" \g<0>", text)) if "<" in text else text
        unescaped = html.unescape(stripped) if _ENTITY.search(stripped) else stripped
        if unescaped == text:
            break
        text = unescaped
    return shorten(one_line(repair(text, language)), limit)


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words where there is a space near; 0 is no limit."""
    if not limit or len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip() + "…"


def paragraphs(text: str) -> str:
    """Plain text as HTML: blank lines part paragraphs, single ones are line breaks."""
    blocks = [
        block.strip() for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    ]
    escaped = (html.escape(block, quote=False).replace("\n", "<br>") for block in blocks if block)
    return "".join(f"<p>{block}</p>" for block in escaped)
