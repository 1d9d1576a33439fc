"""How the newswire is: what is wrong in words, each language's and source's figures, and plots of the last month."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk import words
from desk.access import DeskRequest, allowed
from desk.setup import setup
from pipeline.models import RunRecord, figures
from pipeline.review.people import Action
from pipeline.watching import plots
from pipeline.watching.troubles import Trouble, troubles

TROUBLES = {  # as pipeline.watching.troubles names them
    "no-run": _("No run has ended well for too long"),
    "disk": _("A disk is nearly full or cannot be written"),
    "clock": _("The clock of the machine is wrong"),
    "source-blocked": _("A site refuses us"),
    "source-silent": _("A site could not be read for too long"),
    "source-drift": _("A site has lost what it used to have"),
    "language-waiting": _("Translations wait for an engine"),
    "language-backlog": _("Many texts wait for an editor"),
    "engine-paused": _("An engine is left alone for a while"),
}
PLOTS = {
    "lag": _("Minutes from first sight to publication, by language"),
    "volume": _("New entries a day, by source"),
    "published": _("Texts published a day, by language"),
    "backlog": _("Waiting for an editor (✎) and for an engine (…), by language"),
    "engines": _("Characters translated a day, by engine"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageFigures:
    language: str
    waiting: int
    held: int
    reports: int
    lag: timedelta | None

    @property
    def minutes(self) -> int | None:
        return None if self.lag is None else round(self.lag.total_seconds() / 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFigures:
    name: str
    sentences: int
    characters: int
    failures: int
    cost: float


@allowed(Action.SEE)
def page(request: DeskRequest) -> HttpResponse:
    config = setup().config
    context = {
        "troubles": [
            {"title": TROUBLES[each.id], "about": _about(each), "text": each.text}
            for each in troubles(config)
        ],
        "last": RunRecord.objects.most_recent(),
        "languages": _languages(),
        "sources": figures.sources(source.key for source in config.enabled_sources),
        "engines": _engines(),
        "plots": PLOTS.items(),
    }
    return render(request, "desk/status.html", context)


def _about(trouble: Trouble) -> str:
    """What the trouble is about, by the name that the page gives it."""
    kind = trouble.id.partition("-")[0]
    if kind == "language":
        return words.language_name(trouble.about)
    if kind == "source":
        return words.city_name(trouble.about)
    return gettext(trouble.about) if kind == "disk" else trouble.about


@allowed(Action.SEE)
def plot(_request: DeskRequest, name: str) -> HttpResponse:
    """An SVG of its own, so that the page needs no script."""
    draw = plots.PLOTS.get(name)
    if draw is None:
        raise Http404
    picture = HttpResponse(draw(setup().config, gettext(str(PLOTS[name]))), content_type="image/svg+xml")
    # The picture's own style stands inside it; nothing in it may run.
    picture["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return picture


def _engines() -> list[EngineFigures]:
    """What each did in the last month, and what its characters cost by its configured price."""
    config = setup().config
    since = (datetime.now(UTC) - timedelta(days=plots.DAYS)).date()
    return [
        EngineFigures(
            name=name,
            sentences=sentences,
            characters=characters,
            failures=failures,
            cost=characters / 1e6 * (paced.price if (paced := config.engines.paced(name)) else 0.0),
        )
        for name, _calls, sentences, characters, failures, _seconds in figures.engine_totals(since)
    ]


def _languages() -> list[LanguageFigures]:
    config = setup().config
    waiting, held = figures.waiting(config.targets), figures.held(config.targets)
    reports = figures.open_reports(config.targets)
    since = datetime.now(UTC) - timedelta(days=1)
    lags = {language: figures.lag(language, since) for language in config.targets}
    return [
        LanguageFigures(
            language=language,
            waiting=waiting.get(language, (0, None))[0],
            held=held.get(language, 0),
            reports=reports.get(language, 0),
            lag=None if (lag := lags[language]) is None else timedelta(seconds=lag),
        )
        for language in config.targets
    ]
