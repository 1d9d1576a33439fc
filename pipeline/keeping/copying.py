"""Copies a whole store, row by row, from one database into another, and proves that both say the same.

Works between SQLite and PostgreSQL either way: rows are read and written through the models. One
transaction on either side: the copy is of one moment, and it stands whole or not at all.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, models, transaction
from django.db.migrations.loader import MigrationLoader

from pipeline.errors import StoreError
from pipeline.settings import database

Advance = Callable[[int, int], None]
Model = type[models.Model]

OTHER = "other"  # the alias of the second database
_ROWS = 1_000  # read and written at once
# Sign-ins in progress and counted failures to sign in stay behind; types of content are made by migrations.
_APPS = ("pipeline", "otp_totp", "otp_static")


def tables() -> list[Model]:
    """The models whose rows are the store."""
    return [
        model for app in _APPS for model in apps.get_app_config(app).get_models(include_auto_created=True)
    ]


@contextmanager
def opened(url: str) -> Iterator[str]:
    """Another database beside the store's own, by its URL; brought up to date. The alias to name it by."""
    entry = {"default": database(url)}
    connections.settings[OTHER] = connections.configure_settings(entry)["default"]
    try:
        for app in _migrated():
            call_command("migrate", app, database=OTHER, interactive=False, verbosity=0)
        yield OTHER
    finally:
        connections[OTHER].close()
        with suppress(AttributeError):
            del connections[OTHER]
        del connections.settings[OTHER]


def _migrated() -> list[str]:
    """The apps whose tables a store has. The queue of a cluster knows PostgreSQL only, and holds nothing to keep."""
    loader = MigrationLoader(None)
    return sorted(loader.migrated_apps - {"procrastinate"})


def is_empty(alias: str) -> bool:
    """Whether a store holds nothing yet."""
    return not any(model._base_manager.using(alias).exists() for model in tables())  # noqa: SLF001 - documented


def copy(source: str, target: str, *, replace: bool = False, progress: Advance = lambda _d, _t: None) -> int:
    """Copy all rows and prove it. How many there are. `replace`: what the target held goes, in the same transaction.

    Raises StoreError when the copy does not say the same as its source; the target is as it was before, then.
    """
    with transaction.atomic(using=source), transaction.atomic(using=target):
        _read_one_moment(source)
        if replace:
            _clear(target)
        total = sum(model._base_manager.using(source).count() for model in tables())  # noqa: SLF001
        done = 0
        for model in tables():
            said = _Digest()
            for rows in _rows(model, source):
                said.take(rows)
                _write(model, rows, target)
                done += len(rows)
                progress(done, total)
            _prove(model, said, target)
        _count_on(target)
    return total


def _read_one_moment(alias: str) -> None:
    """On PostgreSQL others may write meanwhile; what they write is left for another time."""
    if connections[alias].vendor == "postgresql":
        with connections[alias].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _clear(alias: str) -> None:
    connection = connections[alias]
    names = [model._meta.db_table for model in tables()]  # noqa: SLF001
    with connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), names, allow_cascade=True):
            cursor.execute(statement)


def _columns(model: Model) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001


def _rows(model: Model, alias: str) -> Iterator[list[tuple[Any, ...]]]:
    """All rows in the order of their keys, a thousand at a time."""
    names = _columns(model)
    key = model._meta.pk.attname  # noqa: SLF001
    place = names.index(key)
    rows = model._base_manager.using(alias).order_by(key).values_list(*names)  # noqa: SLF001
    found = list(rows[:_ROWS])
    while found:
        yield found
        found = list(rows.filter(**{f"{key}__gt": found[-1][place]})[:_ROWS])


def _write(model: Model, rows: list[tuple[Any, ...]], alias: str) -> None:
    names = _columns(model)

    def made() -> list[models.Model]:
        return [model(**dict(zip(names, row, strict=True))) for row in rows]

    kept = model._base_manager.using(alias)  # noqa: SLF001
    kept.bulk_create(made())
    # Times that Django writes by itself are those of the copying now: set them back to what the rows say.
    stamped = [
        field.name
        for field in model._meta.concrete_fields  # noqa: SLF001
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    ]
    if stamped:
        kept.bulk_update(made(), stamped)


def _prove(model: Model, said: "_Digest", alias: str) -> None:
    copied = _Digest()
    for rows in _rows(model, alias):
        copied.take(rows)
    if copied != said:
        name = model._meta.db_table  # noqa: SLF001
        raise StoreError(
            "the copy does not say the same as its source; nothing was changed, the source is whole",
            resource=f"table {name}",
        )


class _Plain(DjangoJSONEncoder):
    """Bytes too, which one database gives as bytes and the other as a view of them."""

    def default(self, o: Any) -> Any:
        if isinstance(o, bytes | memoryview):
            return hashlib.blake2b(o, digest_size=16).hexdigest()
        return super().default(o)


class _Digest:
    """What rows say, whatever database they come from."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)

    def take(self, rows: list[tuple[Any, ...]]) -> None:
        for row in rows:
            self._hash.update(json.dumps(row, cls=_Plain, sort_keys=True).encode())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Digest) and self._hash.digest() == other._hash.digest()

    __hash__ = None  # type: ignore[assignment]


def _count_on(alias: str) -> None:
    """New rows get numbers behind the copied ones."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables()):
            cursor.execute(statement)
