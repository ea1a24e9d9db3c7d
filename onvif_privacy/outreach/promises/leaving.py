"""Ending mails takes one press, for a stranger, by POST alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered, rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.outreach.promises.clauses import NEWS
from onvif_privacy.outreach.services import suppression, unsubscribing
from onvif_privacy.outreach.services.unsubscribing import Leaving, Linker
from onvif_privacy.outreach.views import leaving

ONE_STEP = Promise("product_news.one_step", NEWS, _("One press ends our mails, without an account or a cookie."))

declare(ONE_STEP)

NOBODY = "000.00000000000000000000000000000000"
"""The hash of no address."""


def _stored() -> bool:
    return suppression.rows().filter(address_hash=NOBODY).exists()


@check(ONE_STEP, kind=Kind.PROBE)
def a_stranger_ends_mails(look: Look) -> Iterable[Finding]:
    """Open the link of nobody's mail as a scanner does, then press as a mail provider does; take it back afterwards."""
    host = (house.SITES or ("localhost",))[0]
    client = Client(enforce_csrf_checks=True, SERVER_NAME=host, raise_request_exception=False)
    with rolled_back(suppression.using()):
        path = urlsplit(Linker.load().link("product_news", NOBODY)).path
        for method in ("GET", "HEAD"):
            look.seen()
            client.generic(method, path, secure=True)
            if _stored():
                yield Finding(path[:20], f"{method} ends mails, so every scanner of mails does")
                return
        look.seen()
        answer: HttpResponseBase = client.post(path, {"List-Unsubscribe": "One-Click"}, secure=True)
        if answer.status_code != 200 or answer.has_header("Location"):
            yield Finding(path[:20], f"POST answers {answer.status_code}, and a mail provider gives up")
        elif not _stored():
            yield Finding(path[:20], "POST says yes and ends nothing")
        if answer.cookies:
            yield Finding(path[:20], "POST sets a cookie")


@a_stranger_ends_mails.saboteur
@contextmanager
def looking_ends_it(plant: Plant) -> Iterator[str]:
    """End mails when the link is opened."""
    whole = unsubscribing.read_token

    def hasty(token: str) -> Leaving | None:
        found = whole(token)
        if found is not None:
            unsubscribing.unsubscribe(leaving=found)
        return found

    with altered(unsubscribing, "read_token", hasty):
        yield "GET ends mails"


@a_stranger_ends_mails.saboteur
@contextmanager
def a_cookie_is_needed(plant: Plant) -> Iterator[str]:
    """Ask for the token of a form, which no mail provider has."""
    with altered(leaving.unsubscribe, "csrf_exempt", False):
        yield "POST answers 403"


@a_stranger_ends_mails.saboteur
@contextmanager
def sent_elsewhere(plant: Plant) -> Iterator[str]:
    """Answer with a redirect."""

    def elsewhere(*args: Any, **kwargs: Any) -> HttpResponseBase:
        return HttpResponseRedirect("/")

    with altered(leaving, "render", elsewhere):
        yield "POST answers 302"


@a_stranger_ends_mails.saboteur
@contextmanager
def nothing_is_stored(plant: Plant) -> Iterator[str]:
    """Say yes and do nothing."""
    with altered(unsubscribing, "unsubscribe", lambda **how: None):
        yield "ends nothing"
