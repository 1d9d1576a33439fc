"""DeepL, LibreTranslate and Apertium by their own protocols: batches, codes, keys, glossary, what is asked again."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.errors import EngineError, EngineUnavailableError
from pipeline.records import Hints, Pair, TermPair
from pipeline.translate.engines import Probed
from pipeline.translate.engines.apertium import ApertiumEngine
from pipeline.translate.engines.bucket import Buckets, TokenBucket
from pipeline.translate.engines.deepl import DeepLEngine
from pipeline.translate.engines.facts import Facts, described
from pipeline.translate.engines.libre import LibreTranslateEngine
from pipeline.translate.engines.line import Line, is_here
from pipeline.translate.engines.online import OnlineEngine
from tests.translate.engines.protocols import KEY, SENTENCES, TABLE, Protocols
from tests.translate.engines.servers import _Handler

EN_FR = Pair("en", "fr")
RIGHT = list(TABLE.values())


@pytest.fixture
def stub() -> Iterator[Protocols]:
    with Protocols() as server:
        yield server


def line(name: str, key: str = KEY, *, rate: float = 1000.0, burst: int = 100) -> Line:
    return Line(service=name, key=key, bucket=TokenBucket(rate, burst), timeout=5.0, pause=0.001)


def deepl(stub: Protocols, key: str = KEY) -> DeepLEngine:
    return DeepLEngine("deepl", line("deepl", key), url=f"{stub.url}/deepl")


def libre(stub: Protocols, key: str = "") -> LibreTranslateEngine:
    return LibreTranslateEngine("libre", line("libre", key), url=f"{stub.url}/libre/")


def apertium(stub: Protocols) -> ApertiumEngine:
    return ApertiumEngine("apertium", line("apertium", ""), url=f"{stub.url}/apertium")


def engines(stub: Protocols) -> list[OnlineEngine]:
    return [deepl(stub), libre(stub), apertium(stub)]


def terms(*pairs: tuple[str, str]) -> Hints:
    return Hints(terms=tuple(TermPair(source=source, target=target) for source, target in pairs))


# ── All of them ──────────────────────────────────────────────────────────────────────────────────────


def test_each_translates_in_order_and_leaves_blank_texts_alone(stub: Protocols) -> None:
    """Every text gets its own translation; nothing is asked for where there is nothing to say; no key is in an address."""
    for engine in engines(stub):
        assert engine.translate([SENTENCES[0], "  ", *SENTENCES[1:]], EN_FR) == [RIGHT[0], "", *RIGHT[1:]]
    assert not any("secret" in each for each in stub.lines)


def test_one_bad_text_does_not_spoil_the_others(stub: Protocols) -> None:
    """A batch that is refused for one of its texts is asked for in halves; only that text fails."""
    for engine in engines(stub):
        answers = engine.translate([*SENTENCES[:2], "Nobody knows this sentence.", SENTENCES[2]], EN_FR)
        codes = [each.code if isinstance(each, EngineError) else "ok" for each in answers]

        assert codes == ["ok", "ok", "http", "ok"]


def test_a_fault_in_the_middle_keeps_what_is_done(stub: Protocols) -> None:
    """What was translated before the service went is kept; the rest carries the reason."""
    stub.once = [None, 403]
    answers = apertium(stub).translate(SENTENCES, EN_FR)

    assert answers[0] == RIGHT[0]
    assert [each.code for each in answers[1:] if isinstance(each, EngineError)] == ["refused"] * 4


@pytest.mark.parametrize("fault", [429, 503, "connection cut"])
def test_passing_faults_are_tried_again(stub: Protocols, fault: object) -> None:
    """Three tries more for what may pass."""
    for engine in engines(stub):
        stub.once = [fault] * 3
        assert engine.translate(SENTENCES[:1], EN_FR) == RIGHT[:1]


def test_a_used_up_quota_is_not_tried_again(stub: Protocols) -> None:
    """456 stays 456: one request, and the word for it."""
    stub.fault = 456
    with pytest.raises(EngineError, match="quota is used up") as caught:
        deepl(stub).translate(SENTENCES, EN_FR)

    assert caught.value.code == "quota"
    assert len(stub.asked) == 1


def test_a_wrong_key_is_refused_and_never_said(stub: Protocols) -> None:
    """The service's refusal is told, and where the key is to be mended; the key itself is not."""
    for engine in (deepl(stub, "another-secret"), libre(stub, "another-secret")):
        with pytest.raises(EngineError, match=r"access denied .* correct the key: key_env") as caught:
            engine.translate(SENTENCES[:1], EN_FR)
        assert "another-secret" not in str(caught.value)


