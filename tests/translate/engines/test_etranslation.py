"""eTranslation against a loopback server with Digest that calls back: in disorder, twice, late, never, with errors."""

import hashlib
import io
import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.util import setup_testing_defaults

import pytest
import requests

from pipeline.errors import EngineError, EngineUnavailableError
from pipeline.models import EngineJob, MemoryUnit, Translation, upkeep
from pipeline.records import Failure, Pair, Suggestion
from pipeline.states import State
from pipeline.translate.callbacks import PREFIX, callbacks
from pipeline.translate.engines.asynchronous import PENDING, AsynchronousEngine
from pipeline.translate.engines.bucket import TokenBucket
from pipeline.translate.engines.etranslation import Account, ETranslation
from pipeline.translate.engines.line import Line
from pipeline.translate.jobs import StoredJobs
from pipeline.translate.memory import StoredMemory
from pipeline.translate.routes import Routes
from pipeline.translate.translator import Translator
from pipeline.translate.usage import UsageMeter
from tests.builders import entry, translation
from tests.translate.engines.protocols import SENTENCES, TABLE
from tests.translate.engines.servers import CONSENT, Loopback, _Handler
from tests.translate.fakes import FakeEngine

EN_FR = Pair("en", "fr")
USER, KEY = "Newswire_app", "digest-password"
START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Webgate(Loopback):
    """Takes questions as the Commission's service does; `call_back` brings the answers when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.questions: list[dict[str, Any]] = []
        self.fault: Any = None
        self._number = 7000

    def answer(self, request: _Handler) -> None:
        if not self._is_let_in(request):
            challenge = 'Digest realm="webgate", nonce="abc123", qop="auth", algorithm=MD5'
            request.send(401, b"", "text/plain", WWW_Authenticate=challenge)
        elif self.fault == "time-out":
            self.hang()
        elif self.fault == "connection cut":
            request.send(200, b"70", length=100)
            request.close_connection = True
        elif self.fault == "consent page":
            request.send(200, CONSENT, "text/html")
        elif self.fault == "garbage":
            request.send(200, b"<html>hotel wifi</html>", "text/html")
        elif isinstance(self.fault, tuple):
            request.send(self.fault[0], b"", **self.fault[1])
        elif isinstance(self.fault, int) and self.fault > 0:
            request.send(self.fault, b"")
        elif isinstance(self.fault, int):
            request.send(200, str(self.fault).encode())  # a refusal comes with 200
        else:
            self._number += 1
            self.questions.append(json.loads(request.body) | {"number": self._number})
            request.send(200, str(self._number).encode())

    @staticmethod
    def _is_let_in(request: _Handler) -> bool:
        header = request.headers.get("Authorization", "")
        if not header.startswith("Digest "):
            return False
        sent = dict(re.findall(r'(\w+)="?([^",]+)"?', header))
        first = _md5(f"{USER}:webgate:{KEY}")
        second = _md5(f"POST:{sent['uri']}")
        wanted = _md5(f"{first}:abc123:{sent['nc']}:{sent['cnonce']}:auth:{second}")
        return bool(sent["response"] == wanted)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.fixture
def webgate() -> Iterator[Webgate]:
    with Webgate() as server:
        yield server


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def make(
    webgate: Webgate, clock: Clock, *, key: str = KEY, base: str = "https://news.example.org"
) -> AsynchronousEngine:
    account = Account(
        url=f"{webgate.url}/etranslation/si/translate",
        application=USER,
        key=key,
        user="editor",
        domain="GEN",
        callback=f"{base}/callbacks/etranslation",
    )
    line = Line(service="etranslation", key=key, bucket=TokenBucket(1000.0), timeout=0.5, pause=0.001)
    return AsynchronousEngine(
        "etranslation",
        line,
        ETranslation("etranslation", account),
        StoredJobs(),
        patience=timedelta(hours=6),
        now=clock,
    )


def codes(engine: AsynchronousEngine, texts: list[str] = SENTENCES[:1]) -> list[str]:
    """What became of each text: its translation's maker, or the error's code."""
    try:
        answers = engine.translate(texts, EN_FR)
    except EngineError as error:
        return [error.code]
    return [answer.code if isinstance(answer, EngineError) else "text" for answer in answers]


def post(address: str, fields: dict[str, str], **environ: str) -> str:
    """A call back; the status it got."""
    body = urlencode(fields).encode()
    request: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": urlsplit(address).path,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **environ,
    }
    setup_testing_defaults(request)
    statuses: list[str] = []

    def start(
        status: str, _headers: list[tuple[str, str]], _info: object = None
    ) -> Callable[[bytes], object]:
        statuses.append(status)
        return lambda _data: None

    list(callbacks(request, start))
    return statuses[0]


def reply(question: dict[str, Any], text: str | None = None) -> str:
    """The answer to a question, as the service sends it."""
    fields = {
        "request-id": str(question["number"]),
        "target-language": question["targetLanguages"][0],
        "translated-text": TABLE[question["textToTranslate"]] if text is None else text,
        "external-reference": question["externalReference"],
    }
    return post(question["requesterCallback"], fields)


def test_a_question_is_put_once_and_its_answer_found_later(
    sqlite_store: str, webgate: Webgate, clock: Clock
) -> None:
    """First pending, pending again without asking, then the text; the question has the form the service wants."""
    engine = make(webgate, clock)
    first, second = codes(engine), codes(engine)
    status = reply(webgate.questions[0])

    assert (first, second, status) == (["pending"], ["pending"], "200 OK")
    assert engine.translate(SENTENCES[:1], EN_FR) == [TABLE[SENTENCES[0]]]
    assert len(webgate.questions) == 1
    asked = webgate.questions[0]
    assert asked["callerInformation"] == {"application": USER, "username": "editor"}
    assert (asked["sourceLanguage"], asked["targetLanguages"], asked["domain"]) == ("EN", ["FR"], "GEN")
    assert asked["requesterCallback"].startswith("https://news.example.org/callbacks/etranslation/")
    assert asked["errorCallback"] == f"{asked['requesterCallback']}/error"
    assert asked["requesterCallback"].rsplit("/", 1)[1] not in asked["externalReference"]


def test_the_translator_waits_and_the_memory_has_the_answer_in_the_end(
    store: str, webgate: Webgate, clock: Clock
) -> None:
    """While an answer is on its way no other engine is asked; when it has come it goes through the checks and is kept."""
    engine, backup = make(webgate, clock), FakeEngine("backup", lambda text, _pair: TABLE[text])
    routes = Routes(
        engines={"etranslation": engine, "backup": backup}, chain=["etranslation", "backup"], pivot=""
    )
    meter = UsageMeter()
    translator = Translator(routes, StoredMemory(), meter)

    waiting = translator.translate(SENTENCES[:2], EN_FR)
    for question in reversed(webgate.questions):
        reply(question)
    found = translator.translate(SENTENCES[:2], EN_FR)
    again = translator.translate(SENTENCES[:2], EN_FR)

    assert set(waiting.values()) == {Failure(reason=f"etranslation: {PENDING}", waiting=True, hold=True)}
    assert backup.asked == []
    assert {text: each.text for text, each in found.items() if isinstance(each, Suggestion)} == {
        text: TABLE[text] for text in SENTENCES[:2]
    }
    assert {unit.origin for unit in MemoryUnit.objects.all()} == {"etranslation"}
    assert [each.origin for each in again.values() if isinstance(each, Suggestion)] == ["etranslation"] * 2
    assert meter.memory_hits == 2
    assert meter.by_engine()["etranslation"].sentences == 2  # answers, not questions


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("time-out", "timeout"),
        ("connection cut", "network"),
        ((429, {"Retry-After": "3600"}), "limit"),
        (503, "http"),
        (403, "refused"),
        ("consent page", "refused"),
        ("garbage", "http"),
        (-20028, "limit"),
        (-20007, "refused"),
        (-20013, "refused"),
        (-20021, "limit"),
        (-99999, "http"),
        (0, "http"),
    ],
)
def test_a_question_that_is_not_taken_is_an_error(
    sqlite_store: str, webgate: Webgate, clock: Clock, fault: Any, code: str
) -> None:
    """Whatever keeps the service from taking a question has its code; a day later it is put again."""
    engine = make(webgate, clock)
    webgate.fault = fault
    refused = codes(engine)
    webgate.fault = None
    same_day = codes(engine)
    clock.now += timedelta(hours=25)

    assert refused == [code]
    assert same_day == ["refused"]
    assert codes(engine) == ["pending"]
    assert "digest-password" not in "".join(EngineJob.objects.values_list("error", flat=True))


@pytest.mark.parametrize(
    ("answer", "code"),
    [("", None), ("   ", "empty"), (SENTENCES[0], "echo"), (TABLE[SENTENCES[0]][:20], "garbled")],
)
def test_an_answer_that_is_none_goes_to_the_next_engine(
    sqlite_store: str, webgate: Webgate, clock: Clock, answer: str, code: str | None
) -> None:
    """Empty, echoed or cut answers are no translations; one without any text at all is not even taken in."""
    engine = make(webgate, clock)
    codes(engine)
    status = reply(webgate.questions[0], answer)

    assert status == ("200 OK" if code else "400 Bad Request")
    assert codes(engine) == [code or "pending"]


def test_a_wrong_account_is_the_services_fault(sqlite_store: str, webgate: Webgate, clock: Clock) -> None:
    """A password it does not accept ends the call; without one it is not asked at all."""
    without = make(webgate, clock, key="")

    assert codes(make(webgate, clock, key="wrong-password")) == ["refused"]
    assert "`key_env`" in (without.reason(EN_FR) or "")
    with pytest.raises(EngineUnavailableError):
        without.translate(SENTENCES[:1], EN_FR)
    assert webgate.questions == []


@pytest.mark.parametrize("answer", [b"--5", b"9" * 6_000, b"-" + b"9" * 6_000, b"1.5", b"12 34"])
def test_what_is_no_number_is_no_receipt(
    sqlite_store: str, webgate: Webgate, clock: Clock, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    """Garbage is the service's fault, however much it looks like a number."""
    monkeypatch.setattr(webgate, "answer", lambda request: request.send(200, answer, "text/plain"))

    assert codes(make(webgate, clock)) == ["http"]


