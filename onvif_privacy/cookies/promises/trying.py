"""Answers made inside this process, held by the real middleware, to see what would leave the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

from django.db import router
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from onvif_privacy.cookies import testing
from onvif_privacy.cookies.middleware import CookieMiddleware
from onvif_privacy.cookies.models import PolicyVersion
from onvif_privacy.cookies.services import findings, running
from onvif_privacy.cookies.services.policy import Policy
from onvif_privacy.cookies.services.set_cookie import SetCookie
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.promises.planting import rolled_back

PROBE = "onvif_privacy_probe"  # a cookie name that nobody declares

View = Callable[[HttpRequest], HttpResponseBase]


class Unreachable(Exception):
    """The policy in force is not known, so nothing can be said about it."""


def policy() -> Policy:
    """Return the policy that this process runs, read as a server reads it at its start. Raises Unreachable."""
    running.start()
    found = running.current()
    if not found.reachable:
        raise Unreachable
    return found


def request(path: str = "/", **headers: str) -> HttpRequest:
    """Return a visitor's https request for the first of the site's hosts."""
    host = (house.SITES or ("localhost",))[0]
    return RequestFactory().get(path, secure=True, SERVER_NAME=host, headers=headers)


def empty(asked: HttpRequest) -> HttpResponseBase:
    """Answer with an empty page."""
    return HttpResponse()


def answered(asked: HttpRequest, view: View = empty) -> HttpResponseBase:
    """Return the answer of a view as the middleware lets it go; nothing of it is counted as a finding."""
    with findings.unreported():
        return cast("HttpResponseBase", CookieMiddleware(view)(asked))


def leaving(response: HttpResponseBase) -> list[SetCookie]:
    """Return what handlers would write: cookies and raw headers."""
    with findings.unreported():
        lines = [morsel.OutputString() for morsel in response.cookies.values()]
    lines += [value for name, value in response.headers.items() if name.lower() == "set-cookie"]
    return [SetCookie.parse(line) for line in lines]


@contextmanager
def published(*, guards: bool = True) -> Iterator[str]:
    """Publish what is declared for the length of a saboteur's block, and give the name of the database."""
    using = router.db_for_write(PolicyVersion)
    with rolled_back(using, guards=guards), testing.published():
        yield using
