"""deep-translator's services against a loopback stub that behaves like each, and misbehaves."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pipeline.errors import EngineError, EngineUnavailableError
from pipeline.records import Pair
from pipeline.translate.engines.answers import is_echo
from pipeline.translate.engines.bucket import TokenBucket
from pipeline.translate.engines.deep import DeepEngine, Options, split
from pipeline.translate.engines.services import SERVICES, Limit
from tests.translate.engines.servers import ADDRESSES, Services, backwards, texts

EN_FR = Pair("en", "fr")  # the one pair that every service has
TEXT = "the council met on Monday"


@pytest.fixture
def stub() -> Iterator[Services]:
    with Services() as server:
        yield server


def make(stub: Services, name: str = "google", **changes: Any) -> DeepEngine:
    fields: dict[str, Any] = {
        "key": Services.KEY,
        "base_url": stub.url + ADDRESSES[name],
        "timeout": 0.5,
        "rate": 1000.0,
        "pause": 0.01,
        "user_agent": "CCnetNewswire/0.1 (+https://news.example.org)",
    }
    return DeepEngine(name, Options(**(fields | changes)))


def code_of(engine: DeepEngine, text: str = TEXT, pair: Pair = EN_FR) -> str:
    """The code of what becomes of one text, raised or returned."""
    try:
        answer = engine.translate([text], pair)[0]
    except EngineError as error:
        return error.code
    return answer.code if isinstance(answer, EngineError) else "ok"


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_translates(stub: Services, name: str) -> None:
    """Each answers each text in order, in the service's own form; the key is in no address and our name is told."""
    engine = make(stub, name)
    answers = engine.translate(["good morning everybody", " ", "it's a 'fine' day"], EN_FR)

    assert answers == ["everybody morning good", "", "day 'fine' a it's"]
    assert stub.agents == {"CCnetNewswire/0.1 (+https://news.example.org)"}
    if name != "mymemory":  # its key is an e-mail address that may be known
        assert not any("secret" in line for line in stub.lines)


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("hang", "timeout"),
        ("drip", "timeout"),
        ("close", "network"),
        (429, "limit"),
        (500, "http"),
        (403, "refused"),
        ("consent", "refused"),
        ("garbage", "http"),
        ("empty", "empty"),
        ("echo", "echo"),
    ],
)
def test_every_fault_of_every_service(stub: Services, name: str, fault: Any, code: str) -> None:
    """No fault becomes text: each is an error with its code, without the key in its words."""
    stub.faults = [fault] * 10
    engine = make(stub, name, timeout=0.3)
    try:
        answer = engine.translate([TEXT], EN_FR)[0]
    except EngineError as error:
        answer = error

    assert isinstance(answer, EngineError)
    assert answer.code == code
    assert "secret" not in str(answer)
    assert str(answer).startswith(f"{name}: ")


@pytest.mark.parametrize("fault", [429, 500, 503, "close"])
def test_passing_faults_are_tried_again(stub: Services, fault: Any) -> None:
    """Three tries more for what may pass; then the text is there."""
    stub.faults = [fault, fault, fault]

    assert make(stub).translate([TEXT], EN_FR) == [backwards(TEXT)]
    assert len(stub.asked) == 4


def test_tries_end(stub: Services) -> None:
    """A service that stays down is not asked for ever."""
    stub.faults = [500] * 10

    assert code_of(make(stub)) == "http"
    assert len(stub.asked) == 4


def test_refusal_is_final(stub: Services) -> None:
    """A denied key or a consent page is not asked again."""
    stub.faults = [403, "consent"]
    engine = make(stub)

    assert [code_of(engine), code_of(engine)] == ["refused", "refused"]
    assert len(stub.asked) == 2


def test_retry_after_is_honoured(stub: Services) -> None:
    """The service's own waiting time is kept, in seconds or as a date gone by."""
    stub.faults = [(429, {"Retry-After": "1"}), (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})]
    started = time.monotonic()
    answers = make(stub).translate([TEXT], EN_FR)

    assert answers == [backwards(TEXT)]
    assert 1.0 <= time.monotonic() - started < 3


