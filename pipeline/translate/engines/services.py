"""deep-translator's services: how each is made, asked and misunderstood. One table.

Left out: DeepL and LibreTranslate (engines of their own in the pipeline), Pons and Linguee (dictionaries of words), QCRI (Arabic, English, Spanish), ChatGPT (an engine of its own in
the pipeline), Tencent and Baidu (none of the network's languages but the largest).
"""

import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import requests
from deep_translator import (
    GoogleTranslator,
    MicrosoftTranslator,
    MyMemoryTranslator,
    PapagoTranslator,
    YandexTranslator,
    google,
    microsoft,
    mymemory,
    papago,
    yandex,
)
from deep_translator.constants import (
    GOOGLE_LANGUAGES_TO_CODES,
    MY_MEMORY_LANGUAGES_TO_CODES,
    PAPAGO_LANGUAGE_TO_CODE,
)

from pipeline.records import Pair
from pipeline.translate.engines.transport import ServiceFaultError, routed

for _module in (google, microsoft, mymemory, papago, yandex):
    _module.requests = routed


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The longest text of one request. `encoded` counts a text as it stands in an address."""

    characters: int = 4_500
    encoded: int | None = None
    utf8: int | None = None

    def fits(self, text: str) -> bool:
        return (
            len(text) <= self.characters
            and (self.encoded is None or len(quote_plus(text)) <= self.encoded)
            and (self.utf8 is None or len(text.encode()) <= self.utf8)
        )


def _nothing(_argument: object) -> None:
    """Nothing to adapt or to inspect."""


def _joined(answer: Any) -> Any:
    return "".join(answer) if isinstance(answer, list) else answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`codes` gives the service's own names of both languages, or None where it does not know one."""

    create: Callable[[str], Any]  # from the key, a fresh translator
    codes: Callable[[Pair], tuple[str, str] | None]
    languages: str  # in words, for people
    base_url: str = ""  # where the library's own is wrong
    needs_key: bool = False
    limit: Limit = Limit()
    inspect: Callable[[requests.Response], None] = _nothing
    read: Callable[[Any], Any] = _joined  # what `translate` returned → the text


def _same(known: frozenset[str]) -> Callable[[Pair], tuple[str, str] | None]:
    return lambda pair: (pair.source, pair.target) if {pair.source, pair.target} <= known else None


def _mymemory_codes(pair: Pair) -> tuple[str, str] | None:
    source, target = _mymemory_code(pair.source), _mymemory_code(pair.target)
    return (source, target) if source and target else None


def _mymemory_code(language: str) -> str | None:
    """It wants the country too: the language's own where there is one."""
    known = list(MY_MEMORY_LANGUAGES_TO_CODES.values())
    wished = {"en": "en-GB", "ga": "ga-IE"}.get(language, f"{language}-{language.upper()}")
    return (
        wished if wished in known else next((code for code in known if code.startswith(f"{language}-")), None)
    )


def _microsoft_codes(pair: Pair) -> tuple[str, str] | None:
    found = _same(_MICROSOFT)(pair)
    return found and (found[0], {"pt": "pt-pt"}.get(found[1], found[1]))


def _refuse_mymemory_notices(response: requests.Response) -> None:
    """It answers 200 and puts its refusals where the translation should be."""
    try:
        content = response.json()
        status = str(content["responseStatus"])
        text = content["responseData"]["translatedText"] or ""
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ServiceFaultError("an answer that makes no sense", code="http", resource="mymemory") from error
    if status == "429" or text.startswith("MYMEMORY WARNING"):
        raise ServiceFaultError("the day's free quota is used up", code="limit", resource="mymemory")
    if status != "200":
        raise ServiceFaultError(f"refused with status {status[:20]}", code="refused", resource="mymemory")
    if not text:  # the library would take the first fuzzy match instead
        content["matches"] = [{"translation": ""}]
        response._content = json.dumps(content).encode()  # noqa: SLF001 -- what the library reads


class _Microsoft(MicrosoftTranslator):  # type: ignore[misc]  # the library is untyped
    """Without the library's request for the list of languages at every start."""

    def _get_supported_languages(self) -> dict[str, str]:
        return {code: code for code in _MICROSOFT}


def _two(key: str) -> tuple[str, str | None]:
    first, _colon, second = key.partition(":")
    return first, second or None


_GOOGLE = frozenset(GOOGLE_LANGUAGES_TO_CODES.values())
_MICROSOFT = frozenset(
    [
        "bg",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "es",
        "et",
        "fi",
        "fr",
        "ga",
        "hr",
        "hu",
        "is",
        "it",
        "lt",
        "lv",
        "mt",
        "nb",
        "nl",
        "pl",
        "pt",
        "ro",
        "ru",
        "sk",
        "sl",
        "sv",
        "tr",
        "uk",
    ]
)
_IN_ADDRESS = Limit(encoded=1_800)

SERVICES: dict[str, Service] = {
    "google": Service(
        create=lambda _key: GoogleTranslator(source="auto", target="en"),
        codes=_same(_GOOGLE),
        languages="all of the network",
        limit=_IN_ADDRESS,
    ),
    "mymemory": Service(
        # A key is the address that widens the daily quota.
        create=lambda key: MyMemoryTranslator(source="en-GB", target="lv-LV", email=key or None),
        codes=_mymemory_codes,
        languages="all of the network",
        base_url="https://api.mymemory.translated.net/get",  # the library's own is not encrypted
        limit=Limit(characters=499, encoded=1_800, utf8=500),
        inspect=_refuse_mymemory_notices,
        read=lambda answer: html.unescape(answer) if isinstance(answer, str) else answer,
    ),
    "microsoft": Service(  # key or key:region
        create=lambda key: _Microsoft(api_key=_two(key)[0], region=_two(key)[1]),
        codes=_microsoft_codes,
        languages="all of the network, and more of Europe",
        needs_key=True,
    ),
    "yandex": Service(
        create=lambda key: YandexTranslator(api_key=key),
        codes=_same(_GOOGLE),
        languages="all of the network",
        needs_key=True,
    ),
    "papago": Service(  # client id:secret
        create=lambda key: PapagoTranslator(client_id=_two(key)[0], secret_key=_two(key)[1], target="en"),
        codes=_same(frozenset(PAPAGO_LANGUAGE_TO_CODE)),
        languages="English, Spanish, French of the network",
        needs_key=True,
    ),
}
