"""The plots of the status page, drawn on the server as SVG."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from lxml import etree

from pipeline.config import Config
from pipeline.drawing import Style, pygal
from pipeline.models import figures

DAYS = 30
_MOST = 9  # series of one plot; the rest stands together as the last one
_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#5a6472",
    foreground_strong="#5a6472",
    foreground_subtle="#8a94a2",
    font_family="sans-serif",
    colors=(
        "#1b6e9c",
        "#b3541e",
        "#4a7c2c",
        "#7b4aa0",
        "#a3873a",
        "#b03a5b",
        "#2f7f7a",
        "#8c6d4f",
        "#4d5fb8",
        "#6b6f76",
    ),
)


def lag(config: Config, title: str) -> bytes:
    """Minutes from first sight to publication, a line for each language."""
    since = _since()
    series = {language: figures.lag_by_day(language, since) for language in config.targets}
    chart = pygal.Line(**_options(title))
    chart.x_labels = [f"{day:%d.%m.}" for day in _days()]
    for language, days in series.items():
        chart.add(language, [round(days[day] / 60, 1) if day in days else None for day in _days()])
    return _svg(chart)


def volume(config: Config, title: str) -> bytes:
    """New entries a day, by source."""
    found = figures.entries_by_day(_since())
    names = {source.key: source.name for source in config.source}
    return _bars(title, found, names)


def published(config: Config, title: str) -> bytes:
    """Texts that became public a day, by language."""
    del config
    return _bars(title, figures.releases_by_day(_since()), {})


def backlog(config: Config, title: str) -> bytes:
    """What waits for an editor and what waits for an engine, by language, now."""
    held, waiting = figures.held(config.targets), figures.waiting(config.targets)
    chart = pygal.HorizontalStackedBar(**_options(title))
    chart.x_labels = list(config.targets)
    chart.add("✎", [held.get(language, 0) for language in config.targets])
    chart.add("…", [waiting.get(language, (0, None))[0] for language in config.targets])
    return _svg(chart)


def engines(config: Config, title: str) -> bytes:
    """Characters a day, by engine."""
    del config
    return _bars(title, figures.characters_by_day(_since().date()), {})


PLOTS = {"lag": lag, "volume": volume, "published": published, "backlog": backlog, "engines": engines}


def _since() -> datetime:
    return datetime.now(UTC) - timedelta(days=DAYS)


def _days() -> Sequence[date]:
    today = datetime.now(UTC).date()
    return [today - timedelta(days=DAYS - 1 - number) for number in range(DAYS)]


def _bars(title: str, found: Mapping[tuple[str, date], int], names: Mapping[str, str]) -> bytes:
    chart = pygal.StackedBar(**_options(title))
    chart.x_labels = [f"{day:%d.%m.}" for day in _days()]
    sums = Counter[str]()
    for (key, _day), count in found.items():
        sums[key] += count
    shown = [key for key, _count in sums.most_common(_MOST)]
    for key in sorted(shown):
        chart.add(names.get(key, key), [found.get((key, day), 0) for day in _days()])
    if rest := sums.keys() - set(shown):
        chart.add(f"… ({len(rest)})", [sum(found.get((key, day), 0) for key in rest) for day in _days()])
    return _svg(chart)


def _options(title: str) -> dict[str, object]:
    return {
        "title": title,
        "style": _STYLE,
        "js": (),
        "width": 720,
        "height": 320,
        "x_label_rotation": 0,
        "show_minor_x_labels": False,
        "x_labels_major_every": 5,
        "truncate_label": -1,
        "truncate_legend": -1,
        "legend_at_bottom": True,
        "no_data_text": "–",
        "disable_xml_declaration": True,
        "explicit_size": True,
    }


def _svg(chart: pygal.Graph) -> bytes:
    """Without the script that pygal puts in for its tooltips."""
    picture = chart.render_tree()
    for script in list(picture.iter("{*}script", "script")):
        script.getparent().remove(script)
    return etree.tostring(picture)