def test_an_answer_outlives_a_broken_receipt(sqlite_store: str, webgate: Webgate, clock: Clock) -> None:
    """The service took the question and answered, and only then the connection broke off."""
    EngineJob.objects.ask("etranslation", EN_FR, SENTENCES[0], "token", START)
    EngineJob.objects.answered("etranslation", "token", START, language="fr", text=TABLE[SENTENCES[0]])
    EngineJob.objects.failed("token", "no answer within 20 s", START)

    assert codes(make(webgate, clock)) == ["text"]


def test_an_error_call_back_fails_the_question(sqlite_store: str, webgate: Webgate, clock: Clock) -> None:
    """What the service reports is the reason, and the next engine may be asked."""
    engine = make(webgate, clock)
    codes(engine)
    fields = {
        "request-id": "1",
        "target-language": "FR",
        "error-code": "-20013",
        "error-message": "no such\npair",
    }
    status = post(webgate.questions[0]["errorCallback"], fields)
    answer = engine.translate(SENTENCES[:1], EN_FR)[0]

    assert status == "200 OK"
    assert isinstance(answer, EngineError)
    assert answer.code == "refused"
    assert "refused (-20013) no such pair" in answer.message


def test_only_the_first_answer_counts(store: str, webgate: Webgate, clock: Clock) -> None:
    """A call that is repeated is taken politely and changes nothing, whatever it says the second time."""
    engine = make(webgate, clock)
    codes(engine)
    statuses = [
        reply(webgate.questions[0]),
        reply(webgate.questions[0]),
        reply(webgate.questions[0], "Autre chose."),
    ]

    assert statuses == ["200 OK"] * 3
    assert engine.translate(SENTENCES[:1], EN_FR) == [TABLE[SENTENCES[0]]]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"PATH_INFO": f"/callbacks/etranslation/{'A' * 43}"}, "404 Not Found"),
        ({"PATH_INFO": "/callbacks/etranslation/short"}, "404 Not Found"),
        ({"PATH_INFO": "/callbacks"}, "404 Not Found"),
        ({"REQUEST_METHOD": "GET"}, "405 Method Not Allowed"),
        ({"CONTENT_LENGTH": "999999999"}, "413 Content Too Large"),
        ({"CONTENT_LENGTH": "nonsense"}, "413 Content Too Large"),
        ({"CONTENT_LENGTH": "0"}, "400 Bad Request"),
        ({"CONTENT_TYPE": "application/json"}, "400 Bad Request"),
    ],
)
def test_nobody_else_is_let_in(
    sqlite_store: str, webgate: Webgate, clock: Clock, change: dict[str, str], status: str
) -> None:
    """Without the token of a question, or without the shape of an answer, nothing is stored."""
    engine = make(webgate, clock)
    codes(engine)
    question = webgate.questions[0]
    fields = {"target-language": "FR", "translated-text": "Texte étranger"}

    assert post(question["requesterCallback"], fields, **change) == status
    assert codes(engine) == ["pending"]


