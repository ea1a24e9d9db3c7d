"""Looking at headers: the same visitor over the network, or inside this process where the code can be seen."""

from __future__ import annotations

import http.client
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import NoReverseMatch, reverse

from onvif_privacy.cookies.services import findings
from onvif_privacy.cookies.services.auditing.facts import Call, Held, Measured, Page, Unseen, Visitor
from onvif_privacy.cookies.services.auditing.jar import Jar
from onvif_privacy.cookies.services.auditing.reading import read
from onvif_privacy.core import transmission
from onvif_privacy.core.crawling import inside
from onvif_privacy.core.promises.remote import LOOPBACK

SECONDS = 20
MOST_BYTES = 5_000_000
AGENT = "onvif-privacy audit"
_SAFE = "/:@!$&'()*+,;=~-._%?"


class Answer(NamedTuple):
    """What came back: status, type, every ``Set-Cookie`` line, where it redirects, body, and calls seen on the way."""

    status: int
    kind: str
    lines: tuple[str, ...]
    location: str
    body: bytes
    calls: tuple[Call, ...] = ()


class Wire:
    """Asks over the network; https is verified."""

    def __init__(self, origin: str) -> None:
        self._origin = urlsplit(origin)

    def ask(self, method: str, address: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Send one request; raises Unseen where no answer comes."""
        host, port = str(self._origin.hostname), self._origin.port
        if self._origin.scheme == "https":
            line: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=SECONDS, context=transmission.tls()
            )
        else:
            line = http.client.HTTPConnection(host, port, timeout=SECONDS)
        try:
            line.request(method, quote(address, safe=_SAFE), body or None, dict(headers))
            got = line.getresponse()
            content = got.read(MOST_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise Unseen(f"{address} gave no answer: {str(error) or type(error).__name__}") from error
        finally:
            line.close()
        lines = tuple(value for name, value in got.getheaders() if name.lower() == "set-cookie")
        return Answer(got.status, got.getheader("Content-Type", ""), lines, got.getheader("Location", ""), content)


class InProcess:
    """Asks this process's own site, and sees which line of code sets a cookie."""

    def __init__(self, origin: str) -> None:
        parts = urlsplit(origin)
        self._secure = parts.scheme == "https"
        port = str(parts.port or (443 if self._secure else 80))
        self._client = Client(raise_request_exception=False, SERVER_NAME=str(parts.hostname), SERVER_PORT=port)

    def ask(self, method: str, address: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Send one request through the middleware and views of this process."""
        self._client.cookies.clear()  # the visitor's own jar knows domains, paths and ends
        with _watched() as calls, findings.unreported():
            answer: Any = self._client.generic(
                method,
                address,
                body,
                headers.get("Content-Type", "application/octet-stream"),
                secure=self._secure,
                headers={name: value for name, value in headers.items() if name != "Content-Type"},
            )
            lines = [morsel.OutputString() for morsel in answer.cookies.values()]
        lines += [value for name, value in answer.headers.items() if name.lower() == "set-cookie"]
        content = b"" if answer.streaming else answer.content
        headers = answer.headers
        kind, location = headers.get("Content-Type", ""), headers.get("Location", "")
        return Answer(answer.status_code, kind, tuple(lines), location, content, tuple(calls))


@contextmanager
def _watched() -> Iterator[list[Call]]:
    """Note each ``set_cookie`` of the block with file and line of who called it."""
    whole, seen = HttpResponseBase.set_cookie, list[Call]()

    @wraps(whole)
    def noting(self: HttpResponseBase, key: str, *args: Any, **kwargs: Any) -> None:
        whole(self, key, *args, **kwargs)
        seen.append(Call(self.cookies[key].OutputString(), _caller()))

    HttpResponseBase.set_cookie = noting  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        HttpResponseBase.set_cookie = whole  # type: ignore[method-assign]


def _caller() -> str:
    """Return ``shop/views.py:12``: who set a cookie, past Django's own methods of an answer."""
    frame: Any = sys._getframe(2)
    while frame.f_back and frame.f_code.co_filename.replace("\\", "/").endswith("django/http/response.py"):
        frame = frame.f_back
    file = Path(frame.f_code.co_filename)
    roots = [Path(entry).resolve() for entry in sys.path if entry] + [Path.cwd()]
    inner = [file.relative_to(root) for root in roots if file.is_relative_to(root)]
    return f"{min(inner, key=lambda path: len(path.parts), default=file).as_posix()}:{frame.f_lineno}"


def settings_path() -> str:
    """Return the path of the settings page on this site; empty where the room's pages are not mounted."""
    try:
        return reverse("onvif_privacy_cookies:settings")
    except NoReverseMatch:
        return ""


class HeaderVisitor:
    """A visitor without a browser: sends and keeps cookies, posts the bar's form, runs no script."""

    scripted = False

    def __init__(self, origin: str, line: Wire | InProcess) -> None:
        parts = urlsplit(origin)
        host = str(parts.hostname)
        self._origin, self._line = origin, line
        self._jar = Jar(host, trusted=parts.scheme == "https" or host in LOOPBACK)
        self._form: Mapping[str, str] = {}

    def _ask(self, method: str, address: str, body: bytes = b"", **headers: str) -> Answer:
        path = urlsplit(address).path
        sent = {"User-Agent": AGENT, "Accept": "text/html,*/*;q=0.5", **headers}
        if cookies := self._jar.header(path):
            sent["Cookie"] = cookies
        answer = self._line.ask(method, address, sent, body)
        self._jar.take(answer.lines, path, time.time())
        return answer

    def open(self, address: str) -> Page:
        """Ask for one page; a redirect is a page that leads to the next one."""
        answer = self._ask("GET", address)
        is_page = answer.status == 200 and "html" in answer.kind
        found = read(answer.body.decode("utf-8", "replace") if is_page else "", settings_path())
        hrefs = [*found.hrefs, answer.location] if answer.location else found.hrefs
        self._form = found.form or self._form
        return Page(
            address,
            answer.status,
            links=tuple(link for href in hrefs if (link := inside(address, href, self._origin))),
            lines=answer.lines,
            calls=answer.calls,
            live=tuple(found.live),
            settings=found.settings if is_page else None,
            form=found.form,
        )

    def text(self, address: str) -> str:
        """Return a sitemap."""
        answer = self._ask("GET", address)
        return answer.body.decode("utf-8", "replace") if answer.status == 200 else ""

    def decide(self, action: str) -> None:
        """Post the form of the last bar, as a browser without JavaScript does."""
        form = dict(self._form)
        target = inside("/", form.pop("action", ""), self._origin)
        if not target:
            raise Unseen("The pages show no bar, so nothing could be answered.")
        form |= {"action": action} if action != "withdraw" else {"action": action, "surface": "page"}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self._origin,
            "Sec-Fetch-Site": "same-origin",
        }
        answer = self._ask("POST", target, urlencode(form).encode(), **headers)
        if answer.status != 303:
            raise Unseen(f"The answer “{action}” was not taken: {answer.status}.")

    def held(self) -> list[Held]:
        """Return the cookies of the jar."""
        return self._jar.held()

    def measured(self) -> list[Measured]:
        """Return nothing: headers have no size."""
        return []


class Headers:
    """Looks at headers alone."""

    def __init__(self, origin: str, line: Wire | InProcess) -> None:
        self._origin, self._line = origin, line

    @contextmanager
    def visitor(self) -> Iterator[Visitor]:
        """Bring a visitor with an empty jar."""
        yield HeaderVisitor(self._origin, self._line)
