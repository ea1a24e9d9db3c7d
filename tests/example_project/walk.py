"""Walks through the example site and prints what it found as JSON. Runs in the site's own process, not under pytest."""

from __future__ import annotations

import json
import re
import sys
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]+)"')
OWN_HOST = "127.0.0.1"
MOST_PAGES = 250


def visit(client: Client, path: str) -> tuple[dict[str, Any], str]:
    """Get one page; gives what tests ask about it, and its HTML."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path, headers={"host": OWN_HOST})
    html = response.content.decode() if "html" in response.headers.get("Content-Type", "") else ""
    page = {
        "status": response.status_code,
        "queries": len(queries),
        "cookies": sorted(response.cookies),
        "policy": response.headers.get("Content-Security-Policy", ""),
        "vary": response.headers.get("Vary", ""),
        "location": response.headers.get("Location", ""),
        "html": html,
    }
    return page, html


def crawl(client: Client) -> dict[str, Any]:
    """Follow every link of the site from the home page on, each address once."""
    found: dict[str, Any] = {}
    waiting = ["/"]
    while waiting and len(found) < MOST_PAGES:
        path = waiting.pop()
        if path in found or path.startswith("/admin/"):
            continue
        found[path], html = visit(client, path)
        for href in LINK.findall(html):
            address = urlsplit(urldefrag(urljoin(f"http://{OWN_HOST}{path}", href.replace("&amp;", "&"))).url)
            if address.scheme == "http" and address.netloc == OWN_HOST:
                waiting.append(address.path + (f"?{address.query}" if address.query else ""))
    return found


def main() -> None:
    """Print the pages as a stranger finds them, and those that only a member finds."""
    settings.ONVIF_PRIVACY_VISITS_RECORDING = "off"  # the site stays as it is
    stranger = Client()
    member = Client()
    member.force_login(User.objects.get(username="customer"))
    report = {
        "stranger": crawl(stranger),
        "jar": sorted(stranger.cookies),
        "missing": visit(Client(), "/no/such/page/")[0],
        "members": visit(member, "/members/")[0],
        "topic": visit(member, "/board/implementers/1/")[0],
    }
    json.dump(report, sys.stdout)


main()
