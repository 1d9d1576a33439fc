"""Any endpoint that speaks OpenAI's protocol for chats: a server of one's own (llama.cpp, vLLM, Ollama), or a service.

    POST URL/chat/completions  {"model", "messages", "temperature": 0, "response_format"} → {"choices": [{"message"}]}
    GET  URL/models            → {"data": [{"id"}]}

What the model says is taken for text and for nothing else. It must come with the ids that were asked for, whole, and
of a translation's length; a segment that does not is asked for once more, alone.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.errors import EngineError
from pipeline.records import Hints, Pair
from pipeline.translate.engines import prompts
from pipeline.translate.engines.facts import Facts
from pipeline.translate.engines.line import Line, is_here
from pipeline.translate.engines.online import Answers, OnlineEngine, Question
from pipeline.translate.engines.transport import ServiceFaultError

_INSTRUCTIONS = 900  # tokens: the instructions, the terms and the examples
_CHARACTERS = 2.4  # of a token, in the languages that models know least
_AGAIN = 0.3  # temperature of the second try: at 0 it would be the same answer
_OPTIONAL = ("response_format", "max_tokens", "temperature")  # some servers refuse one or the other

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """`context`: tokens that question and answer may fill together."""

    url: str
    model: str
    profile: str = "generic"
    batch: int = 8
    context: int = 4_096
    json_schema: bool = True
    price: float = 0.0


def facts(model: Model) -> Facts:
    several = model.profile in prompts.SEVERAL
    room = max(200, model.context - _INSTRUCTIONS) * _CHARACTERS / 2  # question and answer are about as long
    return Facts(
        sends_data_out=not is_here(model.url),
        languages="as the model knows them",
        batch=model.batch if several else 1,
        characters=int(room),
        uses_terms=several,
        uses_examples=several,
        price=model.price,
    )


class LanguageModelEngine(OnlineEngine):
    def __init__(self, name: str, line: Line, model: Model) -> None:
        super().__init__(name, facts(model), line)
        self._model = model
        self._url = model.url.rstrip("/").removesuffix("/chat/completions")
        self._headers = {"Authorization": f"Bearer {line.key}"} if line.key else {}
        self._refused: frozenset[str] = frozenset() if model.json_schema else frozenset({"response_format"})

    def reason(self, pair: Pair) -> str | None:
        return f"{self.name} does not translate {pair}" if pair.source == pair.target else None

    def version(self, pair: Pair) -> str:  # noqa: ARG002 -- one model for all
        return self._model.model[-40:]

    def probe(self) -> str:
        """What `check` says of it. Raises EngineError where the server does not answer, or has no such model."""
        with self._line.open() as transport:
            answer = transport.ask_json("GET", f"{self._url}/models", headers=self._headers)
        try:
            names = [str(each["id"]) for each in answer["data"]]
        except (KeyError, TypeError) as error:
            raise self._senseless("no list of models") from error
        if self._model.model not in names:
            message = f"the server has no model {self._model.model!r}; it has {', '.join(names[:5])}"
            raise EngineError(message, code="refused", resource=self.name)
        return f"answers; model {self._model.model}"

    def _ask(self, question: Question, texts: Sequence[str], hints: Sequence[Hints]) -> Answers:
        answers = self._once(question, texts, hints, temperature=0.0)
        if len(texts) > 1:
            return answers
        first = self._looked_at(texts[0], answers[0])
        return [first] if isinstance(first, str) else self._once(question, texts, hints, temperature=_AGAIN)

    def _once(
        self, question: Question, texts: Sequence[str], hints: Sequence[Hints], *, temperature: float
    ) -> Answers:
        choice = self._choice(question, self._body(texts, question.pair, hints, temperature))
        content = choice["message"]["content"]
        if choice.get("finish_reason") == "length":
            return [self._error("garbled", f"the answer was cut: {text[:60]!r}") for text in texts]
        found = prompts.read(self._model.profile, content, texts, question.pair)
        if found is None or (len(texts) > 1 and None in found):  # what is missing may stand in a neighbour
            return [self._error("garbled", f"an answer without its ids: {text[:60]!r}") for text in texts]
        return [self._read(text, each) for text, each in zip(texts, found, strict=True)]

    def _read(self, text: str, found: str | None) -> str | EngineError:
        if found is None:
            return self._error("empty", f"left out: {text[:60]!r}")
        if "\n" in found.strip() and "\n" not in text:
            return self._error("garbled", f"several lines for one: {text[:60]!r}")
        return found

    def _body(
        self, texts: Sequence[str], pair: Pair, hints: Sequence[Hints], temperature: float
    ) -> dict[str, Any]:
        profile = self._model.profile
        body = {
            "model": self._model.model,
            "messages": prompts.messages(profile, texts, pair, hints),
            "temperature": temperature,
            "max_tokens": self._model.context // 2,
        }
        return body | ({"response_format": prompts.schema(len(texts))} if profile in prompts.SEVERAL else {})

    def _choice(self, question: Question, body: dict[str, Any]) -> dict[str, Any]:
        """The model's answer as the server wraps it; what a server refuses to be told is left out from then on."""
        for _each in (*_OPTIONAL, ""):
            kept = {name: value for name, value in body.items() if name not in self._refused}
            try:
                answer = question.transport.ask_json(
                    "POST", f"{self._url}/chat/completions", headers=self._headers, json=kept
                )
            except ServiceFaultError:
                raise
            except EngineError as error:
                refused = _named(error.message, kept)
                if not refused:
                    raise
                log.info("%s does without %s, which its server refuses", self.name, refused)
                self._refused |= {refused}
            else:
                return self._unwrapped(answer)
        raise self._senseless("every option refused")

    def _unwrapped(self, answer: Any) -> dict[str, Any]:
        try:
            choice = answer["choices"][0]
            if isinstance(choice["message"]["content"], str):
                return dict(choice)
        except (KeyError, IndexError, TypeError) as error:
            raise self._senseless("no choice") from error
        raise self._senseless("no text")

    def _senseless(self, what: str) -> ServiceFaultError:
        return ServiceFaultError(f"an answer that makes no sense ({what})", code="http", resource=self.name)


def _named(message: str, body: dict[str, Any]) -> str:
    """The option that a refusal speaks of; empty where it speaks of none that could be left out."""
    if "json_schema" in message and "response_format" in body:
        return "response_format"
    return next((name for name in _OPTIONAL if name in message and name in body), "")
