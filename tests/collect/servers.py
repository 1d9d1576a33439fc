"""A loopback HTTP server that misbehaves as told: each path has a function that talks on the bare socket."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

Behaviour = Callable[[socket.socket, str], None]


@dataclass
class LoopbackServer:
    port: int
    host: str = "127.0.0.1"
    scheme: str = "http"
    requests: list[str] = field(default_factory=list)  # each as it came: request line and headers
    connections: int = 0

    def url(self, path: str = "/") -> str:
        return f"{self.scheme}://{self.host}:{self.port}{path}"


@contextlib.contextmanager
def serve(
    routes: Mapping[str, Behaviour], *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[LoopbackServer]:
    """Serve until the block ends; every thread and socket is gone afterwards."""
    listener = socket.create_server((host, 0))
    server = LoopbackServer(port=listener.getsockname()[1], host=host, scheme="https" if tls else "http")
    open_sockets: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            open_sockets.append(client)
            server.connections += 1
            threads.append(threading.Thread(target=_talk, args=(client, routes, server, tls), daemon=True))
            threads[-1].start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield server
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join()
        for client in open_sockets:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()


def _talk(
    client: socket.socket, routes: Mapping[str, Behaviour], server: LoopbackServer, tls: ssl.SSLContext | None
) -> None:
    with contextlib.suppress(OSError), client:
        sock = tls.wrap_socket(client, server_side=True) if tls else client
        with sock:
            while request := _read_request(sock):
                server.requests.append(request)
                routes[request.split(" ")[1]](sock, request)


def _read_request(sock: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        part = sock.recv(4096)
        if not part:
            return ""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += sock.recv(4096)
    return (head + b"\r\n\r\n" + body).decode("latin-1")


def answer(
    body: bytes = b"", *, status: str = "200 OK", headers: Mapping[str, str] | None = None
) -> Behaviour:
    """A well-behaved answer that keeps the connection open."""
    fields = {"Content-Length": str(len(body)), **(headers or {})}
    head = (
        f"HTTP/1.1 {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"
    )

    def behave(sock: socket.socket, request: str) -> None:
        sock.sendall(head.encode("latin-1") + body)

    return behave


def redirect(target: str, status: str = "302 Found") -> Behaviour:
    return answer(status=status, headers={"Location": target})


def drip(start: bytes, piece: bytes, *, every: float, times: int = 10_000) -> Behaviour:
    """Send `start`, then `piece` again and again, slowly: no single read ever times out."""
    stop = threading.Event()

    def behave(sock: socket.socket, request: str) -> None:
        sock.sendall(start)
        for _ in range(times):
            stop.wait(every)
            sock.sendall(piece)

    return behave


def silent(sock: socket.socket, request: str) -> None:
    """Accept the request and never answer."""
    sock.recv(1)


def raw(data: bytes) -> Behaviour:
    """Send exactly these bytes and hang up."""

    def behave(sock: socket.socket, request: str) -> None:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_RDWR)

    return behave
