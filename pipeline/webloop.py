"""waitress's loop, but for one habit: before each wait it asks every connection anew whether it wants to read or write.

With a thousand kept connections that costs more than all their questions. What a connection wants changes only when
it was just served, or while a request of it is with another thread; only those are asked. All are asked once a second,
so that whatever else changes (an idle connection's end, above all) is seen a second late at the most.
"""

import select
import time
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from waitress import wasyncore

_ALL = 1.0  # seconds between two looks at every connection


class Sockets(dict[int, Any]):
    """waitress's own objects (listeners, its trigger, channels), by descriptor. Each is taken out before it is closed.

    Closed is not enough for the kernel to forget it: a program just being started holds all descriptors for a moment.
    Its news would go to whoever has its number by then.
    """

    def __init__(self) -> None:
        super().__init__()
        self.leaving: Callable[[int], None] = lambda _fd: None

    def __delitem__(self, fd: int) -> None:
        self.leaving(fd)
        super().__delitem__(fd)


class Loop:
    """Stands in a server for the module `waitress.wasyncore`, of which a server uses these two names."""

    dispatcher = wasyncore.dispatcher

    def loop(self, timeout: float, map: Sockets, *, use_poll: bool) -> None:  # noqa: A002 - waitress's name
        if not hasattr(select, "epoll"):  # not Linux
            wasyncore.loop(timeout=timeout, map=map, use_poll=use_poll)
            return
        with select.epoll() as poller:
            watch = _Watch(poller, map)
            map.leaving = watch.forget
            try:
                while map:
                    watch.turn(min(timeout, _ALL))
            finally:
                map.leaving = lambda _fd: None


class _Watch:
    def __init__(self, poller: select.epoll, sockets: Sockets) -> None:
        self._poller = poller
        self._sockets = sockets
        self._registered: dict[int, int] = {}  # what for
        self._busy: set[int] = set()  # requests of these are with other threads, or were a moment ago
        self._next_all = 0.0

    def turn(self, timeout: float) -> None:
        """Wait once, and serve who is ready."""
        now = time.monotonic()
        if now >= self._next_all:
            self._next_all = now + _ALL
            self._look(list(self._sockets))
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

    def forget(self, fd: int) -> None:
        """Called by whichever thread ends the connection."""
        if self._registered.pop(fd, 0):
            self._poller.unregister(fd)

    def _look(self, descriptors: Iterable[int]) -> None:
        """What these want now."""
        for fd in descriptors:
            each = self._sockets.get(fd)
            if each is None:
                continue
            if getattr(
                each, "requests", ()
            ):  # asked first: its thread may end it while we look, and is seen so
                self._busy.add(fd)
            if getattr(each, "will_close", False):  # now, not when its client reads on: that may be never
                wasyncore.write(each)
                continue
            wanted = self._wanted(each)
            if wanted != self._registered.get(fd, 0):
                try:
                    self._register(fd, wanted)
                except OSError:  # another thread has just closed it
                    each.handle_close()

    @staticmethod
    def _wanted(each: Any) -> int:
        # Not EPOLLPRI: urgent bytes, of which HTTP knows nothing, would wake us until the connection ends.
        reading = select.EPOLLIN if each.readable() else 0
        # A listening socket says it is writable and is not.
        return reading | (select.EPOLLOUT if each.writable() and not each.accepting else 0)

    def _register(self, fd: int, wanted: int) -> None:
        if not wanted:
            self.forget(fd)
        elif fd in self._registered:
            self._poller.modify(fd, wanted)
            self._registered[fd] = wanted
        else:
            self._poller.register(fd, wanted)
            self._registered[fd] = wanted
