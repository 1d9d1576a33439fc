"""What stands in the queue's address and forms: the filter, the picked rows, a filter's name."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk import words
from desk.setup import setup
from pipeline.review.queue import QueueFilter
from pipeline.states import State

RISKS = [("", _("Any")), ("doubtful", _("Doubtful")), ("clean", _("Clean"))]
ORDERS = [("risk", _("Doubtful first")), ("age", _("Oldest first"))]
AGES = [
    ("", _("Any age")),
    ("1", _("1 day or older")),
    ("3", _("3 days or older")),
    ("7", _("7 days or older")),
]
UNREVIEWED = "unreviewed"  # beside the states: what went out as the machine wrote it
IN_QUEUE = (State.MACHINE, State.EDITED, State.STALE, State.APPROVED, State.REJECTED)


class FilterForm(forms.Form):
    """The queue's filter, as it stands in the address. Wrong values are left out, never an error page."""

    text = forms.CharField(label=_("Words"), required=False, max_length=100)
    language = forms.ChoiceField(label=_("Language"), required=False)
    source = forms.ChoiceField(label=_("City"), required=False)
    risk = forms.ChoiceField(label=_("Doubt"), required=False, choices=RISKS)
    age_days = forms.ChoiceField(label=_("Waiting since"), required=False, choices=AGES)
    state = forms.ChoiceField(label=_("State"), required=False)
    order = forms.ChoiceField(label=_("Order"), required=False, choices=ORDERS)

    def __init__(self, data: Mapping[str, str], languages: Iterable[str]) -> None:
        super().__init__(QueryDict(urlencode(dict(data.items()))), auto_id="filter-%s")
        cities = [(source.key, words.city_name(source.key)) for source in setup().config.source]
        self._offer("language", _("all languages"), [(code, words.language_name(code)) for code in languages])
        self._offer("source", _("all cities"), cities)
        states = [(each.value, words.STATES[each]) for each in IN_QUEUE]
        self._offer("state", _("Whatever waits"), [(UNREVIEWED, _("Public, not reviewed")), *states])

    def _offer(self, name: str, empty: Promise, choices: Sequence[tuple[str, str | Promise]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", empty), *choices]

    def wanted(self) -> QueueFilter:
        """The filter; a value nobody offered counts as none."""
        self.is_valid()
        data = self.cleaned_data
        age = data.get("age_days") or ""
        state = data.get("state") or ""
        return QueueFilter(
            language=data.get("language") or "",
            source=data.get("source") or "",
            state="" if state == UNREVIEWED else state,
            unreviewed=state == UNREVIEWED,
            text=(data.get("text") or "").strip(),
            age_days=int(age or 0),
            risk=data.get("risk") or "",
            waiting_only=not state,
            order=data.get("order") or "risk",
        )

    @property
    def asks_for_unreviewed(self) -> bool:
        self.is_valid()
        return bool(self.cleaned_data.get("state") == UNREVIEWED)

    @property
    def asks_what_waits(self) -> bool:
        """Whether all it finds waits for a person."""
        self.is_valid()
        return not self.cleaned_data.get("state")

    @property
    def is_narrow(self) -> bool:
        """Whether more is asked for than a language and an order."""
        self.is_valid()
        return any(value for name, value in self.cleaned_data.items() if name not in {"language", "order"})

    def query(self) -> str:
        """The filter as the query of an address, without what is empty."""
        self.is_valid()
        return urlencode({name: value for name, value in self.cleaned_data.items() if value})


def picked(values: Iterable[str]) -> dict[int, int]:
    """Rows as the form sends them, "ID:VERSION": the version is the one that was shown."""
    found = {}
    for value in values:
        key, _colon, version = value.partition(":")
        if _is_number(key) and _is_number(version):
            found[int(key)] = int(version)
    return found


def _is_number(text: str) -> bool:
    """One that the store can hold."""
    return text.isascii() and text.isdecimal() and len(text) <= 18