def test_long_retry_after_is_told(stub: Services) -> None:
    """When the service wants more time than a call can wait, the caller gets to know how much, at once."""
    stub.faults = [(429, {"Retry-After": "3600"})] * 10
    with pytest.raises(EngineError) as caught:
        make(stub).translate([TEXT] * 5, EN_FR)

    assert caught.value.code == "limit"
    assert caught.value.retry_after == 3600
    assert len(stub.asked) == 1


def test_service_fault_ends_the_call(stub: Services) -> None:
    """What was translated before the service went is kept; the rest is not asked for and carries the reason."""
    stub.faults = [None, None, 403]
    answers = make(stub).translate(texts(range(5)), EN_FR)

    assert answers[:2] == [backwards(text) for text in texts(range(2))]
    assert [answer.code for answer in answers[2:] if isinstance(answer, EngineError)] == ["refused"] * 3
    assert len(stub.asked) == 3


def test_fault_of_one_text_is_its_own(stub: Services) -> None:
    """An echo, an empty answer or a text the service will not take fails alone."""
    stub.faults = ["echo", None, "empty", 400, None]
    answers = make(stub).translate(texts(range(5)), EN_FR)

    assert [answer.code if isinstance(answer, EngineError) else "ok" for answer in answers] == [
        "echo",
        "ok",
        "empty",
        "http",
        "ok",
    ]


@pytest.mark.parametrize("name", SERVICES)
def test_threads_get_their_own_answers(stub: Services, name: str) -> None:
    """Eight threads with twenty texts each through one engine: nobody gets another's words."""
    engine = make(stub, name, timeout=5.0)

    def call(number: int) -> bool:
        own = texts(range(number * 100, number * 100 + 20))
        return engine.translate(own, EN_FR) == [backwards(text) for text in own]

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(call, range(8)))
    assert len(set(stub.asked)) == 160


def test_rate_holds_for_all_threads(stub: Services) -> None:
    """The limit is the service's, so threads share it."""
    engine = make(stub, rate=10.0, burst=10)
    started = time.monotonic()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: engine.translate(texts(range(n * 10, n * 10 + 5)), EN_FR), range(4)))

    assert time.monotonic() - started >= 0.95  # twenty requests, ten of them in the first burst


def test_token_bucket() -> None:
    """After the burst, takers are spaced by the rate; unused time is saved up to one burst only."""
    now, slept = [0.0], list[float]()
    bucket = TokenBucket(2.0, 2.0, clock=lambda: now[0], sleep=slept.append)
    for _ in range(4):
        bucket.take()
    now[0] = 100.0
    for _ in range(3):
        bucket.take()

    assert slept == [0.5, 1.0, 0.5]


@pytest.mark.parametrize("name", ["google", "mymemory"])
def test_long_text_is_asked_in_parts(stub: Services, name: str) -> None:
    """A text beyond the service's limit goes in several requests, cut at sentences, and comes back whole."""
    sentence = "Mēs šodien runājām par jauno tiltu pār upi, kas būs gatavs rudenī."
    text = " ".join([sentence] * 30)
    answers = make(stub, name).translate([text], Pair("lv", "en"))

    assert len(stub.asked) > 1
    assert all(SERVICES[name].limit.fits(part) and part.endswith("rudenī.") for part in stub.asked)
    assert " ".join(stub.asked) == text
    assert answers == [" ".join(backwards(part) for part in stub.asked)]


def test_word_beyond_the_limit(stub: Services) -> None:
    """What cannot be cut is an error of that text, and is not sent."""
    assert code_of(make(stub), "x" * 5000) == "limit"
    assert stub.asked == []


def test_mymemory_notices_are_no_translation(stub: Services) -> None:
    """Its "quota used up" arrives as a translation with status 200; an empty one is not replaced by a guess."""
    engine = make(stub, "mymemory")
    stub.faults = ["quota"] * 4
    quota = code_of(engine)
    stub.faults = ["empty"]

    assert quota == "limit"
    assert code_of(engine) == "empty"


def test_wrong_key(stub: Services) -> None:
    """A key the service does not accept is `refused`; its answer is quoted, the key is not."""
    with pytest.raises(EngineError, match=r"yandex: access denied \(HTTP 403\)") as caught:
        make(stub, "yandex", key="another-secret").translate([TEXT], EN_FR)

    assert caught.value.code == "refused"
    assert "another-secret" not in str(caught.value)


