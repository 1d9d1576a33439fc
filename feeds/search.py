"""The search of each language: an index made by Pagefind, read by the reader's own browser.

    newest releases | one plain page each, in a folder of its own | Pagefind | the tree

Indexing takes about a second and 0.2 GB for a thousand items, so a language is indexed at most every few hours.
What was taken away must not be found any longer: then the language is indexed in the same run.
The index is made of texts, not of the published pages, so it holds no menus and needs none of them.
"""

import html
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feeds import addresses, labels, messages
from feeds.deliver import Tree
from feeds.items import network_of, public_label
from feeds.plain import one_line
from feeds.records import SourceForFeed
from feeds.stage import oldest_kept
from pipeline.config import Config
from pipeline.errors import PublishError
from pipeline.models import Release, StoreFact

_TIMEOUT = 900.0  # seconds for one language
_ENTRY = "pagefind-entry.json"  # names the index's other files; read first, so written last
_PARTS = (_ENTRY, "pagefind.js", "pagefind-worker.js", "pagefind.*.pf_meta", "wasm.*.pagefind", "*/*.pf_*")


def run(config: Config, now: datetime | None = None) -> int:
    """Bring the indexes up to date that are due. Files written or removed."""
    if not config.publish.search_hours:
        return 0
    moment = now or datetime.now(UTC)
    return sum(_index(config, language, moment) for language in _due(config, moment))


def _due(config: Config, now: datetime) -> Iterator[str]:
    """Languages without an index, those that lost an item, and those that are behind for long enough."""
    urgent, behind = (set(StoreFact.objects.read(key) or ()) for key in ("search_urgent", "search_behind"))
    made: dict[str, str] = StoreFact.objects.read("searched") or {}
    pause = timedelta(hours=config.publish.search_hours)
    for language in config.targets:
        there = (config.publish.directory / addresses.search_index(language) / _ENTRY).exists()
        late = language in behind and (
            language not in made or now - datetime.fromisoformat(made[language]) >= pause
        )
        if not there or language in urgent or late:
            yield language


def _index(config: Config, language: str, now: datetime) -> int:
    releases = Release.objects.newest_texts(
        language,
        [source.key for source in config.source],
        config.publish.search_items,
        oldest_kept(config.publish.keep_days, now),
    )
    with tempfile.TemporaryDirectory(prefix="newswire-search-") as folder:
        texts, found = Path(folder) / "texts", Path(folder) / "index"
        texts.mkdir()
        if _write_texts(config, language, releases, texts):  # Pagefind makes no index of nothing
            _pagefind(texts, found, language)
        written = _deliver(found, Tree(config.publish.directory), addresses.search_index(language))
    _note(language, now)
    return written


def _write_texts(config: Config, language: str, releases: Iterator[Release], folder: Path) -> int:
    """A page each; how many."""
    count = 0
    sources = {source.key: source for source in network_of(config, language).sources}
    for release in releases:
        place = folder / "news" / release.public_id
        place.mkdir(parents=True)
        facts = "".join(
            f'<p data-pagefind-ignore data-pagefind-meta="{name}">{html.escape(value)}</p>'
            for name, value in _facts(release, sources[release.source_id], language).items()
            if value
        )
        text = _document(language, release.title, facts, release.content or release.summary)
        (place / "index.html").write_text(text, encoding="utf-8", errors="replace")
        count += 1
    return count


def _facts(release: Release, source: SourceForFeed, language: str) -> dict[str, str]:
    """What a result says beside its words. The label too: a result is machine text like any other."""
    label, spoken = public_label(release), release.text_language
    return {
        "city": source.name,
        "date": messages.long_date(messages.local_day(release.published, source.timezone), language),
        "label": labels.label_words(label, language, language=spoken, editor=one_line(release.editor)),
        "kind": label.value,
        "lang": spoken if spoken != language else "",
    }


def _document(language: str, title: str, facts: str, text: str) -> str:
    shown = f"<main data-pagefind-body><h1>{html.escape(title)}</h1>{facts}{text}</main>"
    return f'<!doctype html><html lang="{language}"><meta charset="utf-8"><body>{shown}</body></html>'


def _pagefind(texts: Path, found: Path, language: str) -> None:
    command = [
        sys.executable,
        "-m",
        "pagefind",
        "--site",
        str(texts),
        "--output-path",
        str(found),
        "--silent",
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_TIMEOUT)  # noqa: S603 -- our own
    except subprocess.TimeoutExpired as error:
        raise PublishError(
            f"the search index took longer than {_TIMEOUT:.0f} s; lower search_items in [publish]",
            resource=language,
        ) from error
    except subprocess.CalledProcessError as error:
        reason = (error.stderr or error.stdout).strip()[-300:] or f"exit code {error.returncode}"
        raise PublishError(
            f"the search index could not be made: {reason}; see that the package pagefind[bin] is installed, "
            "or set search_hours = 0 in [publish]",
            resource=language,
        ) from error


def _deliver(found: Path, tree: Tree, folder: str) -> int:
    """New files first, then the file that names them, then the old ones go."""
    names = sorted({path.relative_to(found).as_posix() for part in _PARTS for path in found.glob(part)})
    names.sort(key=lambda name: name == _ENTRY)
    former = set(tree.files(folder)) if tree.has(folder) else set()
    written = sum(tree.write(f"{folder}{name}", (found / name).read_bytes()) for name in names)
    gone = former - {f"{folder}{name}" for name in names}
    return written + sum(tree.remove(path) for path in sorted(gone))


def _note(language: str, now: datetime) -> None:
    made = StoreFact.objects.read("searched") or {}
    StoreFact.objects.write("searched", made | {language: now.isoformat()})
    for key in ("search_urgent", "search_behind"):
        waiting = set(StoreFact.objects.read(key) or ())
        if language in waiting:
            StoreFact.objects.write(key, sorted(waiting - {language}))
