"""A real HTTPS server on the loopback that keeps what it is sent and answers as it is told."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


def taken(handler: BaseHTTPRequestHandler) -> None:
    """Answer that all is well."""
    plain(handler, 201, b'{"receipt": 1}', ("Content-Type", "application/json"))


def plain(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", *headers: tuple[str, str]) -> None:
    """Answer with a status, a body and headers."""
    handler.send_response(status)
    for name, value in (("Content-Length", str(len(body))), *headers):
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


class Received:
    """Bodies, targets and headers of what arrived; ``answer`` decides what is said."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.targets: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.answer: Answer = taken
        self.port = 0

    def url(self, path: str = "/feed?of=orders", host: str = "127.0.0.1") -> str:
        """Return the address of the server."""
        return f"https://{host}:{self.port}{path}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, context: ssl.SSLContext, kept: Received) -> None:
        self.context, self.kept = context, kept
        super().__init__(("127.0.0.1", 0), _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(20)
        with self.context.wrap_socket(request, server_side=True) as encrypted:
            super().finish_request(encrypted, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust us hangs up: that is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        """Keep what comes and answer."""
        kept = self.server.kept
        kept.targets.append(self.path)
        kept.headers.append(dict(self.headers.items()))
        kept.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.close_connection = True
        kept.answer(self)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def https_server(context: ssl.SSLContext) -> Iterator[Received]:
    """Run a server that shows the certificate of ``context``."""
    kept = Received()
    server = _Server(context, kept)
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
