"""The people of the desk's tests: who has which role in which language."""

from datetime import UTC, datetime

PASSWORD = "correct horse battery"
PEOPLE: dict[str, list[tuple[str, str]]] = {  # name: (role, language; "" for all)
    "nobody": [],
    "reader": [("reader", "")],
    "other": [("editor", "pl")],
    "editor": [("editor", "lv")],
    "chief": [("chief", "lv")],
    "administrator": [("administrator", "")],
}


def now() -> datetime:
    return datetime.now(UTC)
