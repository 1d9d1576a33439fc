"""What the system or a database refuses comes with what to do."""

import errno

import pytest

from pipeline.remedies import remedy, store_remedy


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "make room"), (errno.EROFS, "read-only"), (errno.EACCES, "mend the owner")],
)
def test_the_systems_refusals_say_what_to_do(number: int, words: str) -> None:
    """The system's own words stay in front."""
    error = OSError(number, "as the system says")

    assert remedy(error).startswith("as the system says: ")
    assert words in remedy(error)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("database is locked", "fuser"),
        ("database or disk is full", "make room"),
        ("unable to open database file", "its folder"),
        ("attempt to write a readonly database", "may not write"),
        ("database disk image is malformed", "restore the newest backup"),
        ('connection failed: FATAL: password authentication failed for user "n"', "PGPASSWORD"),
        ("connection to server at 127.0.0.1 failed: Connection refused", "does not run"),
    ],
)
def test_the_databases_refusals_say_what_to_do(text: str, words: str) -> None:
    """SQLite's and PostgreSQL's words, each with its remedy."""
    assert store_remedy(f" {text}\n").startswith(f"{text}; ")
    assert words in store_remedy(text)


def test_what_is_not_known_stays_as_it_is() -> None:
    """No remedy is made up."""
    assert remedy(OSError("strange")) == "strange"
    assert store_remedy("strange") == "strange"
