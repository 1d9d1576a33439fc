"""PostgreSQL made ready for a test in a few milliseconds: what has rows is emptied, and what stands is not made again."""

from django.core.management import call_command
from django.db import connection

# Made by the migrations, the same for every test.
_KEPT = "('django_migrations', 'django_content_type', 'auth_permission')"
_EMPTY = f"""
DO $$
DECLARE
  found record;
  filled text[] := '{{}}';
  has_rows boolean;
BEGIN
  FOR found IN SELECT quote_ident(tablename) AS name FROM pg_tables
    WHERE schemaname = 'public' AND tablename NOT IN {_KEPT}
  LOOP
    EXECUTE 'SELECT EXISTS (SELECT FROM ' || found.name || ')' INTO has_rows;
    IF has_rows THEN
      filled := filled || found.name;
    END IF;
  END LOOP;
  IF cardinality(filled) > 0 THEN
    EXECUTE 'TRUNCATE ' || array_to_string(filled, ', ') || ' CASCADE';
  END IF;
  FOR found IN SELECT quote_ident(sequencename) AS name FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL
    AND regexp_replace(sequencename, '_id_seq$', '') NOT IN {_KEPT}
  LOOP
    PERFORM setval(found.name::regclass, 1, false);
  END LOOP;
END $$
"""
_migrated: list[int] = []  # how many migrations a store of this version has, once one was made


def without_care() -> None:
    """A server that will not outlive the tests need not survive a loss of power."""
    with connection.cursor() as cursor:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            cursor.execute(f"ALTER SYSTEM SET {setting} = off")
        cursor.execute("SELECT pg_reload_conf()")


def empty() -> None:
    """The tables of this version, without a row, counting from one."""
    if not _migrated or _count() != _migrated[0]:
        call_command("migrate", verbosity=0, interactive=False)
        _migrated[:] = [_count()]
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY)


def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT count(*) FROM django_migrations")
        count: int = cursor.fetchone()[0]
        return count
