"""What a visitor gets from a project, in a form that two copies of it can be compared by."""

from __future__ import annotations

import http.client
import re
import urllib.parse
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

from tests.newsite import BODY, FIREFOX, Site

# what is made at random, by the clock or from the list of installed apps: masked CSRF tokens, the minute in Oscar's
# head, the version that Wagtail gives its static files
MADE_EACH_TIME = re.compile(rb"\b[A-Za-z0-9]{64}\b|<meta name=\"created\"[^>]*>|\?v=[0-9a-f]{8}\b")
# what the clock and the server add, and what follows from the length of our tags; cookies are compared by name
OWN_TO_EACH = {"date", "expires", "server", "content-length", "set-cookie"}


@dataclass(frozen=True)
class Answer:
    """One answer: status, headers without those of `OWN_TO_EACH`, names of the cookies set, and the body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    cookies: tuple[str, ...]
    body: bytes


@dataclass
class Visitor:
    """A browser that keeps every cookie and follows no redirect. Asks all copies by the same host name."""

    site: Site
    kept: dict[str, str] = field(default_factory=dict)
    last: bytes = b""

    def ask(self, path: str, data: dict[str, str] | None = None) -> Answer:
        """Return the answer at a path; ``data`` makes it a form post, with the token of the page seen before."""
        address = urllib.parse.urlsplit(self.site.address)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        headers = {"Host": "localhost", "User-Agent": FIREFOX, "Accept": "text/html", "Accept-Language": "en"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.kept.items())
        body = None
        if data is not None:
            token = re.findall(rb'name="csrfmiddlewaretoken" value="([^"]+)"', self.last)
            body = urllib.parse.urlencode({**data, "csrfmiddlewaretoken": token[0].decode() if token else ""})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("GET" if body is None else "POST", path, body, headers)
        response = connection.getresponse()
        self.last = response.read()
        connection.close()
        return self._kept(response)

    def _kept(self, response: http.client.HTTPResponse) -> Answer:
        names = []
        for line in response.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                names.append(name)
                self.kept[name] = morsel.value
        headers = [(name, value) for name, value in response.headers.items() if name.lower() not in OWN_TO_EACH]
        return Answer(response.status, tuple(sorted(headers)), tuple(sorted(names)), self.last)

    def sign_in(self, page: str) -> None:
        """Sign the superuser in at a log-in page."""
        self.ask(page)
        answer = self.ask(page, {"username": "admin", "password": "a long enough one"})
        assert answer.status == 302, answer.body.decode()


def outside_tags(bare: bytes, ours: bytes) -> tuple[bytes, bytes]:
    """Compare two bodies but for what stands directly behind ``<body>`` and directly before ``</body>``.

    Returns (what the copy without us has, what ours has without our two tags); a page without a body element is
    compared whole.
    """
    bare, ours = (MADE_EACH_TIME.sub(b"EACH TIME", body) for body in (bare, ours))
    parts = re.fullmatch(rb"(.*%s)(.*)(</body>.*)" % BODY.pattern.encode(), bare, re.DOTALL)
    if parts is None or b'class="privacy-bar' not in ours:
        return bare, ours
    start, middle, end = parts.groups()
    place = ours.find(middle, len(start))
    if not ours.startswith(start) or not ours.endswith(end) or place < 0:
        return bare, ours
    bar, footer = ours[len(start) : place], ours[place + len(middle) : len(ours) - len(end)]
    assert b'class="privacy-bar' in bar
    assert b"/privacy/" in footer
    return bare, start + middle + end