def test_unreachable(stub: Services) -> None:
    """No server at all is `network`."""
    engine = make(stub)
    with Services() as gone:
        address = gone.url
    engine = make(stub, base_url=f"{address}/google")

    assert code_of(engine) == "network"


@pytest.mark.parametrize("name", sorted(name for name, service in SERVICES.items() if service.needs_key))
def test_missing_key(stub: Services, name: str) -> None:
    """Without its key a service supports nothing and says what to do."""
    engine = make(stub, name, key="")

    assert not engine.supports(EN_FR)
    assert "key_env" in (engine.reason(EN_FR) or "")
    with pytest.raises(EngineUnavailableError):
        engine.translate([TEXT], EN_FR)


@pytest.mark.parametrize(
    ("name", "pair", "expected"),
    [
        ("google", Pair("lv", "ga"), ("lv", "ga")),
        ("google", Pair("lv", "lv"), None),
        ("google", Pair("xx", "lv"), None),
        ("mymemory", Pair("en", "lv"), ("en-GB", "lv-LV")),
        ("mymemory", Pair("ga", "da"), ("ga-IE", "da-DK")),
        ("mymemory", Pair("en", "xx"), None),
        ("microsoft", Pair("lt", "pt"), ("lt", "pt-pt")),
        ("papago", Pair("en", "lv"), None),
    ],
)
def test_languages(stub: Services, name: str, pair: Pair, expected: tuple[str, str] | None) -> None:
    """Each service's own codes, and no claim to a language it lacks."""
    assert make(stub, name).supports(pair) == (expected is not None)
    if expected:
        assert SERVICES[name].codes(pair) == expected


def test_facts(stub: Services) -> None:
    """A service sends texts out, takes any character, and is its own version."""
    engine = make(stub)

    assert engine.facts.sends_data_out
    assert engine.alphabet(EN_FR) is None
    assert engine.version(EN_FR) == "google"
    assert engine.reason(EN_FR) is None


def test_closed(stub: Services) -> None:
    """A closed engine sends nothing more."""
    engine = make(stub)
    engine.close()

    assert code_of(engine) == "refused"
    assert stub.asked == []


def test_unknown_service() -> None:
    """A name that is no service is refused with those that are."""
    with pytest.raises(EngineUnavailableError, match="there are google, mymemory"):
        DeepEngine("altavista", Options())


def test_library_outside_our_calls(stub: Services) -> None:
    """Whoever uses deep-translator in the same process without us is served as ever."""
    from deep_translator import GoogleTranslator

    translator = GoogleTranslator(source="en", target="fr")
    translator._base_url = f"{stub.url}/google"

    assert translator.translate("good morning") == "morning good"


@pytest.mark.parametrize(
    ("text", "answer", "echo"),
    [
        ("The bridge is closed today", "The bridge is closed today.", True),
        ("The bridge is closed today", "Tilts šodien ir slēgts", False),
        ("Daugavpils", "Daugavpils", False),
        ("Festival Rennes Murcia", "Festival Rennes Murcia", False),
        ("10 20 30 40", "10 20 30 40", False),
    ],
)
def test_echo(text: str, answer: str, *, echo: bool) -> None:
    """Four words or more that come back as they were; names and numbers may."""
    assert is_echo(text, answer) == echo


@pytest.mark.parametrize(
    ("text", "size", "parts"),
    [
        ("Short.", 10, ["Short."]),
        ("One two. Three four.", 12, ["One two.", "Three four."]),
        ("One. Two. Three.", 9, ["One. Two.", "Three."]),
        ("one two three four", 9, ["one two", "three", "four"]),
        ("a longestword b", 5, ["a", "longestword", "b"]),
    ],
)
def test_split(text: str, size: int, parts: list[str]) -> None:
    """As much as fits in each part, at sentences before words."""
    assert list(split(text, Limit(characters=size).fits)) == parts


def test_limit_counts_the_address() -> None:
    """In an address a letter with a diacritic is six characters."""
    assert Limit(encoded=1800).fits("ā" * 300)
    assert not Limit(encoded=1800).fits("ā" * 301)
    assert not Limit(utf8=500).fits("ā" * 251)