def test_not_even_half_a_key_is_said(stub: Protocols, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal is quoted up to so many letters: the key it names is taken out before."""
    key = "another-secret-0123456789"

    def refuse(request: _Handler) -> None:
        request.send(403, b"x" * 105 + b" " + key.encode(), "text/plain")

    monkeypatch.setattr(stub, "answer", refuse)
    for engine in (deepl(stub, key), libre(stub, key)):
        with pytest.raises(EngineError, match="access denied") as caught:
            engine.translate(SENTENCES[:1], EN_FR)
        assert "another" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        pytest.param(200, b"[" * 100_000 + b"]" * 100_000, {}, id="nested without end"),
        pytest.param(200, b"9" * 6_000, {}, id="a number of thousands of digits"),
        pytest.param(300, b"", {}, id="neither an answer nor a refusal"),
        pytest.param(302, b"", {"Location": "http://[::bad/x"}, id="led to no address"),
        pytest.param(
            429, b"{}", {"Retry-After": "Wed, 21 Oct 99999999999999999999 07:28:00 GMT"}, id="no such year"
        ),
        pytest.param(429, b"{}", {"Retry-After": "9" * 400}, id="seconds without end"),
        pytest.param(429, b"{}", {"Retry-After": "-5"}, id="seconds ago"),
        pytest.param(429, b"{}", {"Retry-After": "nan"}, id="no number of seconds"),
    ],
)
def test_nothing_a_server_sends_is_more_than_a_fault(
    stub: Protocols, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, headers: dict[str, str]
) -> None:
    """Whatever comes is that engine's fault, never the end of the run."""
    monkeypatch.setattr(stub, "answer", lambda request: request.send(status, body, **headers))
    for engine in engines(stub):
        with pytest.raises(EngineError) as caught:
            engine.translate(SENTENCES[:1], EN_FR)
        assert caught.value.code in {"http", "limit", "refused"}


def test_who_was_never_reached_has_counted_nothing() -> None:
    """No connection, no bill; a connection that breaks off afterwards may have cost something."""
    with Protocols() as gone:
        url = gone.url
    engine = DeepLEngine("deepl", line("deepl"), url=f"{url}/deepl")
    with pytest.raises(EngineError) as unreached:
        engine.translate(SENTENCES[:1], EN_FR)
    with Protocols() as rude:
        rude.fault = "connection cut"
        with pytest.raises(EngineError) as broken_off:
            deepl(rude).translate(SENTENCES[:1], EN_FR)

    assert (unreached.value.code, unreached.value.unsent) == ("network", True)
    assert (broken_off.value.code, broken_off.value.unsent) == ("network", False)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_service_leads_nobody_to_another_host(stub: Protocols, status: int) -> None:
    """Neither texts nor keys go there, nor is anything of the operator's own network asked."""
    with Protocols() as inside:
        stub.fault = status, {"Location": f"{inside.url}/libre/translate"}
        for engine in engines(stub):
            with pytest.raises(EngineError, match="sends us on to 127") as caught:
                engine.translate(SENTENCES[:1], EN_FR)
            assert caught.value.code == "refused"

    assert inside.lines == []


def test_a_service_may_move_within_its_host(stub: Protocols) -> None:
    """With all that was sent."""
    stub.once = [(307, {"Location": "/libre/translate"})]

    assert libre(stub).translate(SENTENCES[:1], EN_FR) == RIGHT[:1]


def test_texts_that_are_too_long_fail_without_being_sent(stub: Protocols) -> None:
    """More than one call can take is an error of that text alone."""
    answers = apertium(stub).translate(["x" * 5_001, SENTENCES[0]], EN_FR)

    assert isinstance(answers[0], EngineError)
    assert answers[0].code == "limit"
    assert answers[1] == RIGHT[0]


def test_a_closed_engine_sends_nothing_more(stub: Protocols) -> None:
    """Closing ends it before the next request."""
    for engine in engines(stub):
        engine.close()
        with pytest.raises(EngineError, match="has been closed"):
            engine.translate(SENTENCES[:1], EN_FR)
    assert stub.asked == []


def test_threads_get_their_own_answers(stub: Protocols) -> None:
    """Eight threads through one engine: nobody gets another's words."""
    for engine in engines(stub):
        with ThreadPoolExecutor(8) as threads:
            found = list(
                threads.map(lambda n, own=engine: own.translate(SENTENCES[n % 4 :], EN_FR), range(16))
            )
        assert found == [RIGHT[n % 4 :] for n in range(16)]


def test_a_text_that_comes_back_wrong_is_asked_for_once_more_alone(stub: Protocols) -> None:
    """A batch with an empty answer costs one request more, and the text is there."""
    stub.once = ["empty"]
    assert deepl(stub).translate(SENTENCES, EN_FR) == RIGHT
    assert [len(asked.texts) for asked in stub.asked] == [5, 1, 1, 1, 1, 1]


def test_a_service_that_stays_wrong_is_left_alone(stub: Protocols) -> None:
    """Asking again has an end, whatever the size of the call."""
    stub.fault = "empty"
    answers = deepl(stub).translate(SENTENCES * 20, EN_FR)

    assert {each.code for each in answers if isinstance(each, EngineError)} == {"empty"}
    assert len(stub.asked) <= 2 + 25


# ── DeepL ────────────────────────────────────────────────────────────────────────────────────────────


def test_deepl_takes_fifty_texts_a_request(stub: Protocols) -> None:
    """A hundred sentences are two requests; languages are named as DeepL names them, tags are not handled."""
    deepl(stub).translate(SENTENCES * 20, EN_FR)

    assert [len(asked.texts) for asked in stub.asked] == [50, 50]
    assert {key: stub.asked[0].fields[key] for key in ("source_lang", "target_lang")} == {
        "source_lang": "EN",
        "target_lang": "FR",
    }
    assert "tag_handling" not in stub.asked[0].fields


@pytest.mark.parametrize(("target", "code"), [("en", "EN-GB"), ("pt", "PT-PT"), ("lv", "LV")])
def test_deepl_names_the_country_where_it_must(stub: Protocols, target: str, code: str) -> None:
    """As a target, English and Portuguese need one."""
    deepl(stub).translate(SENTENCES[:1], Pair("pl", target))

    assert stub.asked[0].fields["target_lang"] == code


def test_deepl_without_a_key_says_what_to_do(stub: Protocols) -> None:
    """It serves nothing and names the key to set; a language it lacks is said too."""
    assert "`key_env`" in (deepl(stub, "").reason(EN_FR) or "")
    assert deepl(stub).reason(Pair("en", "ga")) == "deepl does not translate en-ga"
    with pytest.raises(EngineUnavailableError):
        deepl(stub, "").translate(SENTENCES[:1], EN_FR)


def test_deepl_chooses_its_host_by_the_key() -> None:
    """A free key goes to the free host."""
    assert DeepLEngine("deepl", line("deepl", "1:fx"))._url == "https://api-free.deepl.com"
    assert DeepLEngine("deepl", line("deepl", "1"))._url == "https://api.deepl.com"


def test_deepl_tells_its_own_count(stub: Protocols) -> None:
    """For `check`: what the account has used, by DeepL's count."""
    assert deepl(stub).probe() == "answers; 1 200 of 500 000 characters used, by its own count"


def test_deepl_makes_a_glossary_when_a_text_holds_a_term(stub: Protocols) -> None:
    """Made once, named in the request, extended when a text brings a new term, unused where there is none."""
    engine = deepl(stub)
    engine.translate(SENTENCES[:1], EN_FR, [Hints()])
    engine.translate(SENTENCES[:1], EN_FR, [terms(("library", "bibliothèque"))])
    engine.translate(SENTENCES[:1], EN_FR, [terms(("library", "bibliothèque"))])
    engine.translate(SENTENCES[1:2], EN_FR, [terms(("council", "conseil"))])

    ids = [asked.fields.get("glossary_id") for asked in stub.asked]
    assert ids == [None, "glossary-1", "glossary-1", "glossary-1"]
    assert [each["entries"] for each in stub.glossaries[0]["dictionaries"]] == [
        "council\tconseil\nlibrary\tbibliothèque"
    ]
    changes = [each for each in stub.lines if "glossaries" in each and not each.startswith("GET")]
    assert [each.split()[0] for each in changes] == ["POST", "PUT"]


def test_deepl_finds_the_glossary_of_an_earlier_run(stub: Protocols) -> None:
    """The next run uses what is there, and asks for no second glossary."""
    deepl(stub).translate(SENTENCES[:1], EN_FR, [terms(("library", "bibliothèque"))])
    deepl(stub).translate(SENTENCES[:1], EN_FR, [terms(("library", "bibliothèque"))])
    deepl(stub).translate(SENTENCES[:1], Pair("en", "de"), [terms(("library", "Bibliothek"))])

    assert len(stub.glossaries) == 1
    assert {each["target_lang"] for each in stub.glossaries[0]["dictionaries"]} == {"fr", "de"}


def test_deepl_goes_on_without_a_glossary_it_refuses(stub: Protocols) -> None:
    """Terms that cannot be told are left to the checks; names that stay as they are count as terms."""
    engine = deepl(stub)
    strange = Hints(
        terms=(
            TermPair(source="tab\there", target="x"),
            TermPair(source="unsaid", forbidden=("never",)),
            TermPair(source="CCnet", keep=True),
        )
    )
    engine.translate(SENTENCES[:1], EN_FR, [strange])
    entries = stub.glossaries[0]["dictionaries"][0]["entries"]
    stub.takes_glossaries = False

    assert entries == "CCnet\tCCnet"
    assert deepl(stub).translate(SENTENCES[:1], EN_FR, [strange]) == RIGHT[:1]
    assert "glossary_id" not in stub.asked[-1].fields


# ── LibreTranslate ───────────────────────────────────────────────────────────────────────────────────


def test_libre_sends_a_list_in_the_body(stub: Protocols) -> None:
    """Plain text, several at once, with a key only where there is one."""
    libre(stub).translate(SENTENCES, EN_FR)
    libre(stub, KEY).translate(SENTENCES, EN_FR)
    sent = [asked.fields for asked in stub.asked]

    assert sent[0] == {"q": SENTENCES, "source": "en", "target": "fr", "format": "text"}
    assert sent[1]["api_key"] == KEY


def test_libre_asks_once_which_languages_there_are(stub: Protocols) -> None:
    """Before the first answer any pair may be tried; afterwards what the server lacks is known without asking."""
    engine = libre(stub)
    before = engine.supports(Pair("en", "pl"))
    with pytest.raises(EngineUnavailableError, match="has no such languages"):
        engine.translate(SENTENCES[:1], Pair("en", "pl"))
    engine.translate(SENTENCES[:1], EN_FR)

    assert before
    assert not engine.supports(Pair("en", "pl"))
    assert sum("/languages" in each for each in stub.lines) == 1
    assert engine.probe() == "answers; 3 languages"


def test_a_server_that_is_no_libretranslate_is_found_out(stub: Protocols) -> None:
    """A wrong address is the service's fault, with a word for it."""
    for engine in (
        LibreTranslateEngine("libre", line("libre"), url=f"{stub.url}/nothing"),
        ApertiumEngine("apertium", line("apertium"), url=f"{stub.url}/nothing"),
        LibreTranslateEngine("libre", line("libre"), url=f"{stub.url}/deepl/v2/usage?"),
    ):
        with pytest.raises(EngineError):
            engine.translate(SENTENCES[:1], EN_FR)
        with pytest.raises(EngineError):
            engine.probe()


# ── Apertium ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", [None, 5])
def test_a_list_of_pairs_may_hold_nonsense(
    stub: Protocols, monkeypatch: pytest.MonkeyPatch, code: object
) -> None:
    """The others in it count."""
    listed = [
        {"sourceLanguage": code, "targetLanguage": "fra"},
        {"sourceLanguage": "eng", "targetLanguage": "fra"},
    ]
    monkeypatch.setattr(
        stub, "answer", lambda request: request.send(200, json.dumps({"responseData": listed}).encode())
    )

    assert apertium(stub).probe() == "answers; 2 directions"


def test_apertium_maps_codes_of_three_letters(stub: Protocols) -> None:
    """`eng|fra` for en-fr; a variant of a language does not take the plain one's place."""
    engine = apertium(stub)

    assert engine.translate(SENTENCES[:1], EN_FR) == RIGHT[:1]
    assert stub.asked[0].fields["langpair"] == "eng|fra"
    assert engine.probe() == "answers; 2 directions"
    with pytest.raises(EngineUnavailableError, match="install its data"):
        engine.translate(SENTENCES[:1], Pair("en", "lv"))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            "Le conseil de *Daugavpils se réunit lundi matin.",
            "Le conseil de Daugavpils se réunit lundi matin.",
        ),
        (
            "La *X1X bibliothèque ouvre ses portes à neuf heures.",
            "La X1X bibliothèque ouvre ses portes à neuf heures.",
        ),
        ("Le *kindergarten ouvre à neuf heures.", "garbled"),
        ("Le #conseil ouvre à neuf heures.", "garbled"),
        ("Le @conseil ouvre à neuf heures.", "garbled"),
        ("Note 3 * 4 ouvre à neuf heures lundi.", "Note 3 * 4 ouvre à neuf heures lundi."),
    ],
)
def test_apertium_marks(stub: Protocols, monkeypatch: pytest.MonkeyPatch, answer: str, expected: str) -> None:
    """A name loses its mark; a common word that was not translated makes the answer none."""
    monkeypatch.setitem(TABLE, SENTENCES[0], answer)
    found = apertium(stub).translate(SENTENCES[:1], EN_FR)[0]

    assert (found.code if isinstance(found, EngineError) else found) == expected


