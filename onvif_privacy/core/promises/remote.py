"""Eyes on the running site: a test client whose requests go over the network instead of staying in process."""

from __future__ import annotations

import http.client
from typing import Any
from urllib.parse import quote, urlsplit

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.test import Client

from onvif_privacy.core import transmission

SECONDS = 20
MOST_BYTES = 5_000_000
_SAFE = "/:@!$&'()*+,;=~-._"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class WrongAddress(ValueError):
    """The address is none that may be looked at."""


def checked(base_url: str) -> str:
    """Return an address without its last slash; raises WrongAddress unless it is https, or http on this machine."""
    try:
        parts = urlsplit(base_url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise WrongAddress(str(error)) from None
    is_near = parts.scheme == "http" and host in LOOPBACK
    if not host or not (parts.scheme == "https" or is_near) or "@" in parts.netloc or parts.query or parts.fragment:
        raise WrongAddress("The address is https://… of the site, or http://… on this machine.")
    return base_url.rstrip("/")


class RemoteClient(Client):
    """A stranger's client of the site at ``base_url``; keeps cookies as Django's own does."""

    def __init__(self, base_url: str, **defaults: Any) -> None:
        super().__init__(**defaults)
        self.handler = _Wire(base_url)  # type: ignore[assignment] # called with an environment, answers as a handler does


class _Wire:
    """Sends what a test client would hand to Django over the network, and gives the answer back as Django's own."""

    def __init__(self, base_url: str) -> None:
        self._base = urlsplit(base_url)

    def _line(self) -> http.client.HTTPConnection:
        host, port = str(self._base.hostname), self._base.port
        if self._base.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=SECONDS, context=transmission.tls())
        return http.client.HTTPConnection(host, port, timeout=SECONDS)

    def __call__(self, environ: dict[str, Any]) -> HttpResponse:
        request = WSGIRequest(environ)
        query = quote(environ.get("QUERY_STRING", "").encode("iso-8859-1"), safe=f"{_SAFE}%?")  # bytes, as WSGI says
        path = self._base.path + quote(request.path, safe=_SAFE) + (f"?{query}" if query else "")
        headers = {name: value for name, value in request.headers.items() if value and name != "Host"}
        line = self._line()
        try:
            line.request(str(request.method), path, request.body or None, headers)
            got = line.getresponse()
            content = got.read(MOST_BYTES)
        finally:
            line.close()
        answer = HttpResponse(content, status=got.status, content_type=got.getheader("Content-Type"))
        for name, value in got.getheaders():
            if name.lower() == "set-cookie":
                answer.cookies.load(value)
            elif name.lower() not in ("content-type", "connection", "transfer-encoding"):
                answer.headers[name] = value
        answer.wsgi_request = request  # type: ignore[attr-defined] # as Django's handler of tests leaves it
        return answer
