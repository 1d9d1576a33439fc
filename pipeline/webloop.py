"""waitress's loop, but for one habit: before each wait it asks every connection anew whether it wants to read or write.

With a thousand kept connections that costs more than all their questions. What a connection wants changes only when
it was just served, or while a request of it is with another thread; only those are asked. All are asked once a second,
so that whatever else changes (an idle connection's end, above all) is seen a second late at the most.
"""

import select
import time
from collections.abc import Iterable
from itertools import islice
from typing import Any

from waitress import wasyncore

_ALL = 1.0  # seconds between two looks at every connection

Sockets = dict[int, Any]  # waitress's own objects (listeners, its trigger, channels), by descriptor


class Loop:
    """Stands in a server for the module `waitress.wasyncore`, of which a server uses these two names."""

    dispatcher = wasyncore.dispatcher

    def loop(self, timeout: float, map: Sockets, *, use_poll: bool) -> None:  # noqa: A002 - waitress's name
        if not hasattr(select, "epoll"):  # not Linux
            wasyncore.loop(timeout=timeout, map=map, use_poll=use_poll)
            return
        with select.epoll() as poller:
            watch = _Watch(poller, map)
            while map:
                watch.turn(min(timeout, _ALL))


class _Watch:
    def __init__(self, poller: select.epoll, sockets: Sockets) -> None:
        self._poller = poller
        self._sockets = sockets
        self._known: dict[int, tuple[object, int]] = {}  # what is registered, and what for
        self._busy: set[int] = set()  # requests of these are with other threads, or were a moment ago
        self._next_all = 0.0

    def turn(self, timeout: float) -> None:
        """Wait once, and serve who is ready."""
        now = time.monotonic()
        if now >= self._next_all:
            self._next_all = now + _ALL
            self._look(list(self._sockets))
            self._forget()
        elif self._busy:
            busy, self._busy = self._busy, set()  # the look finds those that still are
            self._look(busy)
        ready = self._poller.poll(timeout)
        accepted = 0
        for fd, flags in ready:
            if (each := self._sockets.get(fd)) is not None:
                accepted += each.accepting
                wasyncore.readwrite(each, flags)
        self._look(fd for fd, _flags in ready)
        if accepted:  # the newest were added last
            self._look(list(islice(reversed(self._sockets), accepted)))

    def _look(self, descriptors: Iterable[int]) -> None:
        """What these want now."""
        for fd in descriptors:
            each = self._sockets.get(fd)
            known, registered = self._known.get(fd, (None, 0))
            if known is not None and known is not each:  # closed; the kernel dropped it with its descriptor
                del self._known[fd]
                registered = 0
            if each is None:
                continue
            wanted = self._wanted(each)
            if wanted != registered:
                self._register(fd, each, wanted, registered)
            if getattr(each, "requests", ()):
                self._busy.add(fd)

    @staticmethod
    def _wanted(each: Any) -> int:
        reading = select.EPOLLIN | select.EPOLLPRI if each.readable() else 0
        # A listening socket says it is writable and is not.
        return reading | (select.EPOLLOUT if each.writable() and not each.accepting else 0)

    def _register(self, fd: int, each: object, wanted: int, registered: int) -> None:
        if not wanted:
            self._poller.unregister(fd)
            del self._known[fd]
            return
        if registered:
            self._poller.modify(fd, wanted)
        else:
            self._poller.register(fd, wanted)
        self._known[fd] = each, wanted

    def _forget(self) -> None:
        for fd in [fd for fd in self._known if fd not in self._sockets]:
            del self._known[fd]
