"""DeepL by its own interface.

    POST /v2/translate  {"text": [texts], "source_lang", "target_lang", "glossary_id"} → {"translations": [{"text"}]}
    GET  /v2/usage      → {"character_count", "character_limit"}

Tags are not handled there: texts are plain, the markup is laid on afterwards.
"""

from collections.abc import Sequence

from pipeline.records import Hints, Pair
from pipeline.translate.engines.deepl_glossary import Glossary
from pipeline.translate.engines.facts import Facts
from pipeline.translate.engines.line import Line
from pipeline.translate.engines.online import Answers, OnlineEngine, Question
from pipeline.translate.engines.transport import ServiceFaultError

_FREE, _PAID = "https://api-free.deepl.com", "https://api.deepl.com"
_LANGUAGES = frozenset(
    "bg cs da de el en es et fi fr hu it lt lv nb nl pl pt ro ru sk sl sv tr uk".split()  # noqa: SIM905
)
_VARIANTS = {"en": "EN-GB", "pt": "PT-PT"}  # as a target these two need their country
_BATCH = 50
_BYTES = 100_000  # of 128 KiB; escapes and the rest of the body need room


def facts(*, price: float = 0.0) -> Facts:
    return Facts(
        sends_data_out=True,
        languages="all of the network but Irish",
        batch=_BATCH,
        utf8=_BYTES,
        uses_terms=True,
        supports_html=True,
        price=price,
    )


class DeepLEngine(OnlineEngine):
    """A key that ends in `:fx` belongs to the free service, which has its own host."""

    def __init__(self, name: str, line: Line, *, url: str = "", price: float = 0.0) -> None:
        super().__init__(name, facts(price=price), line)
        host = url or (_FREE if line.key.endswith(":fx") else _PAID)
        self._url = host.rstrip("/").removesuffix("/v2")
        self._headers = {"Authorization": f"DeepL-Auth-Key {line.key}"}
        self._glossary = Glossary(self._url, self._headers, service=name)

    def reason(self, pair: Pair) -> str | None:
        if not self._line.key:
            return f"{self.name} needs a key: name an environment variable in `key_env`, and see that this process has it"
        if pair.source == pair.target or not {pair.source, pair.target} <= _LANGUAGES:
            return f"{self.name} does not translate {pair}"
        return None

    def probe(self) -> str:
        """What `check` says of it: DeepL's own count of this month. Raises EngineError where it does not answer."""
        with self._line.open() as transport:
            answer = transport.ask_json("GET", f"{self._url}/v2/usage", headers=self._headers)
        try:
            count, limit = int(answer["character_count"]), int(answer["character_limit"])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            message = "an answer that makes no sense (no usage)"
            raise ServiceFaultError(message, code="http", resource=self.name) from error
        return f"answers; {count:_} of {limit:_} characters used, by its own count".replace("_", " ")

    def _ask(self, question: Question, texts: Sequence[str], hints: Sequence[Hints]) -> Answers:
        pair = question.pair
        body: dict[str, object] = {
            "text": list(texts),
            "source_lang": pair.source.upper(),
            "target_lang": _VARIANTS.get(pair.target, pair.target.upper()),
        }
        if glossary := self._glossary.of(question.transport, pair, hints):
            body["glossary_id"] = glossary
        answer = question.transport.ask_json(
            "POST", f"{self._url}/v2/translate", headers=self._headers, json=body
        )
        try:
            found = [each["text"] for each in answer["translations"]]
        except (KeyError, TypeError) as error:
            message = "an answer that makes no sense (no translations)"
            raise ServiceFaultError(message, code="http", resource=self.name) from error
        return self._texts(found, len(texts))
