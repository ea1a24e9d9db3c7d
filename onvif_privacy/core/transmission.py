"""The one way by which data leaves for another server: verified TLS, no redirect, never without end.

Source: statement clause ``security``. Needs no library beyond Python's own, follows no proxy of the environment, and
trusts the authorities that the operating system trusts.
"""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from onvif_privacy.core.text import safe_url

MAX_REPLY_BYTES: Final = 64 * 1024
_CHUNK_BYTES: Final = 64 * 1024


class NotTransmitted(Exception):
    """The other server did not take it, or nobody knows whether it did.

    ``reason`` is a code: ``address``, ``certificate``, ``status 302``, ``length``, ``no length``, ``too long``,
    ``time``, or a class of exception. ``sent_bytes`` is how much of the body may have arrived; 0 is nothing of it.
    """

    def __init__(self, reason: str, sent_bytes: int) -> None:
        super().__init__(f"not transmitted: {reason}")
        self.reason = reason
        self.sent_bytes = sent_bytes


@dataclass(frozen=True)
class Reply:
    """What the other server answered: a status from 200 to 299, the type of its answer, and at most 64 kB of it."""

    status: int
    content_type: str
    body: bytes


def tls() -> ssl.SSLContext:
    """Return what makes a line encrypted, and verifies the certificate and the name of the other server."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class _Post:
    """One request, and how far it has come."""

    def __init__(self, url: str, timeout: float, sent: Callable[[int], object]) -> None:
        self.sent_bytes, self.was_cut = 0, False
        self._sent = sent
        safe = safe_url(url, hosts=(_host(url),)) or ""
        parts = urlsplit(safe)
        if parts.scheme != "https" or not parts.hostname:
            raise NotTransmitted("address", 0)
        self.target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.line = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout, context=tls())

    def give(self, chunks: Iterable[bytes], length: int, headers: Mapping[str, str]) -> None:
        self.line.connect()
        if self.was_cut:  # before there was anything to cut
            raise TimeoutError
        self.line.putrequest("POST", self.target, skip_accept_encoding=True)
        for name, value in {**headers, "Content-Length": str(length)}.items():
            self.line.putheader(name, value)
        self.line.endheaders()
        for chunk in chunks:
            self._count(len(chunk))  # before it leaves: a line may break with the last byte through
            if self.sent_bytes > length:
                raise NotTransmitted("length", self.sent_bytes - len(chunk))
            self.line.send(chunk)
        if self.sent_bytes != length:
            raise NotTransmitted("length", self.sent_bytes)

    def _count(self, number: int) -> None:
        self.sent_bytes += number
        self._sent(number)

    def take(self) -> Reply:
        with self.line.getresponse() as reply:
            if not 200 <= reply.status < 300:
                raise NotTransmitted(f"status {reply.status}", self.sent_bytes)
            if reply.length is None and not reply.chunked:  # its end would look like a line that was cut
                raise NotTransmitted("no length", self.sent_bytes)
            body = reply.read(MAX_REPLY_BYTES + 1)
            if len(body) > MAX_REPLY_BYTES:
                raise NotTransmitted("too long", self.sent_bytes)
            if reply.length:  # fewer bytes came than were announced
                raise NotTransmitted("IncompleteRead", self.sent_bytes)
            return Reply(reply.status, reply.headers.get_content_type(), body)

    def cut(self) -> None:
        """End it from another thread, whatever it waits for."""
        self.was_cut = True
        with suppress(OSError, AttributeError):
            self.line.sock.shutdown(2)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _chunks(body: bytes) -> Iterable[bytes]:
    return (body[start : start + _CHUNK_BYTES] for start in range(0, len(body), _CHUNK_BYTES))


def post(
    url: str,
    body: bytes | Iterable[bytes],
    *,
    content_type: str,
    length: int | None = None,
    headers: Mapping[str, str] | None = None,
    sent: Callable[[int], object] = lambda number: None,
    timeout_seconds: float = 30,
    total_seconds: float = 300,
) -> Reply:
    """Send ``body`` to an https address and return the answer of the other server.

    ``body`` may be chunks, of ``length`` bytes in all. ``sent`` is told of each number of bytes before they leave: with
    ``partial(scope.meter, rows=0)`` the exit of a gate scope meters them. The first time-out is for one wait on the
    line, the second for everything. Raises NotTransmitted for anything but a verified certificate of exactly that
    host and a status from 200 to 299; redirects are not followed.
    """
    chunks = _chunks(body) if isinstance(body, bytes) else body
    whole = len(body) if isinstance(body, bytes) else length
    if whole is None:
        raise TypeError("post() needs the length of a body in chunks.")
    request = _Post(url, timeout_seconds, sent)
    watch = threading.Timer(total_seconds, request.cut)
    watch.daemon = True
    watch.start()
    try:
        request.give(chunks, whole, {"Content-Type": content_type, **(headers or {})})
        return request.take()
    except NotTransmitted as error:
        if request.was_cut:
            raise NotTransmitted("time", request.sent_bytes) from None
        raise error from None
    except ssl.SSLCertVerificationError:
        raise NotTransmitted("certificate", 0) from None
    except (OSError, http.client.HTTPException, ValueError) as error:  # ValueError: a header that no line can carry
        late = request.was_cut or isinstance(error, TimeoutError)
        raise NotTransmitted("time" if late else type(error).__name__, request.sent_bytes) from None
    finally:
        watch.cancel()
        request.line.close()
