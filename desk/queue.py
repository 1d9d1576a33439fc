"""The queue: the ten that need eyes first, then all that waits, by whatever the editor asks for."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from desk.access import DeskRequest, allowed
from desk.queue_forms import UNREVIEWED, FilterForm
from desk.queue_moves import last_move
from desk.setup import setup
from desk.sheet_keys import QUEUE_KEYS
from desk.sheet_words import LABELS
from pipeline.models import SavedFilter
from pipeline.review.people import Action, languages_of, may
from pipeline.review.policy import DOUBTFUL, MUST_BE_SEEN
from pipeline.review.queue import QueueRow, counts, first_ten
from pipeline.review.queue import queue as read_queue

PAGE = 50
_DIGITS = 6  # of a page's number


@dataclass(frozen=True, slots=True, kw_only=True)
class RowForPage:
    """A row as the page shows it."""

    row: QueueRow
    address: str
    risk: str  # blocked, doubtful, clean
    label: str  # of what is public
    may_approve: bool


@allowed(Action.SEE)
def queue(request: DeskRequest) -> HttpResponse:
    """Without a filter the ten that need eyes first; with one, what fits it, in pages."""
    languages = seen_languages(request)
    form = FilterForm(request.GET, languages)
    query = form.query()
    is_filtered = bool(request.GET)
    start = _start(request)
    found = read_queue(request.actor, form.wanted(), offset=start, limit=PAGE) if is_filtered else None
    rows = found.rows if found else first_ten(request.actor, languages)
    shown = [_row(request, row, query) for row in rows]
    context = {
        "form": form,
        "query": query,
        "is_filtered": is_filtered,
        "counts": counts(request.actor),
        "rows": shown,
        "may_bulk": any(row.may_approve for row in shown),
        "keys": QUEUE_KEYS,
        "found": found,
        "pages": _pages(start, found.total if found else 0, query),
        "saved": SavedFilter.objects.of(request.user),
        "last_move": last_move(request),
        "unreviewed": urlencode({"state": UNREVIEWED}),
        "shortcuts": request.user.shortcuts,
        "chosen": request.GET.get("language", ""),
    }
    return render(request, "desk/queue.html", context)


def seen_languages(request: DeskRequest) -> tuple[str, ...]:
    """The languages of the network that this editor may see, in the network's order."""
    granted = languages_of(request.actor, Action.SEE)
    targets = setup().config.targets
    return tuple(code for code in targets if granted is None or code in granted)


def risk_word(risk: float) -> str:
    if risk >= MUST_BE_SEEN:
        return "blocked"
    return "doubtful" if risk >= DOUBTFUL else "clean"


def _row(request: DeskRequest, row: QueueRow, query: str) -> RowForPage:
    address = reverse("sheet", args=[row.id])
    return RowForPage(
        row=row,
        address=f"{address}?{query}" if query else address,
        risk=risk_word(row.risk),
        label=str(LABELS.get(row.label, "")),
        may_approve=may(request.actor, Action.APPROVE, row.language, row.source_key),
    )


def _start(request: HttpRequest) -> int:
    page = request.GET.get("page", "1")
    number = int(page) if page.isdecimal() and len(page) <= _DIGITS else 0
    return PAGE * (number - 1) if number > 0 else 0


def _pages(start: int, total: int, query: str) -> dict[str, object]:
    """Addresses of the neighbouring pages, and which rows these are."""
    number = start // PAGE + 1

    def address(page: int) -> str:
        return "?" + "&".join(part for part in (query or "order=risk", urlencode({"page": page})) if part)

    return {
        "former": address(number - 1) if start > 0 else "",
        "next": address(number + 1) if start + PAGE < total else "",
        "first": start + 1,
        "last": min(start + PAGE, total),
        "total": total,
    }