def test_another_language_or_another_engine_does_not_fit_the_token(
    sqlite_store: str, webgate: Webgate, clock: Clock
) -> None:
    """The token opens the door of one question only."""
    engine = make(webgate, clock)
    codes(engine)
    address = webgate.questions[0]["requesterCallback"]
    fields = {"target-language": "DE", "translated-text": "Die Bibliothek"}

    assert post(address, fields) == "404 Not Found"
    assert (
        post(address.replace("etranslation", "other"), fields | {"target-language": "FR"}) == "404 Not Found"
    )
    assert codes(engine) == ["pending"]


def test_a_late_question_is_asked_again_and_given_up_in_the_end(
    sqlite_store: str, webgate: Webgate, clock: Clock
) -> None:
    """After its patience the engine asks anew, three times in all; an answer to a former call opens nothing then."""
    engine = make(webgate, clock)
    seen = []
    for _ in range(4):
        seen += codes(engine)
        clock.now += timedelta(hours=7)

    assert seen == ["pending", "pending", "pending", "timeout"]
    assert len(webgate.questions) == 3
    assert [reply(question) for question in webgate.questions] == ["404 Not Found", "404 Not Found", "200 OK"]
    assert codes(engine) == ["text"]


def test_an_answer_wakes_what_waits_for_it(sqlite_store: str, webgate: Webgate, clock: Clock) -> None:
    """The translations that wait for this engine are due at the next run; others keep their time."""
    later = datetime.now(UTC) + timedelta(hours=1)
    rows = [translation(entry(number), state=State.WAITING) for number in (1, 2)]
    for row, reason in zip(rows, (f"etranslation: {PENDING}", "no weights"), strict=True):
        Translation.objects.filter(pk=row.pk).update(due_at=later, reason=reason)
    codes(make(webgate, clock))
    reply(webgate.questions[0])

    assert [Translation.objects.get(pk=row.pk).due_at < later for row in rows] == [True, False]


