"""Translations out to another tool and back in: XLIFF 2.1 with states.

What comes back goes the way of every editor's save: against a version, logged under a person's name. What the
store changed meanwhile is not overwritten but listed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import IllegalMoveError, NewswireError, NotAllowedError, ReviewError, UsageError
from pipeline.models import Translation, interchange, sheets
from pipeline.records import Pair
from pipeline.review import workflow, xliff
from pipeline.review.drafting import Desk, lay_out
from pipeline.review.outcomes import Conflict
from pipeline.review.permissions import Actor
from pipeline.states import State

STATES = (
    "waiting",
    State.MACHINE,
    State.EDITED,
    State.APPROVED,
)  # that can be asked for; waiting: for a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    file: Path
    pair: Pair
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file: public ids, and for those left out why."""

    saved: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()


def export(file: Path, language: str, states: Sequence[str] = ("waiting",)) -> tuple[Exported, ...]:
    """Write what stands in these states. One direction a file: of several, each gets its code before the ending."""
    sources = interchange.source_languages(language, states)
    if not sources:
        raise UsageError(f"nothing in {language} is {' or '.join(states)}", resource=str(file))
    found = []
    for source in sources:
        path = file if len(sources) == 1 else file.with_suffix(f".{source}{file.suffix}")
        pair = Pair(source, language)
        found.append(Exported(file=path, pair=pair, entries=_write(path, pair, states)))
    return tuple(found)


def _write(path: Path, pair: Pair, states: Sequence[str]) -> int:
    aside = path.with_name(f".{path.name}.part")
    try:
        count = xliff.write(aside, pair, _entries(pair, states))
        aside.replace(path)
    except OSError as error:
        raise NewswireError(f"cannot be written: {error.strerror}", resource=str(path)) from error
    finally:
        aside.unlink(missing_ok=True)
    return count


def _entries(pair: Pair, states: Sequence[str]) -> Iterator[xliff.EntryOut]:
    for row in interchange.texts(pair, states):
        desk = lay_out(row)
        yield xliff.EntryOut(
            public_id=row.entry.public_id,
            url=row.entry.url,
            version=row.version,
            units=tuple(_units(desk)),
        )


def _units(desk: Desk) -> Iterator[xliff.UnitOut]:
    findings = sheets.findings_by_unit(desk.units.values())
    for key, segment in desk.segments.items():
        unit = desk.units.get(key)
        yield xliff.UnitOut(
            key=segment.text_hash,
            field=segment.field,
            source=segment.text,
            target=unit.text if unit else "",
            state=unit.state if unit else State.WAITING,
            notes=tuple(
                xliff.NoteOut(severity=each.severity, text=f"{each.check_id}: {each.message}")
                for each in (findings.get(unit.pk, ()) if unit else ())
            ),
        )


def import_file(file: Path, actor: Actor) -> Imported:
    """Take the targets of a file in, as this person's words. A text whose units are all final is approved."""
    saved: list[str] = []
    approved: list[str] = []
    unchanged: list[str] = []
    left_out: list[tuple[str, str]] = []
    kept = {"saved": saved, "approved": approved, "unchanged": unchanged}
    for entry in xliff.read(file):
        try:
            kept[_take_in(entry, actor)].append(entry.public_id)
        except (ReviewError, NotAllowedError, IllegalMoveError, UsageError) as error:
            left_out.append((entry.public_id, error.message))
    return Imported(
        saved=tuple(saved), approved=tuple(approved), unchanged=tuple(unchanged), left_out=tuple(left_out)
    )


def _take_in(entry: xliff.EntryIn, actor: Actor) -> str:
    row = Translation.objects.of_public(entry.public_id, entry.language)
    if row is None:
        raise UsageError(f"there is no such text in {entry.language or 'the language the file names'}")
    if entry.version is None:
        raise UsageError("the file does not say which version it was exported from")
    desk = lay_out(row)
    texts = _texts(entry, desk)
    final = bool(entry.units) and all(unit.state == xliff.FINAL for unit in entry.units)
    if final and State(row.state) in {State.MACHINE, State.EDITED}:
        seen = [
            key for key, segment in desk.segments.items() if segment.text_hash in {u.key for u in entry.units}
        ]
        outcome = workflow.approve(actor, row.pk, entry.version, texts, seen=seen)
    else:
        outcome = workflow.save(actor, row.pk, entry.version, texts)
    if isinstance(outcome, Conflict):
        raise ReviewError(
            f"was changed by {outcome.by} since the export (version {entry.version}, now {outcome.version}); "
            "export it anew",
            code="version",
        )
    if outcome.state == State.APPROVED and final and row.state != State.APPROVED:
        return "approved"
    return "saved" if outcome.changed else "unchanged"


def _texts(entry: xliff.EntryIn, desk: Desk) -> dict[int, str]:
    """The targets by segment. A source that is not the store's leaves the whole entry out."""
    by_key = {segment.text_hash: segment for segment in desk.segments.values()}
    found = {}
    for unit in entry.units:
        segment = by_key.get(unit.key)
        if segment is None or segment.text != unit.source:
            raise ReviewError(
                f"the source sentence “{unit.source[:60]}” is not the one in the store", code="unknown"
            )
        if unit.target:
            found[segment.pk] = unit.target
    return found
