"""Release: bring what is public up to date with the drafts, by policy.

    due translations and originals | known dismissals | may it go out? | label | release row | marked for publish

The published text of a stale translation stays until the new draft may go out. What an editor holds, or took
back in every language, is not public, whatever the policy says; it comes back as it was under the same ids.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from django.db import transaction

from pipeline.config import Config
from pipeline.models import Dismissal, Editor, Entry, Finding, Label, Release, StoreFact, Translation
from pipeline.review.evidence import proof_of
from pipeline.review.findings import dismiss_known, weigh
from pipeline.review.policy import may_go_out, names_any
from pipeline.states import State
from pipeline.values import ReviewPolicy

_log = structlog.get_logger("release")
_BATCH = 200
_DRAFTED = frozenset({State.MACHINE, State.EDITED})


@dataclass(slots=True)
class ReleaseReport:
    released: Counter[str] = field(default_factory=Counter)  # by language
    held: Counter[str] = field(default_factory=Counter)  # drafts that wait for an editor
    withdrawn: Counter[str] = field(default_factory=Counter)


def run(config: Config) -> ReleaseReport:
    """Decide on everything that changed since the last run; after a change of policy, on everything."""
    report = ReleaseReport()
    _notice_new_policy(config)
    while entries := Entry.objects.originals_due(_BATCH):
        for entry in entries:
            with transaction.atomic():
                _release_original(entry, config)
                same = Entry.objects.filter(pk=entry.pk, current_id=entry.current_id)
                same.filter(blocked_at=entry.blocked_at).update(release_due=False)
    while rows := Translation.objects.releases_due(_BATCH):
        _settle(rows)
        for row in rows:
            with transaction.atomic():
                waits = _release(row, config, report)
                Translation.objects.release_done(row, waits=waits)
    return report


def _settle(rows: Sequence[Translation]) -> None:
    """A machine drafted anew what an editor had judged: findings dismissed on equal texts are dismissed again."""
    marked = dismiss_known(Finding.objects.standing_of(rows)) if Dismissal.objects.exists() else []
    if not marked:
        return
    Finding.objects.bulk_update(marked, ["dismissed_by"])
    touched = {each.unit.translation_id for each in marked}
    for row in rows:
        if row.pk in touched:
            weigh(row)
            Translation.objects.filter(pk=row.pk, version=row.version).update(risk=row.risk)


def _notice_new_policy(config: Config) -> None:
    """A changed policy, or another set of languages, puts every standing decision to the question again."""
    policy = {
        "review": {
            language: [config.review.policy(language), config.review.editor(language)]
            for language in config.targets
        },
        "untranslated": config.publish.untranslated,
    }
    if words := {each.key: list(each.review_words) for each in config.source if each.review_words}:
        policy["words"] = words
    if StoreFact.objects.read("policy") != policy:
        Translation.objects.filter(release_due=False).update(release_due=True)
        Entry.objects.filter(release_due=False).update(release_due=True)
        StoreFact.objects.write("policy", policy)


def _release_original(entry: Entry, config: Config) -> None:
    """The source's own text, in its own language; in other languages only where the config says so."""
    if entry.current is None:
        return  # pruned: it has no text any more
    gone = entry.withdrawn_at is not None
    blocked = entry.blocked_at is not None
    stand_ins = _stand_in_languages(entry, config)
    for language in {entry.language, *stand_ins} & set(config.targets):
        _write(entry, language, _original(entry) | {"withdrawn": gone or blocked, "hidden": blocked})
    if gone or blocked:
        Release.objects.hide(entry, hidden=blocked and not gone)


def _stand_in_languages(entry: Entry, config: Config) -> Iterable[str]:
    if config.publish.untranslated == "omit":
        return ()
    done = (
        Release.objects.filter(entry=entry).exclude(label=Label.ORIGINAL).values_list("language", flat=True)
    )
    return set(config.targets) - set(done)


def _original(entry: Entry) -> dict[str, object]:
    revision = entry.current
    if revision is None:
        raise AssertionError(f"entry {entry} has no revision")
    return {
        "text_language": entry.language,
        "label": Label.ORIGINAL,
        "engines": [],
        "editor": "",
        "revision_id": revision.pk,
        "title": revision.title,
        "summary": revision.summary,
        "content": revision.content,
        "image_alt": (revision.image or {}).get("alt", ""),
    }