def test_over_http_answers_come_in_disorder_and_twice(
    sqlite_store: str, webgate: Webgate, clock: Clock
) -> None:
    """A real server takes the calls of several threads; each text ends up with its own translation."""

    class Silent(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- as inherited
            """Tests are silent."""

    with make_server("127.0.0.1", 0, callbacks, handler_class=Silent) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        engine = make(webgate, clock, base=f"http://127.0.0.1:{server.server_port}")
        assert codes(engine, SENTENCES) == ["pending"] * len(SENTENCES)
        for question in [*reversed(webgate.questions), *webgate.questions]:
            fields = {
                "request-id": str(question["number"]),
                "target-language": "FR",
                "translated-text": TABLE[question["textToTranslate"]],
            }
            assert requests.post(question["requesterCallback"], data=fields, timeout=5).status_code == 200
        server.shutdown()
        thread.join()

    assert engine.translate(SENTENCES, EN_FR) == list(TABLE.values())


def test_no_token_stands_in_the_store(sqlite_store: str, webgate: Webgate, clock: Clock) -> None:
    """A copy of the store does not let anybody answer."""
    codes(make(webgate, clock))
    token = urlsplit(webgate.questions[0]["requesterCallback"]).path.removeprefix(f"{PREFIX}/etranslation/")

    assert parse_qs(token) == {}
    assert len(token) == 43
    assert not any(token in str(value) for value in EngineJob.objects.values().get().values())


def test_old_questions_are_forgotten(store: str, webgate: Webgate, clock: Clock) -> None:
    """Pruning takes questions past their time with it, answered or not."""
    engine = make(webgate, clock)
    codes(engine, SENTENCES[:2])
    reply(webgate.questions[0])

    assert EngineJob.objects.open_count("etranslation") == 1
    assert upkeep.old_records(START)["questions"].count() == 0
    assert upkeep.old_records(START + timedelta(days=1))["questions"].count() == 2
