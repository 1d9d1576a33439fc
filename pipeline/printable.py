"""Words of strangers that people read in a terminal, a log or a mail: nothing in them gives orders to what shows them.

A server's reason, a redirect's address, an engine's answer may hold what moves the cursor, renames the window or turns
the direction of reading. Such characters are shown by their number. Pure.
"""

import re

# Line ends and tabs stay. PostgreSQL takes no NUL, and no output takes half a character.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """The text, with what cannot be seen written as Python would write it."""
    return _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text)
