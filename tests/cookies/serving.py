"""Requests through Django's real handlers, with every header line as a server would send it.

The test client keeps one cookie for each name and reads them before the handler writes its headers; here nothing is
lost, and both handlers run.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import async_to_sync
from django.core import signals
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections
from django.utils import translation

HOST = "www.example.com"


@dataclass
class Answer:
    """What left the server."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def set_cookies(self) -> list[str]:
        """Every Set-Cookie line."""
        return [value.strip() for name, value in self.headers if name.lower() == "set-cookie"]

    def header(self, name: str) -> str:
        """Return one header, empty where it is absent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def names(self) -> list[str]:
        """Names of the cookies that are set, not deleted."""
        return [line.partition("=")[0] for line in self.set_cookies if "Max-Age=0" not in line]


def wsgi(
    address: str, *, method: str = "GET", data: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> Answer:
    """Send one https request through the WSGI handler."""
    path, _, query = address.partition("?")
    body = urlencode(data or {}, doseq=True).encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": HOST,
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.7",
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "HTTP_HOST": HOST,
    }
    for name, value in (headers or {}).items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    sent: dict[str, Any] = {}

    def start(status: str, lines: list[tuple[str, str]], exc_info: Any = None) -> None:
        sent.update(status=int(status.split()[0]), headers=lines)

    handler: Any = WSGIHandler()
    response = handler(environ, start)
    try:
        content = b"".join(response)
    finally:
        response.close()
    return Answer(sent["status"], sent["headers"], content)


def asgi(
    address: str, *, method: str = "GET", data: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> Answer:
    """Send one https request through the ASGI handler."""
    path, _, query = address.partition("?")
    body = urlencode(data or {}, doseq=True).encode()
    lines = [(b"host", HOST.encode()), (b"content-type", b"application/x-www-form-urlencoded")]
    lines += [(b"content-length", str(len(body)).encode())]
    lines += [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": lines,
        "client": ("192.0.2.7", 4321),
        "server": (HOST, 443),
    }
    sent: list[Any] = []

    async def run() -> None:
        events = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            if events:
                return events.pop(0)
            return await asyncio.Future()  # the browser stays

        async def send(message: Any) -> None:
            sent.append(message)

        await ASGIHandler()(scope, receive, send)

    async_to_sync(run)()
    start = next(message for message in sent if message["type"] == "http.response.start")
    content = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    return Answer(
        start["status"], [(name.decode(), value.decode("latin-1")) for name, value in start["headers"]], content
    )


def _in_the_tests_transaction(send: Callable[..., Answer]) -> Callable[..., Answer]:
    """Keep the test's connection open: a server would close it with the request, as Django's test client knows too."""

    @wraps(send)
    def sending(*args: Any, **kwargs: Any) -> Answer:
        signals.request_started.disconnect(close_old_connections)
        signals.request_finished.disconnect(close_old_connections)
        try:
            return send(*args, **kwargs)
        finally:
            signals.request_started.connect(close_old_connections)
            signals.request_finished.connect(close_old_connections)
            translation.deactivate()  # a server's next request picks its own language

    return sending


HANDLERS = {"wsgi": _in_the_tests_transaction(wsgi), "asgi": _in_the_tests_transaction(asgi)}
