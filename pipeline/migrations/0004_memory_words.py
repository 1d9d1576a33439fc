"""The word index of the translation memory: FTS5 on SQLite, GIN on PostgreSQL; machines' units are not in it."""

from django.db import migrations

from pipeline.likeness import index_words
from pipeline.records import Pair

# External content: the words stand once, in the memory's own table. detail=none, columnsize=0: only single
# words are asked for, never phrases or ranks, and the index is a third smaller for it.
_SQLITE = (
    """CREATE VIRTUAL TABLE memory_words USING fts5(
        words, content='pipeline_memoryunit', content_rowid='id', detail=none, columnsize=0, tokenize='ascii')""",
    """CREATE TRIGGER memory_words_in AFTER INSERT ON pipeline_memoryunit WHEN new.words <> '' BEGIN
        INSERT INTO memory_words(rowid, words) VALUES (new.id, new.words); END""",
    """CREATE TRIGGER memory_words_out AFTER DELETE ON pipeline_memoryunit WHEN old.words <> '' BEGIN
        INSERT INTO memory_words(memory_words, rowid, words) VALUES ('delete', old.id, old.words); END""",
    """CREATE TRIGGER memory_words_gone AFTER UPDATE OF words ON pipeline_memoryunit
        WHEN old.words <> new.words AND old.words <> '' BEGIN
        INSERT INTO memory_words(memory_words, rowid, words) VALUES ('delete', old.id, old.words); END""",
    """CREATE TRIGGER memory_words_new AFTER UPDATE OF words ON pipeline_memoryunit
        WHEN old.words <> new.words AND new.words <> '' BEGIN
        INSERT INTO memory_words(rowid, words) VALUES (new.id, new.words); END""",
)
_SQLITE_BACK = (
    *(
        f"DROP TRIGGER memory_words_{name}"
        for name in ("in", "out", "gone", "new")
    ),
    "DROP TABLE memory_words",
)
# An array and not a tsvector: the keys are words already, and no query language stands between.
_POSTGRESQL = (
    """CREATE INDEX memory_words ON pipeline_memoryunit
        USING gin (string_to_array(words, ' ')) WHERE words <> ''""",
)
_POSTGRESQL_BACK = ("DROP INDEX memory_words",)
_MACHINE = 10
_BATCH = 1_000


def _make(apps, editor):
    for statement in _SQLITE if editor.connection.vendor == "sqlite" else _POSTGRESQL:
        editor.execute(statement)
    _fill(apps.get_model("pipeline", "MemoryUnit"))


def _take_away(apps, editor):
    for statement in _SQLITE_BACK if editor.connection.vendor == "sqlite" else _POSTGRESQL_BACK:
        editor.execute(statement)


def _fill(units):
    """What older versions remembered from people and files."""
    last = 0
    while rows := list(units.objects.filter(rank__gt=_MACHINE, words="", pk__gt=last).order_by("pk")[:_BATCH]):
        for row in rows:
            row.words = " ".join(index_words(Pair(row.source_language, row.target_language), row.source))
        units.objects.bulk_update(rows, ["words"])
        last = rows[-1].pk


class Migration(migrations.Migration):

    dependencies = [("pipeline", "0003_desk_topics_stories")]

    operations = [migrations.RunPython(_make, _take_away)]
