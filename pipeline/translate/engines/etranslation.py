"""eTranslation, the European Commission's service for public administrations. It answers by calling back.

    POST URL  HTTP Digest, JSON {"textToTranslate", "sourceLanguage", "targetLanguages", "requesterCallback", …}
         → a number: positive, the question's; negative, why it was not taken (with HTTP 200 as well)
    then POST CALLBACK/TOKEN        form: request-id, target-language, translated-text, external-reference
    or   POST CALLBACK/TOKEN/error  form: request-id, target-language, error-code, error-message

The callback must be reachable from outside by HTTPS; see docs/engines.md.
"""

import hashlib
import re
from dataclasses import dataclass

from requests.auth import HTTPDigestAuth

from pipeline.errors import EngineError
from pipeline.records import Pair
from pipeline.translate.engines.facts import Facts
from pipeline.translate.engines.transport import ServiceFaultError, Transport

_LANGUAGES = frozenset(
    "bg cs da de el en es et fi fr ga hr hu is it lt lv mt nb nl pl pt ro ru sk sl sv tr uk".split()  # noqa: SIM905
)
_CHARACTERS = 5_000
_NUMBER = re.compile(r"-?[0-9]{1,18}")
_QUOTA_PAUSE = 600.0  # seconds until a full queue is asked again

# What the service says by numbers: the code of our error, its words, and whether the service itself is at fault.
_REFUSALS = {
    -20001: ("refused", "does not know the source language", False),
    -20003: ("refused", "does not know the target language", False),
    -20007: ("refused", "does not let this application in: check application, user and key", True),
    -20013: ("refused", "has no such pair in this domain", False),
    -20021: ("limit", "the text is too long", False),
    -20028: ("limit", "too many questions at once", True),
    -20046: ("limit", "the document is too large", False),
    -40010: ("limit", "too many segments", False),
}


def facts(*, price: float = 0.0) -> Facts:
    return Facts(
        sends_data_out=True,
        languages="all of the network, Irish too",
        characters=_CHARACTERS,
        supports_html=True,
        asynchronous=True,
        price=price,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`callback`: the public address under which answers are taken in."""

    url: str
    application: str
    key: str
    user: str
    domain: str
    callback: str


class ETranslation:
    """A Submitter: puts the questions. Answers are taken in by pipeline.translate.callbacks."""

    def __init__(self, name: str, account: Account, *, price: float = 0.0) -> None:
        self.facts = facts(price=price)
        self._name = name
        self._account = account

    def reason(self, pair: Pair) -> str | None:
        if not (self._account.application and self._account.key):
            return (
                f"{self._name} needs an account: put its name in `application`, its password in an environment "
                "variable, and name that in `key_env`"
            )
        if pair.source == pair.target or not {pair.source, pair.target} <= _LANGUAGES:
            return f"{self._name} does not translate {pair}"
        return None

    def submit(self, transport: Transport, text: str, pair: Pair, token: str) -> str:
        account = self._account
        answer = transport.request(
            "POST",
            account.url,
            auth=HTTPDigestAuth(account.application, account.key),
            json=self._question(text, pair, token),
        ).text
        number = answer.strip().strip('"')
        if not _NUMBER.fullmatch(number):
            message = "an answer that makes no sense (no number)"
            raise ServiceFaultError(message, code="http", resource=self._name)
        if int(number) <= 0:
            raise self._refusal(int(number))
        return number

    def _question(self, text: str, pair: Pair, token: str) -> dict[str, object]:
        account = self._account
        address = f"{account.callback}/{token}"
        return {
            "callerInformation": {
                "application": account.application,
                "username": account.user or account.application,
            },
            # Comes back with the answer and may stand in logs, so it is not the token itself.
            "externalReference": hashlib.sha256(token.encode()).hexdigest()[:16],
            "sourceLanguage": pair.source.upper(),
            "targetLanguages": [pair.target.upper()],
            "domain": account.domain,
            "textToTranslate": text,
            "requesterCallback": address,
            "errorCallback": f"{address}/error",
        }

    def _refusal(self, number: int) -> EngineError:
        code, words, ours = _REFUSALS.get(number, ("http", "did not take the text", False))
        message = f"{words} ({number})"
        if ours:
            after = _QUOTA_PAUSE if code == "limit" else None
            return ServiceFaultError(message, code=code, resource=self._name, retry_after=after)
        return EngineError(message, code=code, resource=self._name)
