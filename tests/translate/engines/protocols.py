"""A loopback server that speaks every service's own protocol, translates by a table, and misbehaves when told to."""

import functools
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.translate.engines.servers import _SERVICES, CONSENT, Loopback, _Handler

KEY = "secret-key-1234:fx"
TABLE = {
    "The library in Rennes opens at nine on Monday.": "La bibliothèque de Rennes ouvre à neuf heures lundi.",
    "The council of Wolverhampton approved the new budget of the city yesterday.": (
        "Le conseil de Wolverhampton a approuvé hier le nouveau budget de la ville."
    ),
    "A new tram line will connect the harbour of Dublin with the centre of the town.": (
        "Une nouvelle ligne de tramway reliera le port de Dublin au centre de la ville."
    ),
    "Children under ten travel free on all buses in Hengelo this summer.": (
        "Les enfants de moins de dix ans voyagent gratuitement dans tous les bus de Hengelo cet été."
    ),
    "The mayor of Rennes will answer questions from the citizens on Friday.": (
        "Le maire de Rennes répondra aux questions des citoyens vendredi."
    ),
}
SENTENCES = list(TABLE)
TERMS: dict[str, str] = {}  # what a glossary would change, by French word


@dataclass(slots=True)
class Asked:
    """One request for translations, as the server understood it."""

    service: str
    texts: list[str]
    fields: dict[str, Any] = field(default_factory=dict)


