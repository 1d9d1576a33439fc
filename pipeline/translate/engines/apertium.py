"""Apertium APY: rules and dictionaries, on a server of one's own. Good between near languages.

    POST /translate   langpair=SRC|TRG  q=TEXT  format=txt  markUnknown=yes → {"responseData": {"translatedText"}}
    GET  /listPairs   → {"responseData": [{"sourceLanguage", "targetLanguage"}]}, codes of three letters

A word it does not know comes back with `*` before it, one it cannot inflect with `#` or `@`. A name may stay as it
is; any other such word means that there is no translation.
"""

import re
from collections.abc import Sequence

from babel.core import get_global

from pipeline.errors import EngineError, EngineUnavailableError
from pipeline.records import Hints, Pair
from pipeline.translate.engines.facts import Facts
from pipeline.translate.engines.line import Line, is_here
from pipeline.translate.engines.online import Answers, OnlineEngine, Question
from pipeline.translate.engines.transport import ServiceFaultError, Transport

_MARKED = re.compile(r"(?<![\w*#@])([*#@])(?=[^\W\d_])([^\s*#@]+)")
_CHARACTERS = 5_000


def facts(url: str = "http://127.0.0.1:2737", *, price: float = 0.0) -> Facts:
    return Facts(
        sends_data_out=not is_here(url),
        languages="as the server has them: it is asked once",
        characters=_CHARACTERS,
        supports_html=True,
        price=price,
    )


class ApertiumEngine(OnlineEngine):
    def __init__(self, name: str, line: Line, *, url: str, price: float = 0.0) -> None:
        self._url = url.rstrip("/")
        super().__init__(name, facts(url, price=price), line)
        self._pairs: dict[Pair, str] | None = None  # None: not asked yet

    def reason(self, pair: Pair) -> str | None:
        if pair.source == pair.target or (self._pairs is not None and pair not in self._pairs):
            return f"{self.name} does not translate {pair}: install its data at {self._url}"
        return None

    def probe(self) -> str:
        """What `check` says of it. Raises EngineError where the server does not answer as it should."""
        with self._line.open() as transport:
            return f"answers; {len(self._known(transport))} directions"

    def _ask(self, question: Question, texts: Sequence[str], hints: Sequence[Hints]) -> Answers:  # noqa: ARG002
        names = self._known(question.transport).get(question.pair)
        if names is None:
            raise EngineUnavailableError(self.reason(question.pair) or "", code="refused", resource=self.name)
        fields = {"langpair": names, "q": texts[0], "format": "txt", "markUnknown": "yes"}
        answer = question.transport.ask_json("POST", f"{self._url}/translate", data=fields)
        try:
            found = answer["responseData"]["translatedText"]
        except (KeyError, TypeError) as error:
            message = "an answer that makes no sense (no text)"
            raise ServiceFaultError(message, code="http", resource=self.name) from error
        return [self._unmarked(texts[0], *self._texts([found], 1))]

    def _unmarked(self, text: str, answer: str | EngineError) -> str | EngineError:
        """Without the marks of names; an error where a word was not translated."""
        if isinstance(answer, EngineError):
            return answer
        marked = [match for match in _MARKED.finditer(answer) if match[0] not in text]
        lost = [match[2] for match in marked if match[1] != "*" or not _is_name(match[2])]
        if lost:
            return self._error("garbled", f"does not know {', '.join(lost[:5])}: {text[:60]!r}")
        return _MARKED.sub(lambda match: match[0] if match[0] in text else match[2], answer)

    def _known(self, transport: Transport) -> dict[Pair, str]:
        if self._pairs is None:
            try:
                listed = transport.ask_json("GET", f"{self._url}/listPairs")["responseData"]
                pairs = [(str(each["sourceLanguage"]), str(each["targetLanguage"])) for each in listed]
            except (KeyError, TypeError) as error:
                message = "an answer that makes no sense (no list of pairs)"
                raise ServiceFaultError(message, code="http", resource=self.name) from error
            except ServiceFaultError:
                raise
            except EngineError as error:  # 404: not Apertium APY at all
                raise ServiceFaultError(error.message, code="http", resource=self.name) from error
            self._pairs = {
                Pair(_code(source), _code(target)): f"{source}|{target}"
                for source, target in sorted(
                    pairs, reverse=True
                )  # a variant (eng_US) gives way to the plain one
            }
        return self._pairs


def _is_name(word: str) -> bool:
    """Names, abbreviations and our own tokens: they stay as they are in every language."""
    return any(letter.isupper() or letter.isdecimal() for letter in word)


def _code(code: str) -> str:
    """The two letters of a three-letter code, where there are any."""
    language, _, _variant = code.partition("_")
    alias = get_global("language_aliases").get(language)
    return alias[0] if isinstance(alias, list) else alias or language
