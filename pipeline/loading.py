"""Reads a config file and says everything that is wrong with it, in plain words."""

import difflib
import os
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pipeline.config import Config
from pipeline.errors import ConfigError
from pipeline.options.engines import ENGINES, SERVICES
from pipeline.tables import Table

KEPT = "NEWSWIRE_KEPT_CONFIG"  # in a daemon's children: a copy of the file as it was when the daemon began


def load(path: Path, *, afresh: bool = False) -> Config:
    """The Config of `path`, its relative paths made absolute. Raises ConfigError with every mistake.

    `afresh`: as the file is now, also where a daemon keeps a copy for its runs.
    """
    kept = "" if afresh else os.environ.get(KEPT, "")
    data = _parse(Path(kept) if kept else path)
    mistakes = list(_cross_checks(data))
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        mistakes = [_describe(each) for each in error.errors() if not _is_echo(each)] + mistakes
    if mistakes:
        raise ConfigError(mistakes, resource=str(path))
    config = _absolute(config, path.resolve().parent)
    if exposed := list(_exposed(config, path.resolve())):
        raise ConfigError(exposed, resource=str(path))
    return config


def _exposed(config: Config, path: Path) -> Iterator[str]:
    """What nobody should be able to download must not lie in the published directory."""
    directory = config.publish.directory.resolve()
    private = {"this file": path, "engines.models": config.engines.models}
    if config.store.url.startswith("sqlite:///"):
        private["the store"] = Path(config.store.url.removeprefix("sqlite:///"))
    for name, place in private.items():
        if place.resolve().is_relative_to(directory):
            yield f"publish.directory: {directory} holds {name} ({place}), which would be published; choose another"


def _parse(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(["no such file; name another with --config FILE"], resource=str(path)) from None
    except IsADirectoryError:
        raise ConfigError(["is a folder; name the file in it with --config"], resource=str(path)) from None
    except PermissionError:
        raise ConfigError(
            ["this account may not read it; mend the owner or the rights"], resource=str(path)
        ) from None
    except OSError as error:
        raise ConfigError([f"cannot be read: {error.strerror}"], resource=str(path)) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"is not UTF-8 text (byte {error.start})"], resource=str(path)) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"is not TOML: {error}"], resource=str(path)) from error


def _absolute(config: Config, folder: Path) -> Config:
    store = os.environ.get("NEWSWIRE_STORE_URL") or config.store.url
    if store.startswith("sqlite:///"):
        store = f"sqlite:///{folder / store.removeprefix('sqlite:///')}"
    return config.model_copy(
        update={
            "store": config.store.model_copy(update={"url": store}),
            "publish": config.publish.model_copy(update={"directory": folder / config.publish.directory}),
            "watch": config.watch.model_copy(
                update={"textfile": folder / config.watch.textfile if config.watch.textfile else None}
            ),
            "keep": config.keep.model_copy(update={"directory": folder / config.keep.directory}),
            "engines": config.engines.model_copy(
                update={
                    "models": folder / config.engines.models,
                    "memories": tuple(folder / memory for memory in config.engines.memories),
                }
            ),
        }
    )


_ALLOWED = {
    "string_pattern_mismatch": "text matching {pattern}",
    "string_type": "text in quotes",
    "string_too_short": "text that is not empty",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "greater_than": "more than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than": "less than {lt}",
    "less_than_equal": "{le} or less",
    "literal_error": "{expected}",
    "tuple_type": "a list in square brackets",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "too_short": "at least {min_length}",
    "path_type": "a path in quotes",
    "value_error": "{error}",
}
_PATTERNS = {
    r"^[a-z]{2,3}$": "a language code such as lv",
    r"^[a-z]{2,3}-[a-z]{2,3}$": "two language codes such as pl-lv",
    r"^[a-z0-9][a-z0-9-]{0,39}$": "a key of a-z, 0-9 and - (40 at most)",
    r"^[^\x00-\x1f]*$": "text without control characters",
    r"^([A-Za-z_][A-Za-z0-9_]*)?$": "the name of an environment variable",
    r"^[^@\s<>]+@[^@\s<>]+$": "an e-mail address",
    r"^(mailto:.+@.+|https?://.+)$": "mailto:NAME@HOST or a web address",
    r"^(sqlite:///.+|postgres(ql)?://.+)$": "sqlite:///FILE or postgresql://USER@HOST/NAME",
}