class Protocols(Loopback):
    """`fault` is what happens to every request for translations; None: nothing. `once` are taken first, one by one."""

    def __init__(self) -> None:
        super().__init__()
        self.fault: Any = None
        self.once: list[Any] = []
        self.asked: list[Asked] = []
        self.lines: list[str] = []
        self.glossaries: list[dict[str, Any]] = []
        self.takes_glossaries = True
        self.refuses: list[str] = []  # options that the language model's server does not know
        self.models = ["eurollm-9b"]
        self.chat: Callable[[list[str]], str] | None = None  # instead of the right content
        self._lock = threading.Lock()

    def answer(self, request: _Handler) -> None:
        path = urlsplit(request.path).path
        self.lines.append(request.requestline)
        service = path.split("/")[1]
        if service in _SERVICES:
            self._library(request, service)
        elif service == "deepl":
            self._deepl(request, path.removeprefix("/deepl"))
        elif service == "libre":
            self._libre(request, path)
        elif service == "apertium":
            self._apertium(request, path)
        elif service == "llm":
            self._llm(request, path)
        else:
            request.send(404, b"{}")

    # ── The protocols ────────────────────────────────────────────────────────────────────────────────

    def _library(self, request: _Handler, service: str) -> None:
        read, write = _SERVICES[service]
        text, pair = read(request)
        if pair is None:
            request.send(403, b"{}")
            return
        self._reply(request, Asked(service, [text]), lambda answers: write(pair, answers[0]))

    def _deepl(self, request: _Handler, path: str) -> None:
        if request.headers.get("Authorization") != f"DeepL-Auth-Key {KEY}":
            request.send(403, b'{"message": "Forbidden"}')
        elif path == "/v2/usage":
            request.send(200, json.dumps({"character_count": 1200, "character_limit": 500000}).encode())
        elif path.startswith("/v3/glossaries"):
            self._glossary(request, path)
        else:
            body = json.loads(request.body)
            asked = Asked("deepl", body["text"], body)
            self._reply(
                request, asked, lambda answers: _json({"translations": [{"text": each} for each in answers]})
            )

    def _glossary(self, request: _Handler, path: str) -> None:
        parts = path.split("/")[3:]
        if not self.takes_glossaries:
            request.send(400, b'{"message": "Bad request. Reason: unsupported language pair"}')
            return
        if request.command == "GET" and not parts:
            listed = [
                {
                    "glossary_id": each["glossary_id"],
                    "name": each["name"],
                    "dictionaries": [
                        {name: value for name, value in row.items() if name != "entries"}
                        for row in each["dictionaries"]
                    ],
                }
                for each in self.glossaries
            ]
            request.send(200, _json({"glossaries": listed}))
        elif request.command == "GET":
            query = parse_qs(urlsplit(request.path).query)
            rows = [
                row
                for each in self.glossaries
                for row in each["dictionaries"]
                if [row["source_lang"], row["target_lang"]]
                == [query["source_lang"][0], query["target_lang"][0]]
            ]
            request.send(200, _json({"dictionaries": rows}))
        elif request.command == "POST":
            made = json.loads(request.body) | {"glossary_id": f"glossary-{len(self.glossaries) + 1}"}
            self.glossaries.append(made)
            request.send(201, _json(made))
        else:
            row = json.loads(request.body)
            own = next(each for each in self.glossaries if each["glossary_id"] == parts[0])
            others = [
                each
                for each in own["dictionaries"]
                if (each["source_lang"], each["target_lang"]) != (row["source_lang"], row["target_lang"])
            ]
            own["dictionaries"] = [*others, row]
            request.send(200, _json(row))

    def _libre(self, request: _Handler, path: str) -> None:
        if path == "/libre/languages":
            codes = ["en", "fr", "lv"]
            request.send(200, _json([{"code": each, "name": each, "targets": codes} for each in codes]))
            return
        body = json.loads(request.body)
        if body.get("api_key") not in {None, KEY}:
            request.send(403, b'{"error": "Invalid API key"}')
            return
        self._reply(
            request, Asked("libre", body["q"], body), lambda answers: _json({"translatedText": answers})
        )

    def _apertium(self, request: _Handler, path: str) -> None:
        if path == "/apertium/listPairs":
            pairs = [
                {"sourceLanguage": source, "targetLanguage": target}
                for source, target in (("eng", "fra"), ("eng", "fra_CA"), ("spa", "ita"))
            ]
            request.send(200, _json({"responseData": pairs, "responseDetails": None, "responseStatus": 200}))
            return
        fields = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if fields["langpair"] != "eng|fra":
            request.send(
                400, b'{"status": "error", "code": 400, "explanation": "That pair is not installed"}'
            )
            return
        self._reply(
            request,
            Asked("apertium", [fields["q"]], fields),
            lambda answers: _json({"responseData": {"translatedText": answers[0]}, "responseStatus": 200}),
        )

    def _llm(self, request: _Handler, path: str) -> None:
        if request.headers.get("Authorization") not in {None, f"Bearer {KEY}"}:
            request.send(401, b'{"error": {"message": "Incorrect API key provided"}}')
            return
        if path == "/llm/v1/models":
            request.send(200, _json({"data": [{"id": each} for each in self.models]}))
            return
        body = json.loads(request.body)
        unknown = next((name for name in self.refuses if name in body), None)
        if unknown:
            request.send(400, _json({"error": {"message": f"Unsupported parameter: '{unknown}'"}}))
            return
        content = body["messages"][-1]["content"]
        several = content.startswith("{")
        texts = list(json.loads(content)["segments"].values()) if several else [_named_in(content)]
        self._reply(request, Asked("llm", texts, body), functools.partial(self._chat, several=several))

    def _chat(self, answers: list[str], *, several: bool) -> bytes:
        rows = {str(number): each for number, each in enumerate(answers, 1)}
        content = json.dumps(rows) if several else answers[0]
        if self.chat:
            content = self.chat(answers)
        choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
        return _json({"object": "chat.completion", "choices": [choice]})

    # ── The faults ───────────────────────────────────────────────────────────────────────────────────

    def _reply(self, request: _Handler, asked: Asked, write: Callable[[list[str]], bytes]) -> None:
        with self._lock:
            self.asked.append(asked)
            fault = self.once.pop(0) if self.once else self.fault
        if any(text not in TABLE for text in asked.texts):
            request.send(
                400, b'{"message": "Bad request. Reason: no such sentence", "error": "no such sentence"}'
            )
            return
        match fault:
            case "time-out":
                self.hang()
            case "connection cut":
                request.send(200, write(list(asked.texts))[:20], length=1000)
                request.close_connection = True
            case "consent page":
                request.send(200, CONSENT, "text/html")
            case "garbage":
                request.send(200, b"<html>hotel wifi</html>", "text/html")
            case "wrong JSON":
                request.send(200, b'{"unexpected": [true, null]}')
            case int():
                request.send(fault, b'{"message": "try later"}')
            case (status, headers):
                request.send(status, b'{"message": "try later"}', **headers)
            case _:
                request.send(200, write(spoiled(asked.texts, fault)))


def spoiled(texts: Sequence[str], fault: str | None) -> list[str]:
    """The right translations, with what the fault does to them."""
    right = [TABLE[text] for text in texts]
    match fault:
        case "empty":
            return ["" for _text in texts]
        case "echo":
            return list(texts)
        case "cut":
            return [each[: len(each) // 2] for each in right]
        case "merged segments" if len(texts) > 1:
            return [f"{right[0]} {right[1]}", *right[2:]]
        case "swapped segments" if len(texts) > 1:
            return [right[1], right[0], *right[2:]]
    return right


def _named_in(content: str) -> str:
    """The sentence that stands in a family's fixed form."""
    return next((text for text in TABLE if text in content), content)


def _json(data: Any) -> bytes:
    return json.dumps(data).encode()
