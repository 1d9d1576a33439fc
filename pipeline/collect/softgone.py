"""Pages that are gone but answer 200: they lead to the front page, or say in words that there is nothing. Pure.

Alone such an answer proves little: a site that is being rebuilt gives it for everything. Whoever asks compares it with
a page that is there (withdrawals.py).
"""

import html
import re
from urllib.parse import unquote, urlsplit

from pipeline.collect.call import FetchResult
from pipeline.collect.urls import canonical_url

HEAD = 32 * 1024  # bytes of a page that are looked at: its title stands there
_TITLE = re.compile(rb"<(title|h1)\b[^>]{0,300}>(.{0,600}?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_FRONT = re.compile(
    r"/(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|default|home)(?:\.[a-z]{2,5})?/?)?", re.IGNORECASE
)
_ERROR = re.compile(
    r"/(?:error|err)?[-_]?(?:404|410|not[-_]?found|page[-_]?not[-_]?found)(?:[-_./]|$)", re.IGNORECASE
)
_WORDS = re.compile(
    r"^\W*(?:(?:http|error|erreur|fehler|fout|errore|eroare|erro|błąd|kļūda|klaida)\W*)?404\W*(?:$|[-–—|:·]|error\b|not found\b)"
    r"|\b(?:page|content|article) (?:was |could )?not (?:be )?found\b|\bpage (?:no longer exists|does not exist)\b"
    r"|\blapa (?:nav|netika) atrasta\b|\blapa neeksistē\b|\b(?:puslapis|turinys) (?:nerastas|neegzistuoja)\b"
    r"|\b(?:nie znaleziono|nie odnaleziono) strony\b|\bstrona nie (?:istnieje|została znaleziona)\b"
    r"|\bseite (?:wurde )?nicht gefunden\b|\bseite existiert nicht\b|\bpagina (?:kan )?niet (?:worden )?gevonden\b"
    r"|\bpagina bestaat niet\b|\bpage (?:introuvable|non trouvée)\b|\bpage n['’]existe (?:pas|plus)\b"
    r"|\bpágina no (?:encontrada|existe)\b|\bpagina non (?:trovata|esiste|disponibile)\b"
    r"|\bpagina nu (?:a fost găsită|există)\b|\bpágina não (?:encontrada|existe)\b",
    re.IGNORECASE,
)


def looks_gone(asked: str, answer: FetchResult) -> bool:
    """Whether a page that answered says that it is no longer there."""
    return _leads_away(asked, answer.url) or _says_so(answer.body)


def _leads_away(asked: str, came: str) -> bool:
    """To the front page, to the folder above it, or to a page for errors."""
    if canonical_url(asked) == canonical_url(came):
        return False
    before, after = unquote(urlsplit(asked).path), unquote(urlsplit(came).path) or "/"
    above = after.rstrip("/") + "/"
    return bool(
        _FRONT.fullmatch(after) or _ERROR.search(after) or (before.startswith(above) and before != after)
    )


def _says_so(page: bytes) -> bool:
    said = (match[2].decode("utf-8", "replace") for match in _TITLE.finditer(page[:HEAD]))
    return any(_WORDS.search(" ".join(html.unescape(_TAG.sub(" ", text)).split())) for text in said)
