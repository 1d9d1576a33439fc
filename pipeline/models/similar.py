"""Which remembered sentences may be like a given one: the memory's word index, on either database.

The rarest words of the sentence choose the candidates, as many words as bring a few thousand of them; no
ranking by the database, which would read the lists of common words to their end. SQLite counts how many of
the words a candidate shares and reads only the best; PostgreSQL reads them all, which costs it as much.
"""

import math
import time
from collections.abc import Callable
from itertools import combinations

from django.db import connection

_CANDIDATES = 3_000  # rows that the words may bring together
_READ = 300  # of those, how many SQLite reads in full
_FEW, _TOGETHER = 3, 4  # where fewer rare words than this choose, the rarest are tried in pairs as well
_RARER = 100  # a pair stands in so many times fewer rows than its words
_UNKNOWN = 50.0  # rows a word is taken to stand in that is in no statistics: rare
_MOST_ROWS = 20_000  # where a sentence has common words only

Rows = list[tuple[int, str]]  # id and source
Window = tuple[int, int]  # lengths of the source, in characters


def candidates(words: dict[str, str], window: Window) -> Rows:
    """Rows of the index that share words with a sentence. `words`: by key, as likeness.index_words gives them."""
    if not words:
        return []
    return _BY_VENDOR[connection.vendor](words, window)


def refresh_statistics() -> None:
    """PostgreSQL: learn which words are common, after many units came in. SQLite counts on the spot."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE pipeline_memoryunit")
        _frequencies.forget()


# ── SQLite ───────────────────────────────────────────────────────────────────────────────────────────

# Counting stops where a word is too common to choose by; with `fts5vocab` it would go on to the end.
_COUNT = "SELECT %s, (SELECT count(*) FROM (SELECT 1 FROM memory_words WHERE memory_words MATCH %s LIMIT %s))"
_VOTE = (
    "SELECT * FROM (SELECT rowid AS id, %s AS weight FROM memory_words WHERE memory_words MATCH %s LIMIT %s)"
)
_BEST = """
    SELECT id, source FROM pipeline_memoryunit WHERE length(source) BETWEEN %s AND %s AND id IN (
        SELECT id FROM ({votes}) GROUP BY id ORDER BY sum(weight) DESC LIMIT %s)
"""


def _in_sqlite(words: dict[str, str], window: Window) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join([_COUNT] * len(words)),
            [value for key in words for value in (key, f'"{key}"', _CANDIDATES + 1)],
        )
        votes = _votes(words, dict(cursor.fetchall()))
        if not votes:
            return []
        cursor.execute(
            _BEST.format(votes=" UNION ALL ".join([_VOTE] * len(votes))),
            [*window, *(value for query, weight in votes for value in (weight, query, _CANDIDATES)), _READ],
        )
        return list(cursor.fetchall())


def _votes(words: dict[str, str], counts: dict[str, int]) -> list[tuple[str, float]]:
    """Queries, with what each row they bring gets for it: the rarer the more."""
    known = sorted((count, -len(words[key]), key) for key, count in counts.items() if count)
    votes: list[tuple[str, float]] = []
    total = 0
    for count, _length, key in known:
        total += count
        if total > _CANDIDATES:
            break
        votes.append((f'"{key}"', 1 / math.log(count + 3)))
    if len(votes) < _FEW:
        rarest = [f'"{key}"' for _count, _length, key in known[:_TOGETHER]]
        pairs = [f"{one} AND {other}" for one, other in combinations(rarest, 2)]
        votes += [(query, 1 / math.log(_CANDIDATES / _RARER)) for query in pairs or rarest]
    return votes


# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────────

# The words and the condition stand here as in the index (migration 0004), or it would not be used.
_OVERLAP = """
    SELECT id, source FROM pipeline_memoryunit
    WHERE words <> '' AND string_to_array(words, ' ') && %s AND length(source) BETWEEN %s AND %s
    LIMIT %s
"""
_STATISTICS = """
    SELECT unnest(most_common_elems::text::text[]), unnest(most_common_elem_freqs), reltuples
    FROM pg_stats JOIN pg_class ON relname = tablename AND relnamespace = schemaname::regnamespace
    WHERE tablename = 'memory_words' AND schemaname = current_schema()
"""
_FRESH = 600.0  # seconds


class _Frequencies:
    """In how many rows the common words stand, as the planner's statistics have it; kept for a while."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._rows: dict[str, float] = {}
        self._until = 0.0

    def get(self) -> dict[str, float]:
        if time.monotonic() > self._until:
            with connection.cursor() as cursor:
                cursor.execute(_STATISTICS)
                self._rows = {key: share * rows for key, share, rows in cursor.fetchall() if key and share}
            self._until = time.monotonic() + _FRESH
        return self._rows


_frequencies = _Frequencies()


def _in_postgresql(words: dict[str, str], window: Window) -> Rows:
    counts = _frequencies.get()
    chosen: list[str] = []
    total = 0.0
    for count, key in sorted((counts.get(key, _UNKNOWN), key) for key in words):
        total += count
        if chosen and total > _CANDIDATES:
            break
        chosen.append(key)
    with connection.cursor() as cursor:
        cursor.execute(_OVERLAP, [chosen, *window, _MOST_ROWS])
        return list(cursor.fetchall())


_BY_VENDOR: dict[str, Callable[[dict[str, str], Window], Rows]] = {
    "sqlite": _in_sqlite,
    "postgresql": _in_postgresql,
}