# ── What they declare ────────────────────────────────────────────────────────────────────────────────


def test_facts_in_words(stub: Protocols) -> None:
    """What `check` shows of each; a server on this very machine sends nothing out."""
    assert described(deepl(stub).facts) == "sends texts out; 50 texts, 100 000 bytes a call; takes terms"
    assert described(libre(stub).facts) == "texts stay on this machine; 25 texts, 2 000 characters a call"
    assert described(apertium(stub).facts) == "texts stay on this machine; 5 000 characters a call"
    assert "20.00 a million characters" in described(Facts(sends_data_out=True, price=20.0))
    assert all(isinstance(engine, Probed) for engine in engines(stub))


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:5000", True),
        ("http://localhost/v1", True),
        ("http://[::1]:8080/v1", True),
        ("http://10.0.0.5:5000", False),
        ("https://api.example.org/v1", False),
    ],
)
def test_whether_texts_leave_the_machine(url: str, *, here: bool) -> None:
    """Only the machine's own addresses count as here."""
    assert is_here(url) == here


def test_batches_fit_every_limit() -> None:
    """Texts are parted by number, by characters and by bytes; one that fits nowhere stands alone."""
    facts = Facts(sends_data_out=True, batch=3, characters=10, utf8=12)

    assert [list(each) for each in facts.batches(["aaaa", "bbbb", "cccc"])] == [[0, 1], [2]]
    assert [list(each) for each in facts.batches(["a", "b", "c", "d"])] == [[0, 1, 2], [3]]
    assert [list(each) for each in facts.batches(["āāāā", "bbbbb"])] == [[0], [1]]
    assert [list(each) for each in facts.batches(["x" * 99, "a"])] == [[0], [1]]
    assert list(facts.batches([])) == []


def test_the_same_key_has_one_bucket() -> None:
    """Two engines with one key share its rate; another key has its own; a burst may come at once."""
    buckets = Buckets()
    mine = buckets.of("deepl", "k", rate=20.0, burst=3)
    started = time.monotonic()
    for _ in range(5):
        mine.take()

    assert buckets.of("deepl", "k", rate=20.0, burst=3) is mine
    assert buckets.of("deepl", "other", rate=20.0, burst=3) is not mine
    assert 0.08 <= time.monotonic() - started < 1.0
