"""Nobody gets content that was chosen by what they looked at, unless they agreed to that."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, override_settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.crawling import links
from onvif_privacy.core.promises import Clause, Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.registry import declare

CUSTOMISED = Clause("customised", _("Content chosen for you"))
BY_CHOICE = Promise("customised.by_choice", CUSTOMISED, _("Who agreed to nothing gets the pages of a first visit."))

declare(CUSTOMISED, BY_CHOICE)

READ, COMPARED, TRIES = 12, 4, 3
SEEN = "onvif_privacy_probe_seen"
_MADE_ANEW = re.compile(r"""(value|nonce|content)=(["'])[\w+/=-]{16,}\2""")  # tokens against forgery, nonces


def _page(look: Look, address: str, visitor: Client) -> str:
    """Return a page without what is made anew for each answer."""
    content = getattr(look.get(address, visitor), "content", b"")  # a streamed page is not read
    return _MADE_ANEW.sub(r"\1=", content.decode(errors="replace"))


def _addresses(page: str) -> list[str]:
    return list(dict.fromkeys(["/", *links("/", page.encode())]))[:READ]


def _differs(look: Look, address: str, reader: Client) -> bool:
    """Whether a reader gets another page than a stranger. Asked again: a page may change for everybody in between."""
    return all(_page(look, address, reader) != _page(look, address, look.stranger()) for _try in range(TRIES))


@check(BY_CHOICE, kind=Kind.PROBE)
def readers_get_the_pages_of_strangers(look: Look) -> Iterable[Finding]:
    """Read some pages without agreeing to anything, and compare what comes then with what a stranger gets."""
    reader = look.stranger()
    addresses = _addresses(_page(look, "/", reader))
    for address in addresses:
        look.get(address, reader)
    for address in addresses[:COMPARED]:
        if _differs(look, address, reader):
            yield Finding(address, "is another page for who has looked at pages before")


class Tailor:
    """What the saboteur plants: a middleware that knows who was here before and answers accordingly."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Greet a reader."""
        response = self.get_response(request)
        if SEEN in request.COOKIES and isinstance(response, HttpResponse):
            response.content += b"<p>You have looked at cameras.</p>"
        response.set_cookie(SEEN, "1")
        return response


@readers_get_the_pages_of_strangers.saboteur
@contextmanager
def pages_that_remember(plant: Plant) -> Iterator[str]:
    """Choose content by a cookie that nobody was asked about, set outside of what holds cookies back."""
    with override_settings(MIDDLEWARE=[f"{__name__}.{Tailor.__name__}", *settings.MIDDLEWARE]):
        yield "is another page for who has looked at pages before"
