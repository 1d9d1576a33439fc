"""LibreTranslate by its own interface, usually on a server of one's own.

    POST /translate  {"q": [texts], "source", "target", "format": "text", "api_key"} → {"translatedText": [texts]}
    GET  /languages  → [{"code", "targets": [codes]}]

deep-translator's client of it lacks lv, lt, nl and ro, and puts texts into the address.
"""

from collections.abc import Sequence

from pipeline.errors import EngineError, EngineUnavailableError
from pipeline.records import Hints, Pair
from pipeline.translate.engines.facts import Facts
from pipeline.translate.engines.line import Line, is_here
from pipeline.translate.engines.online import Answers, OnlineEngine, Question
from pipeline.translate.engines.transport import ServiceFaultError, Transport

PUBLIC = "https://libretranslate.com"
_BATCH, _CHARACTERS = 25, 2_000  # what the public server takes; one's own takes more


def facts(url: str = PUBLIC, *, price: float = 0.0) -> Facts:
    return Facts(
        sends_data_out=not is_here(url),
        languages="as the server has them: it is asked once",
        batch=_BATCH,
        characters=_CHARACTERS,
        supports_html=True,
        price=price,
    )


class LibreTranslateEngine(OnlineEngine):
    def __init__(self, name: str, line: Line, *, url: str = "", price: float = 0.0) -> None:
        self._url = (url or PUBLIC).rstrip("/").removesuffix("/translate")
        super().__init__(name, facts(self._url, price=price), line)
        self._pairs: frozenset[Pair] | None = None  # None: not asked yet

    def reason(self, pair: Pair) -> str | None:
        if pair.source == pair.target or (self._pairs is not None and pair not in self._pairs):
            return f"{self.name} does not translate {pair}: the server at {self._url} has no such languages"
        return None

    def probe(self) -> str:
        """What `check` says of it. Raises EngineError where the server does not answer as it should."""
        with self._line.open() as transport:
            pairs = self._known(transport)
        return f"answers; {len({pair.source for pair in pairs})} languages"

    def _ask(self, question: Question, texts: Sequence[str], hints: Sequence[Hints]) -> Answers:  # noqa: ARG002
        pair = question.pair
        if pair not in self._known(question.transport):
            raise EngineUnavailableError(self.reason(pair) or "", code="refused", resource=self.name)
        body = {"q": list(texts), "source": pair.source, "target": pair.target, "format": "text"}
        answer = question.transport.ask_json("POST", f"{self._url}/translate", json=body | self._key())
        return self._texts(answer.get("translatedText") if isinstance(answer, dict) else None, len(texts))

    def _key(self) -> dict[str, str]:
        return {"api_key": self._line.key} if self._line.key else {}

    def _known(self, transport: Transport) -> frozenset[Pair]:
        if self._pairs is None:
            try:
                answer = transport.ask_json("GET", f"{self._url}/languages")
                self._pairs = frozenset(
                    Pair(each["code"], target)
                    for each in answer
                    for target in each["targets"]
                    if target != each["code"]
                )
            except (KeyError, TypeError) as error:
                message = "an answer that makes no sense (no list of languages)"
                raise ServiceFaultError(message, code="http", resource=self.name) from error
            except ServiceFaultError:
                raise
            except EngineError as error:  # 404: not LibreTranslate at all
                raise ServiceFaultError(error.message, code="http", resource=self.name) from error
        return self._pairs
