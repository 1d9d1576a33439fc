"""The audit log: browsed, exported as evidence of human review, and the history of one entry."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from desk import words
from desk.access import DeskRequest, allowed
from desk.setup import setup
from pipeline.models import Entry, Translation
from pipeline.review import history
from pipeline.review.history import AuditFilter, Move
from pipeline.review.people import Action

_PAGE = 50
_FIRST, _LAST = date(2000, 1, 1), date(2999, 12, 31)  # days that every zone and store can count from


class LogForm(forms.Form):
    """What of the log is wanted; empty means all. A mistake in it is told and shows nothing."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    source = forms.ChoiceField(label=_("City"), required=False)
    action = forms.ChoiceField(label=_("Move"), required=False)
    actor = forms.CharField(label=_("Who"), required=False, max_length=150)
    since = forms.DateField(
        label=_("From day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("To day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    people_only = forms.BooleanField(label=_("People’s moves only"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        config = setup().config
        targets = [(code, words.language_name(code)) for code in config.targets]
        cities = [(source.key, words.city_name(source.key)) for source in config.source]
        self._offer("language", [("", _("all languages")), *targets])
        self._offer("source", [("", _("all cities")), *cities])
        self._offer("action", [("", _("all moves")), *words.MOVES.items()])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name] = forms.ChoiceField(choices=choices, required=False, label=self.fields[name].label)

    def wanted(self) -> AuditFilter:
        """Days are those of the desk's time zone, the last one whole."""
        data = self.cleaned_data
        zone = ZoneInfo(setup().config.desk.timezone)
        since, until = (_within(data[name]) if data[name] else None for name in ("since", "until"))
        return AuditFilter(
            **{name: data[name] for name in ("language", "source", "action", "actor", "people_only")},
            since=datetime.combine(since, time.min, zone) if since else None,
            until=datetime.combine(until + timedelta(days=1), time.min, zone) if until else None,
        )


@allowed(Action.AUDIT)
def listing(request: DeskRequest) -> HttpResponse:
    """Newest first; the next page begins where this one ends, however the log grows meanwhile."""
    form, query = LogForm(request.GET), request.GET.copy()
    query.pop("after", None)
    context: dict[str, Any] = {"form": form, "page": None, "query": query.urlencode()}
    if form.is_valid():
        after = request.GET.get("after", "")
        after_id = int(after) if after.isdecimal() and len(after) < 19 else None
        page = history.audit_page(request.actor, form.wanted(), after_id=after_id, limit=_PAGE)
        context |= {"page": page, "titles": _titles(page.moves)}
    return render(request, "desk/log.html", context, status=200 if form.is_valid() else 422)


@allowed(Action.AUDIT)
def export(request: DeskRequest) -> HttpResponse:
    """The moves that fit: CSV for a spreadsheet, or one JSON object a line."""
    form = LogForm(request.GET)
    if not form.is_valid():
        return render(request, "desk/log.html", {"form": form, "page": None, "query": ""}, status=422)
    moves = history.export(request.actor, form.wanted())
    lines, kind, ending = (
        (history.as_json_lines(moves), "application/x-ndjson", "jsonl")
        if request.GET.get("format") == "json"
        else (history.as_csv(moves), "text/csv", "csv")
    )
    # Streamed, because a log of years does not fit into memory. To mypy the response is of another family.
    response: Any = StreamingHttpResponse(lines, content_type=f"{kind}; charset=utf-8")
    name = f"review-log-{datetime.now(UTC):%Y-%m-%d}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response  # type: ignore[no-any-return]


@allowed(Action.SEE)
def history_page(request: DeskRequest, entry_id: int, language: str) -> HttpResponse:
    """Everything that ever happened to one entry in one language."""
    try:
        moves = history.history(request.actor, entry_id, language)
    except Entry.DoesNotExist:
        raise Http404 from None
    row = Translation.objects.shown(entry_id, language)
    if row is None:
        raise Http404
    return render(request, "desk/history.html", {"row": row, "entry": row.entry, "moves": moves})


def _within(day: date) -> date:
    return min(max(day, _FIRST), _LAST)


def _titles(moves: Collection[Move]) -> dict[tuple[int, str], str]:
    return Translation.objects.titles((move.entry_id, move.language) for move in moves)
