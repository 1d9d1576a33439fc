"""Lays out the translations an entry is to have: a row for each target language, stale where the text changed."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from pipeline.models import Entry, StoreFact, Translation
from pipeline.states import State, move

_BATCH = 200


def plan(targets: tuple[str, ...], now: datetime) -> int:
    """Give every entry with a new revision its rows. How many entries were planned.

    A change of the configured languages plans all entries anew.
    """
    if StoreFact.objects.read("targets") != list(targets):
        Entry.objects.filter(planned=True, current__isnull=False).update(planned=False)
        StoreFact.objects.write("targets", list(targets))
    count = 0
    while entries := Entry.objects.unplanned(_BATCH):
        known = Translation.objects.entries_of(entries)
        new = [entry for entry in entries if entry.pk not in known]
        with transaction.atomic():
            _plan_new(new, targets, now)
        for entry in (entry for entry in entries if entry.pk in known):
            with transaction.atomic():
                _plan_entry(entry, targets, now)
        count += len(entries)
    return count


def _plan_new(entries: Iterable[Entry], targets: Iterable[str], now: datetime) -> None:
    """Entries that had no rows a moment ago, all at once: hardly one of them meets another worker or a change."""
    ids = [entry.pk for entry in entries]
    locked = list(Entry.objects.select_for_update().filter(pk__in=ids, planned=False).order_by("pk"))
    known = Translation.objects.entries_of(locked)
    mine = [entry for entry in locked if entry.pk not in known]  # the others come round again
    Translation.objects.bulk_create(_rows(mine, targets, now))
    Entry.objects.filter(pk__in=[entry.pk for entry in mine]).update(planned=True)


def _plan_entry(entry: Entry, targets: Iterable[str], now: datetime) -> None:
    if not Entry.objects.select_for_update().filter(pk=entry.pk, planned=False).exists():
        return  # another worker was first
    # Locked: an editor who saves at this moment is before or after, never between reading and writing.
    rows = {row.language: row for row in Translation.objects.select_for_update().filter(entry=entry)}
    wanted = [language for language in targets if language != entry.language]
    Translation.objects.bulk_create(
        _rows([entry], [language for language in wanted if language not in rows], now)
    )
    for row in (rows[language] for language in wanted if language in rows):
        if row.revision_id != entry.current_id or entry.withdrawn_at:
            _mark(row, entry, now)
    Entry.objects.filter(pk=entry.pk, current_id=entry.current_id).update(planned=True)


def _rows(entries: Iterable[Entry], languages: Iterable[str], now: datetime) -> list[Translation]:
    wanted = list(languages)
    return [
        Translation(entry=entry, language=language, published=entry.published, due_at=now, changed_at=now)
        for entry in entries
        for language in wanted
        if language != entry.language
    ]


def _mark(row: Translation, entry: Entry, now: datetime) -> None:
    """The source moved: the translation is stale or withdrawn; what is public stays until review says otherwise."""
    before = State(row.state)
    after = _after(before, withdrawn=entry.withdrawn_at is not None)
    if after is before:
        return
    move(before, after, resource=f"{entry} {row.language}")
    row.state, row.due_at, row.changed_at, row.attempts = after, now, now, 0
    row.version += 1
    row.release_due = after is State.WITHDRAWN
    row.save(update_fields=["state", "due_at", "changed_at", "attempts", "version", "release_due"])
    row.log_move("withdraw" if after is State.WITHDRAWN else "source changed", before, now)


def _after(before: State, *, withdrawn: bool) -> State:
    if withdrawn:
        return State.WITHDRAWN
    if before in {State.WAITING, State.FAILED}:
        return State.WAITING
    if before is State.WITHDRAWN:
        return State.WAITING
    return State.STALE
