"""One glossary at DeepL for this network, with a dictionary for each pair, kept up with the terms that texts need.

    GET  /v3/glossaries                         is ours there already?
    POST /v3/glossaries                         it is not
    GET  /v3/glossaries/ID/entries?…            what a pair's dictionary holds
    PUT  /v3/glossaries/ID/dictionaries         a pair's dictionary with more in it

Terms are only added while a run lasts: taking one out of the termbase takes effect when the glossary is deleted at
DeepL. Where DeepL refuses a glossary the texts go without: the checks see to the terms in any case.
"""

import logging
import threading
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from pipeline.errors import EngineError
from pipeline.records import Hints, Pair, TermPair
from pipeline.translate.engines.transport import ServiceFaultError, Transport

NAME = "ccnet-newswire"
_LONGEST = 1_000  # bytes of a term, of 1,024 that are allowed

log = logging.getLogger(__name__)


class Glossary:
    """Asks only when a text holds a term that DeepL was not told yet."""

    def __init__(self, url: str, headers: Mapping[str, str], *, service: str) -> None:
        self._url = f"{url}/v3/glossaries"
        self._headers = dict(headers)
        self._service = service
        self._id: str | None = None
        self._taught: set[tuple[str, str]] = set()  # what earlier runs left there
        self._entries: dict[Pair, dict[str, str]] = {}
        self._refused: set[Pair] = set()
        self._lock = threading.Lock()

    def of(self, transport: Transport, pair: Pair, hints: Iterable[Hints]) -> str | None:
        """The id of a glossary that holds these terms; None where there are none, or DeepL does not take them."""
        wanted = dict(_entry(term) for hint in hints for term in hint.terms if _is_usable(term))
        if not wanted or pair in self._refused:
            return None
        with self._lock:
            try:
                self._learn(transport, pair)
                if wanted.items() - self._entries[pair].items():
                    self._teach(transport, pair, self._entries[pair] | wanted)
            except ServiceFaultError:
                raise
            except (EngineError, KeyError, TypeError, AttributeError) as error:
                self._refused.add(pair)
                log.warning("%s takes no glossary for %s, texts go without: %s", self._service, pair, error)
                return None
            return self._id

    def _learn(self, transport: Transport, pair: Pair) -> None:
        """What is at DeepL from earlier runs."""
        if pair in self._entries:
            return
        if self._id is None:
            known = self._send(transport, "GET", self._url)["glossaries"]
            ours = [each for each in known if each["name"] == NAME]
            self._id = str(ours[0]["glossary_id"]) if ours else None
            self._taught = {
                (each["source_lang"].lower(), each["target_lang"].lower())
                for glossary in ours[:1]
                for each in glossary["dictionaries"]
            }
        if self._id is None or (pair.source, pair.target) not in self._taught:
            self._entries[pair] = {}
            return
        query = urlencode({"source_lang": pair.source, "target_lang": pair.target})
        answer = self._send(transport, "GET", f"{self._url}/{self._id}/entries?{query}")
        rows = [row.split("\t") for each in answer["dictionaries"] for row in each["entries"].splitlines()]
        self._entries[pair] = {row[0]: row[1] for row in rows if len(row) == 2}

    def _teach(self, transport: Transport, pair: Pair, entries: dict[str, str]) -> None:
        dictionary = {
            "source_lang": pair.source,
            "target_lang": pair.target,
            "entries": "\n".join(f"{source}\t{target}" for source, target in sorted(entries.items())),
            "entries_format": "tsv",
        }
        if self._id is None:
            body = {"name": NAME, "dictionaries": [dictionary]}
            self._id = str(self._send(transport, "POST", self._url, json=body)["glossary_id"])
        else:
            self._send(transport, "PUT", f"{self._url}/{self._id}/dictionaries", json=dictionary)
        self._entries[pair] = entries

    def _send(self, transport: Transport, method: str, url: str, **options: Any) -> Any:
        return transport.ask_json(method, url, headers=self._headers, **options)


def _is_usable(term: TermPair) -> bool:
    return all(
        0 < len(each.encode()) <= _LONGEST and each.isprintable() and each == each.strip()
        for each in _entry(term)
    )


def _entry(term: TermPair) -> tuple[str, str]:
    return term.source, term.source if term.keep else term.target
