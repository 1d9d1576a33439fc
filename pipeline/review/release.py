"""Release: bring what is public up to date with the drafts, by policy.

    due translations and originals | may it go out? | label | release row | marked for publish

The published text of a stale translation stays until the new draft may go out.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction

from pipeline.config import Config
from pipeline.models import PIPELINE, Audit, Entry, Label, Release, StoreFact, Translation
from pipeline.review.policy import may_go_out
from pipeline.states import State
from pipeline.values import ReviewPolicy

_BATCH = 200


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
                Entry.objects.filter(pk=entry.pk, current_id=entry.current_id).update(release_due=False)
    while rows := Translation.objects.releases_due(_BATCH):
        for row in rows:
            with transaction.atomic():
                _release(row, config, report)
                Translation.objects.filter(pk=row.pk, version=row.version).update(release_due=False)
    return report


def _notice_new_policy(config: Config) -> None:
    """A changed policy, or another set of languages, puts every standing decision to the question again."""
    policy = {
        "review": {
            language: [config.review.policy(language), config.review.editor(language)]
            for language in config.targets
        },
        "untranslated": config.publish.untranslated,
    }
    if StoreFact.objects.read("policy") != policy:
        Translation.objects.filter(release_due=False).update(release_due=True)
        Entry.objects.filter(release_due=False).update(release_due=True)
        StoreFact.objects.write("policy", policy)


def _release_original(entry: Entry, config: Config) -> None:
    """The source's own text, in its own language; in other languages only where the config says so."""
    stand_ins = _stand_in_languages(entry, config)
    for language in {entry.language, *stand_ins} & set(config.targets):
        _write(entry, language, _original(entry) | {"withdrawn": entry.withdrawn_at is not None})
    if entry.withdrawn_at:
        Release.objects.filter(entry=entry, withdrawn=False).update(withdrawn=True, dirty=True)


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


def _release(row: Translation, config: Config, report: ReleaseReport) -> None:
    state = State(row.state)
    if row.entry.withdrawn_at or state in {State.WITHDRAWN, State.REJECTED}:
        if Release.objects.filter(entry=row.entry, language=row.language, withdrawn=False).update(
            withdrawn=True, dirty=True
        ):
            report.withdrawn[row.language] += 1
        return
    policy = config.review.policy(row.language)
    if not may_go_out(state, row.risk, policy):
        if state is not State.STALE:
            report.held[row.language] += 1
        _take_back(row, policy, report)
        return
    if _write(row.entry, row.language, _translated(row, config)):
        report.released[row.language] += 1


def _take_back(row: Translation, policy: ReviewPolicy, report: ReleaseReport) -> None:
    """What is public although the policy of today would not let it out: the very draft, or any unreviewed text."""
    public = Release.objects.filter(entry=row.entry, language=row.language, withdrawn=False).first()
    if public is None or public.label == Label.ORIGINAL:
        return
    drafted = row.state in {
        State.MACHINE,
        State.EDITED,
    }  # a stale row still holds the words that may stay public
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
    label = _proved_label(row)
    return {
        "text_language": row.language,
        "label": label,
        "engines": row.engines,
        "editor": config.review.editor(row.language) if label == Label.REVIEWED else "",
        "revision_id": row.revision_id,
        "title": row.title,
        "summary": row.summary,
        "content": row.content,
        "image_alt": row.image_alt,
        "withdrawn": False,
    }


_LABELS = {State.APPROVED: Label.REVIEWED, State.EDITED: Label.EDITED}


def _proved_label(row: Translation) -> Label:
    """The label says no more than the log: the last move into this state was a person's."""
    wanted = _LABELS.get(State(row.state))
    if wanted is None:
        return Label.MACHINE
    last = Audit.objects.filter(entry=row.entry, language=row.language).order_by("-at", "-id").first()
    proved = last is not None and last.after_state == row.state and last.actor != PIPELINE
    return wanted if proved else Label.MACHINE


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
        return True
    changed = [name for name, value in values.items() if getattr(release, name) != value]
    for name in changed:
        setattr(release, name, values[name])
    if changed:
        release.dirty = True
        release.save()
    return bool(changed)
