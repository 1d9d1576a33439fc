"""waitress, but for four habits: it ends the connection after every answer without a body, takes a hundred at once,

hands every request to another thread, also where the answer is at hand (see webquick.py), and asks all connections
before each wait what they want (see webloop.py).

A feed reader's question is answered so most of the time (304), and a new connection costs more than the answer.
Kept connections in turn must not keep others out, so there may be as many as the system gives descriptors for.
"""

import resource
from typing import Any
from wsgiref.types import WSGIApplication

from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server
from waitress.task import WSGITask

from pipeline.webloop import Loop, Sockets
from pipeline.webquick import Quick

Server = BaseWSGIServer | MultiSocketServer

_MOST = 4_000  # connections; an idle one costs a few kilobytes
_OTHERS = 200  # descriptors left for files, the store and child processes
_IDLE = 30  # seconds until a connection that says nothing is ended


class _Task(WSGITask):
    def set_close_on_finish(self) -> None:
        """Called also for want of a length, which an answer that has no body does not need (RFC 9112, 6.3)."""
        headers: dict[str, str] = getattr(self.request, "headers", {})  # a broken request has none
        if self.has_body or self.version != "1.1" or headers.get("CONNECTION", "").lower() == "close":
            super().set_close_on_finish()


class _Channel(HTTPChannel):
    task_class = _Task
    quick: Quick

    def received(self, data: bytes) -> bool:
        """Called in the server's thread, which is the only one at this connection while no request is."""
        idle = self.request is None and not self.requests and not self.total_outbufs_len
        if idle and not (self.will_close or self.close_when_flushed):
            answer = self.quick(data)
            if answer is not None:
                self._send_at_once(answer)
                return True
        return bool(super().received(data))

    def _send_at_once(self, answer: bytes) -> None:
        try:
            sent = self.send(answer)
        except OSError:  # the client has gone
            self.will_close = True
            return
        if self.connected and sent < len(answer):  # the rest goes when the socket takes more
            rest = OverflowableBuffer(self.adj.outbuf_overflow)
            rest.append(answer[sent:])
            with self.outbuf_lock:
                # A buffer lets go of what was sent only as a whole, when another one follows it.
                self.outbufs = [*self.outbufs, rest, OverflowableBuffer(self.adj.outbuf_overflow)]
                self.current_outbuf_count = 0
                self.total_outbufs_len += len(answer) - sent


def listening(application: WSGIApplication, quick: Quick = lambda _question: None, **options: Any) -> Server:
    """A server that holds its port and is not running yet. `options` are waitress's own.

    `quick` is asked first, in the server's thread: bytes of a whole answer, or None.
    """
    server = create_server(
        application,
        map=Sockets(),
        connection_limit=_connections(),
        asyncore_use_poll=True,  # select() ends at descriptor 1024
        **{"channel_timeout": _IDLE, "cleanup_interval": _IDLE // 3} | options,
    )
    server.asyncore = Loop()  # type: ignore[assignment]  # it asks for no more of the module
    sockets = (server.map or {}).values() if isinstance(server, MultiSocketServer) else [server]
    for each in sockets:
        if isinstance(each, BaseWSGIServer):
            each.channel_class = type("_QuickChannel", (_Channel,), {"quick": staticmethod(quick)})
    return server


def _connections() -> int:
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if files == resource.RLIM_INFINITY else max(100, min(_MOST, files - _OTHERS))
