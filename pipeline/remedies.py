"""What the system or a database refuses, in words that say what to do. Pure: from an error to a text."""

import errno

_OF_NUMBERS = {
    errno.ENOSPC: "the disk is full; make room, then run again: nothing that stood is lost",
    errno.EDQUOT: "the quota of this account is used up; raise it or make room, then run again",
    errno.EROFS: "the file system is mounted read-only; mount it for writing (after a disk error: look at dmesg first)",
    errno.EACCES: "this account may not write there; mend the owner or the rights",
    errno.EPERM: "this account may not do that; mend the owner or the rights",
    errno.ENOTDIR: "a part of the path is a file, not a folder; correct the path",
    errno.EMFILE: "too many files are open at once; raise the limit (ulimit -n, or LimitNOFILE of the unit)",
    errno.EIO: "the disk cannot be read or written; look at dmesg, and keep a backup at hand",
}
# What SQLite and PostgreSQL say, in the order in which it is looked for.
_OF_WORDS = (
    ("disk is full", "make room on its disk, then run again: nothing that stood is lost"),
    ("no space left", "make room on the disk of the database server, then run again"),
    ("database is locked", "another program writes into it and does not end; find it with `fuser FILE` and end it"),
    ("unable to open", "its folder is missing, read-only or another user's; mend the path or the rights"),
    ("readonly database", "this account may not write into it, or its disk is read-only; mend the owner or the rights"),
    ("attempt to write a readonly", "this account may not write into it; mend the owner or the rights"),
    ("malformed", "it is damaged; look at the disk, then restore the newest backup (./run.py restore FILE --replace)"),
    ("not a database", "another file stands in its place; correct [store] url, or restore a backup"),
    ("disk i/o error", "its disk cannot be read or written; look at dmesg, and keep a backup at hand"),
    ("connection refused", "the database server does not run or listens elsewhere; start it, or correct [store] url"),
    ("no password supplied", "set PGPASSWORD in the environment of this process"),
    ("password authentication failed", "correct PGPASSWORD, or the user in [store] url"),
    ("could not translate host name", "correct the host in [store] url"),
    ("does not exist", "create it (createdb), or correct [store] url"),
    ("too many clients", "raise max_connections of the server, or run fewer workers"),
)  # fmt: skip


def remedy(error: OSError) -> str:
    """The system's words and what to do."""
    known = _OF_NUMBERS.get(error.errno or 0)
    said = error.strerror or str(error)
    return f"{said}: {known}" if known else said


def store_remedy(text: str) -> str:
    """A database's words and what to do."""
    text = text.strip()
    known = next((words for sign, words in _OF_WORDS if sign in text.lower()), "")
    return f"{text}; {known}" if known else text