def _release(row: Translation, config: Config, report: ReleaseReport) -> bool:
    """Decide on one text. Whether it waits for a person."""
    state, policy = State(row.state), _policy(row, config)
    if row.entry.withdrawn_at or state in {State.WITHDRAWN, State.REJECTED}:
        report.withdrawn[row.language] += Release.objects.hide(row.entry, row.language, hidden=False)
        return False
    if row.entry.blocked_at or row.held_at:
        report.withdrawn[row.language] += Release.objects.hide(row.entry, row.language, hidden=True)
        report.held[row.language] += not row.entry.blocked_at
        return not row.entry.blocked_at
    if row.sent_back_at is None and may_go_out(state, row.risk, policy):
        if _write(row.entry, row.language, _translated(row, config)):
            report.released[row.language] += 1
        return False
    if state is not State.STALE:
        report.held[row.language] += 1
    Release.objects.bring_back(row.entry, row.language)
    _take_back(row, policy, report)
    return state in _DRAFTED


def _policy(row: Translation, config: Config) -> ReviewPolicy:
    """That of the language; what holds a word that the source is to be asked about is always seen."""
    words, revision = config.review_words(row.entry.source_id), row.entry.current
    if words and revision is not None:
        said = (revision.title, revision.author, *revision.categories, revision.summary, revision.content)
        if names_any(words, "\n".join(said)):
            return "all"
    return config.review.policy(row.language)


def _take_back(row: Translation, policy: ReviewPolicy, report: ReleaseReport) -> None:
    """What is public although the policy of today would not let it out: the very draft, or any unreviewed text."""
    public = Release.objects.filter(entry=row.entry, language=row.language, withdrawn=False).first()
    if public is None or public.label == Label.ORIGINAL:
        return
    drafted = State(row.state) in _DRAFTED  # a stale row still holds the words that may stay public
    is_this_draft = drafted and (public.revision_id, public.title, public.content) == (
        row.revision_id,
        row.title,
        row.content,
    )
    if is_this_draft or (policy == "all" and public.label != Label.REVIEWED):
        public.withdrawn = public.dirty = True
        public.save(update_fields=["withdrawn", "dirty"])
        report.withdrawn[row.language] += 1


def _translated(row: Translation, config: Config) -> dict[str, object]:
    label, approved_by = _proved(row)
    return {
        "text_language": row.language,
        "label": label,
        "engines": row.engines,
        "editor": _responsible(row.language, approved_by, config) if label == Label.REVIEWED else "",
        "revision_id": row.revision_id,
        "title": row.title,
        "summary": row.summary,
        "content": row.content,
        "image_alt": row.image_alt,
        "withdrawn": False,
        "hidden": False,
    }


def _proved(row: Translation) -> tuple[Label, str]:
    """The label, no more than the log proves, and who approved."""
    state = State(row.state)
    if state not in {State.APPROVED, State.EDITED}:
        return Label.MACHINE, ""
    found = proof_of(row)
    if state is State.APPROVED and found.approved_by:
        return Label.REVIEWED, found.approved_by
    return (Label.EDITED if found.edited_by else Label.MACHINE), ""


def _responsible(language: str, approved_by: str, config: Config) -> str:
    """Who answers for a reviewed text: the language's responsible editor, else whoever approved it.

    A sign-in name is nobody's business; an account without a full name leaves the place empty.
    """
    return config.review.editor(language) or Editor.objects.full_name_of(approved_by)


def _write(entry: Entry, language: str, values: dict[str, object]) -> bool:
    """Make or change the release; only a real difference marks it for publish. `updated` is the entry's own."""
    values = values | {
        "source_id": entry.source_id,
        "public_id": entry.public_id,
        "published": entry.published,
        "updated": entry.updated,
    }
    release = Release.objects.filter(entry=entry, language=language).first()
    if release is None:
        Release.objects.create(entry=entry, language=language, **values)
        _say(entry, language, values)
        return True
    changed = [name for name, value in values.items() if getattr(release, name) != value]
    for name in changed:
        setattr(release, name, values[name])
    if changed:
        release.dirty = True
        release.save()
        _say(entry, language, values)
    return bool(changed)


def _say(entry: Entry, language: str, values: Mapping[str, object]) -> None:
    event = "taken back" if values["withdrawn"] else "released"
    _log.info(event, entry=entry.public_id, language=language, label=str(values["label"]))
