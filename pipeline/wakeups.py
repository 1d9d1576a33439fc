"""Tells whoever listens that there is work, inside the transaction that made it.

With one machine nobody listens: a cycle looks for itself what is due. In a cluster the listener puts a task
into the same database, so that the work and its task are committed together or not at all.
"""

from collections.abc import Callable

TRANSLATE, PUBLISH = "translate", "publish"

_listeners: list[Callable[[str, int], None]] = []


def listen(listener: Callable[[str, int], None]) -> None:
    """Call `listener(stage, how many)` from now on, in this process."""
    _listeners.append(listener)


def announce(stage: str, count: int = 1) -> None:
    """There is work for a stage."""
    for listener in _listeners:
        listener(stage, count)