def _describe(error: ErrorDetails) -> str:
    key = _key_name(error["loc"])
    kind = error["type"]
    if kind == "missing":
        return f"{key}: missing; it has no default"
    if kind == "extra_forbidden":
        return f"{key}: unknown key{_nearest(error['loc'])}"
    context = dict(error.get("ctx") or {})
    if "pattern" in context:
        return f"{key}: found {_shown(error['input'])}; allowed: {_PATTERNS[context['pattern']]}"
    allowed = _ALLOWED.get(kind, error["msg"]).format(**context)
    return f"{key}: found {_shown(error['input'])}; allowed: {allowed}"


def _is_echo(error: ErrorDetails) -> bool:
    """A list whose entries are wrong is also reported as too short; the entries' own mistakes say it better."""
    return error["type"] == "too_short" and bool(error["input"])


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "a table"
    text = repr(value) if not isinstance(value, str) else f'"{value}"'
    return text if len(text) <= 60 else text[:57] + "..."


def _key_name(location: tuple[int | str, ...]) -> str:
    """("source", 2, "url") → source[3].url: counted from one, as a person counts."""
    name = ""
    for part in location:
        if isinstance(part, int):
            name += f"[{part + 1}]"
        elif part not in {"[key]", "languages"} or not name.startswith("review"):
            name += f".{part}" if name else part
    return name


def _nearest(location: tuple[int | str, ...]) -> str:
    known = _fields_at(location[:-1])
    close = difflib.get_close_matches(str(location[-1]), known, n=1)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; allowed: {', '.join(known)}" if known else ""


def _fields_at(location: tuple[int | str, ...]) -> list[str]:
    table: type[Table] = Config
    for part in location:
        if isinstance(part, int):
            continue
        field = table.model_fields.get(part)
        inner = _table_in(field.annotation) if field else None
        if inner is None:
            return []
        table = inner
    return list(table.model_fields)


def _table_in(annotation: object) -> type[Table] | None:
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _table_in(inner)
        if found:
            return found
    return None


def _cross_checks(data: Mapping[str, object]) -> Iterator[str]:
    """Mistakes that lie between keys; they are looked for even where single keys are wrong."""
    sources = data.get("source")
    keys = (
        [source.get("key") for source in sources if isinstance(source, dict)]
        if isinstance(sources, list)
        else []
    )
    for key, count in Counter(key for key in keys if isinstance(key, str)).items():
        if count > 1:
            yield f'source.key: "{key}" stands {count} times; every source needs its own'
    targets = _texts(_table(data, "languages").get("targets"))
    for language, count in Counter(targets).items():
        if count > 1:
            yield f'languages.targets: "{language}" stands {count} times'
    for language, value in _table(data, "review").items():
        if isinstance(value, dict) and targets and language not in targets:
            yield f'review.{language}: "{language}" is not one of languages.targets ({", ".join(targets)})'
    yield from _engine_checks(_table(data, "engines"))
    store = _table(data, "store").get("url")
    if isinstance(store, str) and _has_password(store):
        yield "store.url: holds a password; take it out and set PGPASSWORD (or NEWSWIRE_STORE_URL) in the environment"


def _engine_checks(engines: Mapping[str, object]) -> Iterator[str]:
    models = _table(engines, "llm")
    known = (*ENGINES, *models)
    chains = {"engines.chain": engines.get("chain")}
    pairs = engines.get("pairs")
    if isinstance(pairs, dict):
        chains |= {f"engines.pairs.{pair}": chain for pair, chain in pairs.items()}
    for key, chain in chains.items():
        for name in _texts(chain):
            if name not in known:
                yield f'{key}: found "{name}"; allowed: {", ".join(known)}'
    for name in _table(engines, "services"):
        if name not in SERVICES:
            yield f"engines.services.{name}: unknown service; allowed: {', '.join(SERVICES)}"
    for name in models:
        if name in ENGINES:
            yield f"engines.llm.{name}: there is an engine of that name already; choose another"


def _has_password(url: str) -> bool:
    try:
        return bool(urlsplit(url).password)
    except ValueError:  # not an address at all: the key's own rule says so
        return False


def _table(data: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
