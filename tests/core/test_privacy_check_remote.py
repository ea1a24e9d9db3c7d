"""``privacy_check --base-url``: pages are asked for over the network, as whoever runs them there answers."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from onvif_privacy.core.promises.looking import Look
from onvif_privacy.core.promises.remote import WrongAddress, checked
from onvif_privacy.statement.testing import published

pytestmark = pytest.mark.django_db
LINK = b'<a href="/privacy/statement/">Privacy statement</a>'


class Site(ThreadingHTTPServer):
    """Another machine that answers every page with the same words, and remembers what it was asked."""

    words = b"<p>Nothing about privacy.</p>"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.asked: list[tuple[str, str, str, bytes]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Page(BaseHTTPRequestHandler):
    server: Site

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.path, self.headers.get("Cookie", ""), body))
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Set-Cookie", "a=b; Path=/; HttpOnly")
        self.send_header("Set-Cookie", "c=d; Path=/")
        self.end_headers()
        self.wfile.write(self.server.words)

    do_GET = do_POST = _answer

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        thread = Thread(target=site.serve_forever, daemon=True)
        thread.start()
        yield site
        site.shutdown()
        thread.join()


def code(*options: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("privacy_check", *options, stdout=out, stderr=out)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue()
    except CommandError as error:
        return error.returncode, f"{out.getvalue()}{error}"
    return 0, out.getvalue()


def test_pages_of_the_running_site_decide(site: Site) -> None:
    options = ("--clause", "scope", "--kind", "P", "--base-url", f"{site.address}/")
    with published("en"):
        found, said = code(*options)
        assert found == 1
        assert "/: does not lead to the statement" in said
        assert ("GET", "/", "", b"") in site.asked
        site.words = LINK
        assert "does not lead" not in code(*options)[1]


def test_client_keeps_cookies_and_sends_forms_over_the_network(site: Site) -> None:
    client = Look(base_url=site.address).stranger()
    response = client.get("/a b/?x=1&y=ä")
    assert (response.status_code, response.content) == (200, site.words)
    assert set(client.cookies) == {"a", "c"}
    client.post("/form/", {"name": "Ada"})
    assert site.asked[0][1] == "/a%20b/?x=1&y=%C3%A4"
    assert site.asked[1][:3] == ("POST", "/form/", "a=b; c=d")
    assert b"Ada" in site.asked[1][3]


def test_site_that_is_away_could_not_be_looked_at() -> None:
    with published("en"):
        assert code("--clause", "scope", "--kind", "P", "--base-url", "http://127.0.0.1:9")[0] == 3


@pytest.mark.parametrize(
    "address",
    [
        "http://www.example.org",
        "ftp://127.0.0.1",
        "www.example.org",
        "https://u:p@example.org",
        "https://[",
        "https://a?b",
    ],
)
def test_other_addresses_are_wrong_use(address: str) -> None:
    with pytest.raises(WrongAddress):
        checked(address)
    assert code("--base-url", address)[0] == 2


def test_saboteurs_never_work_on_a_running_site(site: Site) -> None:
    assert code("--saboteurs", "--base-url", site.address)[0] == 2
    assert site.asked == []
