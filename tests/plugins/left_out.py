"""The last lines of a test run: what was not tried, and why. A green run must not hide it."""

from collections import Counter
from collections.abc import Generator

import pytest


@pytest.hookimpl(
    wrapper=True, tryfirst=True
)  # outermost, so that these lines come after pytest's own last one
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Called by pytest at the end of the run."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    reasons = Counter(_reason(report) for report in reporter.stats.get("skipped", ()))
    for reason, count in sorted(reasons.items()):
        reporter.write_line(f"left out, {count} test{'s' if count > 1 else ''}: {reason}", yellow=True)


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    place = report.longrepr
    text = place[2] if isinstance(place, tuple) else str(place)
    return text.removeprefix("Skipped: ")
