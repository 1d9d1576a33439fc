"""What the newswire says of its own health."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from prometheus_client.parser import text_string_to_metric_families

from pipeline.models import EnginePause, EngineUsage, Release, RunRecord, Source
from pipeline.records import Pair
from pipeline.watching import mail, plots, prometheus
from pipeline.watching.troubles import troubles
from tests import builders
from tests.running import free_port

NOW = datetime.now(UTC).replace(microsecond=0)


def a_run(ended: datetime = NOW) -> None:
    summary = {
        "sources": [],
        "languages": {"lv": {"translated": 3}},
        "memory_hits": 7,
        "files_written": 5,
        "seconds": {"collect": 1.5},
    }
    RunRecord.objects.record(ended - timedelta(seconds=9), ended, summary)


def samples(text: bytes) -> dict[tuple[str, ...], float]:
    """Every figure by its name and the values of its labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_metrics_say_what_stands_in_the_store(store: str) -> None:
    """Queues, lag, sources, engines and money, as Prometheus reads them."""
    config = builders.config(engines={"chain": ["deepl"], "services": {"deepl": {"price": 20.0}}})
    a_run()
    entry = builders.entry()
    type(entry).objects.filter(pk=entry.pk).update(first_seen=NOW - timedelta(minutes=30))
    builders.translation(entry)
    assert entry.current is not None
    Release.objects.create(
        entry=entry,
        source=entry.source,
        language="lv",
        public_id=entry.public_id,
        text_language="lv",
        label="machine",
        revision=entry.current,
        published=NOW,
        updated=NOW,
        released_at=NOW,
    )
    Source.objects.filter(key="poznan").update(last_success=NOW, failures=0.5)
    EngineUsage.objects.add("deepl", Pair("pl", "lv"), NOW.date(), {"calls": 2, "characters": 500_000})

    said = samples(prometheus.text(config))

    assert said["newswire_lag_seconds", "lv"] == 1_800
    assert said["newswire_source_last_success_timestamp_seconds", "poznan"] == NOW.timestamp()
    assert said["newswire_source_failures", "poznan"] == 0.5
    assert said["newswire_engine_calls_total", "deepl"] == 2
    assert said["newswire_engine_cost_total", "deepl"] == 10.0
    assert said["newswire_last_run_memory_hits",] == 7
    assert said["newswire_waiting", "lv"] == 0


def test_the_text_file_is_whole(sqlite_store: str, tmp_path: Path) -> None:
    """For cron: the same figures in a file that is replaced, never half written."""
    a_run()
    path = tmp_path / "collector" / "newswire.prom"
    prometheus.write(builders.config(), path)

    assert samples(path.read_bytes())["newswire_last_run_files_written",] == 5
    assert list(path.parent.iterdir()) == [path]


def test_all_is_well(sqlite_store: str) -> None:
    """A network that works has no troubles."""
    a_run()
    Source.objects.ensure(["poznan", "dublin"])
    Source.objects.update(last_success=NOW)

    assert troubles(builders.config(), NOW) == []


@pytest.mark.parametrize(
    ("trouble", "about"),
    [
        ("no-run", ""),
        ("clock", ""),
        ("source-blocked", "poznan"),
        ("source-silent", "dublin"),
        ("language-waiting", "lv"),
        ("engine-paused", "deepl"),
    ],
)
def test_each_trouble_is_told_with_what_to_do(sqlite_store: str, trouble: str, about: str) -> None:
    """The trouble alone is named, and its text is a sentence with facts."""
    Source.objects.ensure(["poznan", "dublin"])
    Source.objects.update(last_success=NOW)
    a_run({"no-run": NOW - timedelta(days=1), "clock": NOW + timedelta(days=1)}.get(trouble, NOW))
    if trouble == "source-blocked":
        Source.objects.filter(key=about).update(error="403 by a bot wall", error_code="blocked")
    elif trouble == "source-silent":
        Source.objects.filter(key=about).update(last_success=NOW - timedelta(days=3), error="timed out")
    elif trouble == "language-waiting":
        row = builders.translation(builders.entry())
        type(row).objects.filter(pk=row.pk).update(state="waiting", changed_at=NOW - timedelta(days=1))
        Source.objects.update(last_success=NOW)
    elif trouble == "engine-paused":
        EnginePause.objects.create(engine="deepl", until=NOW + timedelta(hours=1), reason="quota exceeded")

    found = troubles(builders.config(), NOW)

    assert [(each.id, each.about) for each in found] == [(trouble, about)]
    assert len(found[0].text) > 20


class Postman:
    def __init__(self) -> None:
        self.letters: list[str] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, _server: object, _session: object, envelope: Envelope
    ) -> str:
        content = envelope.content or b""
        self.letters.append(content if isinstance(content, str) else content.decode())
        return "250 OK"


def test_trouble_is_mailed_once_and_its_end_too(sqlite_store: str) -> None:
    """A letter when something goes wrong, none while it stays so, one when all is well again."""
    postman = Postman()
    port = free_port()
    server = Controller(postman, hostname="127.0.0.1", port=port)
    server.start()
    try:
        notices = {
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "sender": "newswire@example.org",
        }
        config = builders.config(notices=notices, watch={"mail": ["operator@example.org"]})
        a_run()
        Source.objects.ensure(["poznan", "dublin"])
        Source.objects.update(last_success=NOW)
        EnginePause.objects.create(engine="deepl", until=NOW + timedelta(hours=1), reason="quota exceeded")
        sent = [mail.send(config), mail.send(config)]
        EnginePause.objects.all().delete()
        sent += [mail.send(config), mail.send(config)]
    finally:
        server.stop()

    assert sent == [True, False, True, False]
    assert "quota exceeded" in postman.letters[0]
    assert "engine paused (deepl)" in postman.letters[0]
    assert all("\nDate: " in letter and "\nMessage-ID: " in letter for letter in postman.letters)
    assert "all is well again" in postman.letters[1]


def test_nothing_is_mailed_unless_somebody_is_named(sqlite_store: str) -> None:
    """Off by default, also where the editors' mail is on."""
    assert mail.send(builders.config()) is False


@pytest.mark.parametrize("name", plots.PLOTS)
def test_plots_are_pictures_without_scripts(store: str, name: str) -> None:
    """SVG that parses, with figures and without."""
    empty = plots.PLOTS[name](builders.config(), "Title")
    builders.translation(builders.entry())
    EngineUsage.objects.add("firefox", Pair("pl", "lv"), NOW.date(), {"calls": 1, "characters": 10})
    drawn = plots.PLOTS[name](builders.config(), "Title")

    for picture in (empty, drawn):
        assert ET.fromstring(picture).tag.endswith("svg")
        assert b"<script" not in picture
        assert b"href=" not in picture
