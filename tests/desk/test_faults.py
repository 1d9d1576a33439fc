"""What the pipeline says is wrong, known again and told in the words of the page."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from desk.fault_words import MESSAGES
from desk.faults import is_known, said
from pipeline.config import Config
from pipeline.models import EnginePause, RunRecord, Source
from pipeline.settings import UI_LANGUAGES
from pipeline.watching.troubles import troubles
from tests import builders
from tests.desk.conftest import SignIn

PIPELINE = Path(__file__).parents[2] / "pipeline"
NOW = datetime.now(UTC).replace(microsecond=0)
HOSTILE = "<script>alert(1)</script>"


def strings() -> Iterator[str]:
    """Every text of the pipeline's modules, a line for each; what is put into it at run time is a bare {}."""
    for path in PIPELINE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_every_message_is_one_that_the_pipeline_makes() -> None:
    """Whoever changes a text of the pipeline is told to change it here too, and to translate it."""
    made = re.sub(r"\{\w+\}", "{}", "\n".join(strings()))

    # The zone stands with the time in a value, and only English days of a month are written apart.
    wanted = {message: re.sub(r"\{(when|now)\}", "{} UTC", message) for message in MESSAGES}
    assert [message for message, text in wanted.items() if re.sub(r"\{\w+\}", "{}", text) not in made] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            (
                "https://a.example/f: the host name cannot be resolved. Check its spelling in config.toml, then this "
                "machine's DNS."
            ),
            (
                "<bdi>https://a.example/f</bdi>: der Servername lässt sich nicht auflösen. Prüfen Sie die Schreibweise "
                "in config.toml, dann das DNS dieses Rechners."
            ),
        ),
        (
            (
                "https://a.example/f answered 404 Not Found. The address has gone: look for the new one on the site and "
                "correct it in config.toml."
            ),
            (
                '<bdi>https://a.example/f</bdi> antwortete <bdi>404</bdi> <q lang="en">Not Found</q>. Die Adresse gibt '
                "es nicht mehr: Suchen Sie die neue auf der Website und berichtigen Sie sie in config.toml."
            ),
        ),
        (
            "deepl is left alone for a while: deepl: HTTP 500: " + HOSTILE,
            (
                "<bdi>deepl</bdi> wird eine Weile in Ruhe gelassen: <bdi>deepl</bdi>: HTTP <bdi>500</bdi>: "
                '<q lang="en">&lt;script&gt;alert(1)&lt;/script&gt;</q>'
            ),
        ),
        (
            "deepl: the budget of 500 000 characters a month is used up ([engines] budget)",
            "<bdi>deepl</bdi>: das Budget von 500.000 Zeichen im Monat ist aufgebraucht ([engines] budget)",
        ),
        (
            "no weights for pl-lv in /w: run ./run.py models fetch; also deepl does not translate pl-lv",
            (
                "keine Gewichte für <bdi>pl-lv</bdi> in <bdi>/w</bdi>: Starten Sie ./run.py models fetch; "
                "<bdi>deepl</bdi> übersetzt <bdi>pl-lv</bdi> nicht"
            ),
        ),
        (
            "https://a.example/ is XML but not a feed (it begins with <svg>). Use the reader for it.",
            (
                '<bdi>https://a.example/</bdi> ist XML, aber kein Feed (es beginnt mit &lt;<q lang="en">svg</q>&gt;). '
                "Nehmen Sie den Leser dafür."
            ),
        ),
        (
            "drift since 2026-11-20: no date and no image any more, which all its entries had; has the site changed?",
            (
                "Abweichung seit <bdi>2026-11-20</bdi>: Es fehlt, was alle Einträge hatten (Datum, Bild); hat sich die "
                "Website geändert?"
            ),
        ),
        (f"words of {HOSTILE}", '<span lang="en">words of &lt;script&gt;alert(1)&lt;/script&gt;</span>'),
    ],
)
def test_a_fault_is_told_in_the_words_of_the_page(desk: Config, text: str, expected: str) -> None:
    """A stranger's words stay as they are, as text and marked as English."""
    with translation.override("de"):
        assert said(text) == expected


@given(st.text(max_size=60), st.sampled_from(MESSAGES), st.sampled_from(UI_LANGUAGES))
def test_whatever_a_stranger_says_is_text(words: str, message: str, language: str) -> None:
    """In any place of any message, nothing becomes markup or ends the page."""
    with translation.override(language):
        page = said(re.sub(r"\{\w+\}", lambda _found: f"{words}<b onclick=x>", message))

    assert "<b" not in page.replace("<bdi>", "")


def test_every_trouble_is_told_in_latvian(desk: Config, signed_in: SignIn) -> None:
    """The State page of a network where everything is wrong holds no English sentence of ours."""
    at = NOW - timedelta(days=3)
    RunRecord.objects.record(
        at, at, {"sources": [], "languages": {}, "memory_hits": 0, "files_written": 0, "seconds": {}}
    )
    Source.objects.ensure(["poznan", "dublin"])
    Source.objects.filter(key="poznan").update(
        error="poznan: https://a.example/f is behind a bot wall (Cloudflare). It is not circumvented: ask the site's "
        "owner to let the collector's user agent through, or for another address.",
        error_code="blocked",
    )
    Source.objects.filter(key="dublin").update(
        last_success=at,
        reading={"coverage": {"entries": 9, "without": {"entries": 1}, "since": "2026-11-20"}},
    )
    row = builders.translation(builders.entry())
    type(row).objects.filter(pk=row.pk).update(state="waiting", changed_at=at, due_at=at)
    EnginePause.objects.create(
        engine="deepl", until=NOW + timedelta(hours=1), reason="deepl: no more for now (HTTP 429)"
    )
    found = troubles(desk)

    page = signed_in("chief").get("/desk/status/", headers={"accept-language": "lv"}).content.decode()

    assert {each.id for each in found} >= {
        *("no-run", "source-blocked", "source-silent", "source-drift", "language-waiting", "engine-paused")
    }
    assert [each.text for each in found if not is_known(each.text)] == []
    assert set(re.findall(r'lang="en">([^<]+)<', page)) <= {"Cloudflare"}
