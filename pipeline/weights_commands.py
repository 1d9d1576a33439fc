"""`models list | fetch | verify | mirror`: the local engine's weights for the pairs the configuration needs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from pipeline.config import Config
from pipeline.errors import UsageError, WeightsError
from pipeline.progress import Progress
from pipeline.records import Pair
from pipeline.remedies import remedy
from pipeline.translate.engines.weights import fetch, locate, verify
from pipeline.translate.engines.weights_mirror import Mirror
from pipeline.translate.engines.weights_server import ServerFaultError, WeightsServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    pair: Pair
    state: str
    size: int = 0  # bytes
    fault: bool = False

    def as_dict(self) -> dict[str, object]:
        return {"pair": str(self.pair), "state": self.state, "bytes": self.size}


def run(action: str, names: Iterable[str], config: Config, progress: Progress) -> list[Line]:
    """Carry out the action on the named pairs, or on all that are needed."""
    names = list(names)
    directory = Path(names.pop(0)) if action == "mirror" and names else None
    pairs = [_pair(name) for name in names] or needed_pairs(config)
    if action == "mirror":
        if directory is None:
            raise UsageError(
                "name the directory: ./run.py models mirror DIR [SRC-TRG …]", resource="models mirror"
            )
        lines = list(_mirror_all(config, pairs, directory, progress))
    elif action == "fetch":
        lines = list(_fetch_all(config, pairs, progress))
    else:
        act = {"list": _look, "verify": _verify}[action]
        lines = [act(config, pair) for pair in pairs]
    _show(lines, progress)
    return lines


def needed_pairs(config: Config) -> list[Pair]:
    """The directions that lead from every enabled source's language to every target, by the pivot."""
    pivot = config.engines.pivot
    found: dict[Pair, None] = {}
    for source in config.enabled_sources:
        for target in config.targets:
            pair = Pair(source.language, target)
            legs = (
                (pair,)
                if not pivot or pivot in {pair.source, pair.target}
                else (Pair(pair.source, pivot), Pair(pivot, pair.target))
            )
            found |= dict.fromkeys(
                leg for leg in legs if leg.source != leg.target and pair.source != pair.target
            )
    return sorted(found, key=str)


def _pair(name: str) -> Pair:
    source, _, target = name.partition("-")
    if not source or not target:
        raise UsageError("a pair is written SRC-TRG, for example en-lv", resource=name)
    return Pair(source, target)


def _look(config: Config, pair: Pair) -> Line:
    files = locate(config.engines.models, pair)
    if files is None:
        return Line(pair=pair, state="missing: ./run.py models fetch brings it")
    return Line(pair=pair, state="here", size=sum(path.stat().st_size for path in _paths(files.paths())))


def _paths(named: dict[str, str]) -> set[Path]:
    return {Path(each) for each in named.values() if each}


def _fetch_all(config: Config, pairs: Iterable[Pair], progress: Progress) -> Iterator[Line]:
    """One server for all pairs, asked once what it has; one that is at fault itself is not asked again."""
    server = WeightsServer(config.engines.firefox.server, user_agent=config.user_agent)
    fault = ""
    for pair in pairs:
        if locate(config.engines.models, pair):
            yield _look(config, pair)
        elif fault:
            yield Line(pair=pair, state=fault, fault=True)
        else:
            try:
                with progress.download(str(pair)) as advance:
                    fetch(pair, config.engines.models, server, progress=advance)
            except (WeightsError, OSError) as error:
                fault = _for_all(error)
                yield Line(pair=pair, state=fault or str(error), fault=True)
            else:
                yield _look(config, pair)


def _mirror_all(config: Config, pairs: Iterable[Pair], directory: Path, progress: Progress) -> Iterator[Line]:
    """All pairs into one directory, each read back when it is there. A server at fault itself is not asked again."""
    mirror = Mirror(directory)
    server = WeightsServer(config.engines.firefox.server, user_agent=config.user_agent)
    fault = ""
    for pair in pairs:
        if fault:
            yield Line(pair=pair, state=fault, fault=True)
            continue
        try:
            with progress.download(str(pair)) as advance:
                mirror.add(pair, server, advance)
            yield Line(pair=pair, state=f"mirrored in {directory}", size=mirror.verify(pair))
        except (WeightsError, OSError) as error:
            fault = _for_all(error)
            yield Line(pair=pair, state=fault or str(error), fault=True)


def _for_all(error: WeightsError | OSError) -> str:
    """In words, a fault that the next pair would meet as well: of the server, or of the disk."""
    if isinstance(error, OSError):
        return remedy(error)
    return str(error) if isinstance(error, ServerFaultError) else ""


def _verify(config: Config, pair: Pair) -> Line:
    if locate(config.engines.models, pair) is None:
        return Line(pair=pair, state="missing: ./run.py models fetch brings it", fault=True)
    try:
        verify(config.engines.models, pair)
    except WeightsError as error:
        return Line(pair=pair, state=str(error), fault=True)
    return _look(config, pair)


def _show(lines: Iterable[Line], progress: Progress) -> None:
    table = Table(title="Weights", title_justify="left")
    table.add_column("pair")
    table.add_column("MB", justify="right")
    table.add_column("state", overflow="fold")
    for line in lines:
        size = f"{line.size / 1e6:.0f}" if line.size else ""
        table.add_row(
            str(line.pair), size, f"[red]{escape(line.state)}[/red]" if line.fault else escape(line.state)
        )
    progress.console.print(table)
