"""The log of moves can be added to and read: its rows are neither changed nor deleted, whoever asks the database.

What empties a whole table (TRUNCATE on PostgreSQL, DROP) is left to the owner of the database.
"""

from django.db import migrations

_WORDS = "the audit log is append-only"
_SQLITE = tuple(
    f"""CREATE TRIGGER {name} BEFORE {move} ON pipeline_audit BEGIN
        SELECT RAISE(ABORT, '{_WORDS}'); END"""
    for name, move in (("audit_unchanged", "UPDATE"), ("audit_undeleted", "DELETE"))
)
_SQLITE_BACK = ("DROP TRIGGER audit_unchanged", "DROP TRIGGER audit_undeleted")
_POSTGRESQL = (
    f"""CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{_WORDS}' USING ERRCODE = 'restrict_violation'; END $$""",
    """CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON pipeline_audit
        FOR EACH ROW EXECUTE FUNCTION audit_append_only()""",
)
_POSTGRESQL_BACK = ("DROP TRIGGER audit_append_only ON pipeline_audit", "DROP FUNCTION audit_append_only()")


def _make(_apps, editor):
    for statement in _SQLITE if editor.connection.vendor == "sqlite" else _POSTGRESQL:
        editor.execute(statement)


def _take_away(_apps, editor):
    for statement in _SQLITE_BACK if editor.connection.vendor == "sqlite" else _POSTGRESQL_BACK:
        editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [("pipeline", "0004_memory_words")]

    operations = [migrations.RunPython(_make, _take_away)]
