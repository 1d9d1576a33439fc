"""The metrics, in Prometheus' text format: read from the store at each asking, so every process says the same."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import write_to_textfile
from prometheus_client.registry import Collector

from pipeline.collect.reading import coverage_of
from pipeline.config import Config
from pipeline.models import RunRecord, figures

_DAY = timedelta(days=1)


class StoreCollector(Collector):
    """Asks the store. `now` is for the tests."""

    def __init__(self, config: Config, now: datetime | None = None) -> None:
        self._config = config
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Called by the registry."""
        now = self._now or datetime.now(UTC)
        yield from _runs()
        yield from _languages(self._config, now)
        yield from _sources(self._config)
        yield from _engines(self._config)


def text(config: Config, *more: Collector) -> bytes:
    """What /metrics answers. `more` are the collectors of this process, such as the web server's."""
    return generate_latest(_registry(config, *more))


def write(config: Config, path: Path) -> None:
    """The same into a file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_to_textfile(str(path), _registry(config))


def _registry(config: Config, *more: Collector) -> CollectorRegistry:
    registry = CollectorRegistry()
    for collector in (StoreCollector(config), *more):
        registry.register(collector)
    return registry


def _runs() -> Iterator[Metric]:
    last = RunRecord.objects.most_recent()
    if last is None:
        return
    yield _gauge(
        "newswire_last_run_timestamp_seconds", "When the last run ended well.", last.ended_at.timestamp()
    )
    yield _gauge("newswire_last_run_sources_failed", "Sources that failed in it.", last.failed)
    yield _gauge("newswire_last_run_memory_hits", "Sentences the memory knew.", last.memory_hits)
    yield CounterMetricFamily(
        "newswire_memory_hits",
        "Sentences the memory knew, in all runs.",
        value=RunRecord.objects.memory_hits(),
    )
    yield _gauge("newswire_last_run_files_written", "Files it wrote.", last.files)
    stages = GaugeMetricFamily("newswire_last_run_seconds", "How long each stage took.", labels=["stage"])
    for stage, seconds in last.seconds.items():
        stages.add_metric([stage], seconds)
    yield stages


def _languages(config: Config, now: datetime) -> Iterator[Metric]:
    lag = GaugeMetricFamily(
        "newswire_lag_seconds", "From first sight to publication, median of a day.", labels=["language"]
    )
    whole = GaugeMetricFamily(
        "newswire_source_lag_seconds",
        "From the date that the source gives to publication, median of a day.",
        labels=["language"],
    )
    queue = GaugeMetricFamily(
        "newswire_waiting", "Translations that wait for an engine.", labels=["language"]
    )
    age = GaugeMetricFamily(
        "newswire_waiting_oldest_seconds", "How long the oldest waits.", labels=["language"]
    )
    held = GaugeMetricFamily("newswire_held", "Texts that wait for an editor.", labels=["language"])
    review = GaugeMetricFamily(
        "newswire_review_seconds", "From machine to approval, median of a week.", labels=["language"]
    )
    reports = GaugeMetricFamily(
        "newswire_reports_open", "Readers' reports nobody closed.", labels=["language"]
    )
    waiting, kept = figures.waiting(config.targets), figures.held(config.targets)
    told = figures.open_reports(config.targets)
    for language in config.targets:
        count, oldest = waiting.get(language, (0, None))
        queue.add_metric([language], count)
        age.add_metric([language], (now - oldest).total_seconds() if oldest else 0)
        held.add_metric([language], kept.get(language, 0))
        reports.add_metric([language], told.get(language, 0))
        if (seconds := figures.lag(language, now - _DAY)) is not None:
            lag.add_metric([language], seconds)
        if (seconds := figures.lag(language, now - _DAY, "published")) is not None:
            whole.add_metric([language], max(0.0, seconds))
        if (seconds := figures.review_seconds(language, now - 7 * _DAY)) is not None:
            review.add_metric([language], seconds)
    yield from (lag, whole, queue, age, held, review, reports)


def _sources(config: Config) -> Iterator[Metric]:
    success = GaugeMetricFamily(
        "newswire_source_last_success_timestamp_seconds", "When a source was last read.", labels=["source"]
    )
    failures = GaugeMetricFamily(
        "newswire_source_failures", "Weight of failures in a row.", labels=["source"]
    )
    drift = GaugeMetricFamily("newswire_source_drift", "1: it lost what it used to have.", labels=["source"])
    for row in figures.sources(source.key for source in config.enabled_sources):
        if row.last_success:
            success.add_metric([row.key], row.last_success.timestamp())
        failures.add_metric([row.key], row.failures)
        drift.add_metric([row.key], bool(coverage_of(row).note))
    yield from (success, failures, drift)


def _engines(config: Config) -> Iterator[Metric]:
    names = ("calls", "sentences", "characters", "failures", "seconds")
    families = [
        CounterMetricFamily(
            f"newswire_engine_{name}", f"{name.capitalize()} of an engine, ever.", labels=["engine"]
        )
        for name in names
    ]
    money = CounterMetricFamily(
        "newswire_engine_cost", "What an engine's characters cost.", labels=["engine"]
    )
    for engine, *counts in figures.engine_totals():
        for family, count in zip(families, counts, strict=True):
            family.add_metric([engine], count)
        paced = config.engines.paced(engine)
        money.add_metric([engine], counts[2] / 1e6 * (paced.price if paced else 0.0))
    yield from (*families, money)


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value=value)
