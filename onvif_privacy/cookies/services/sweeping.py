"""The deleting lines for the answer to a decision or a sweep, which a script repeats until nothing is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from onvif_privacy.cookies.services import expiring, request_cookies
from onvif_privacy.cookies.services.declared import Item
from onvif_privacy.cookies.services.guard import place_of
from onvif_privacy.cookies.services.policy import Policy

Allows = Callable[[str], bool]


def came_from(request: HttpRequest) -> str:
    """Return the path of the page that a post came from: what the script says, else the referrer, else ``/``."""
    said = request.POST.get("page", "")
    page = said or urlsplit(request.headers.get("Referer", "")).path
    return page[:500] if page.startswith("/") else "/"


def refused(request: HttpRequest, policy: Policy, allows: Allows) -> list[tuple[str, Item]]:
    """Return the optional cookies that a request carries and nobody granted, by name, each once."""
    found = {}
    for name, _value in request_cookies.pairs(request_cookies.header(request)):
        item = policy.cookies.get(name)
        if item is not None and not item.necessary and not (item.purpose in policy.optional and allows(item.purpose)):
            found[name] = item
    return sorted(found.items())


def lines(request: HttpRequest, policy: Policy, allows: Allows) -> Iterator[tuple[str, str, bool]]:
    """Yield ``(cursor, line, declared)`` for every variant: visible names in order, then those on other paths."""
    place = place_of(request, came_from(request))
    for name, item in refused(request, policy, allows):
        declared = set(expiring.declared_variants(name, item, place))
        for number, line in enumerate(expiring.variants(name, item, place)):
            yield f"{name} {number:03}", line, line in declared
    for name, item, paths in expiring.hidden(policy, allows, request.path, place.page):
        for number, line in enumerate(expiring.variants(name, item, place, paths=paths)):
            # sorts behind every visible name: "~" is the last character a name can hold
            yield f"~~{name} {number:03}", line, False


def sweep(response: HttpResponseBase, request: HttpRequest, policy: Policy, allows: Allows, *, after: str = "") -> str:
    """Add deleting lines to an answer and return the cursor to go on from; empty when everything was sent.

    The first round (no cursor) sends every declared variant first, because they are most likely the right ones.
    Rounds go through the names in order, so one that cannot be deleted does not hold up the others.
    """
    every = list(lines(request, policy, allows))
    first = [] if after else [line for _cursor, line, declared in every if declared]
    rest = [(cursor, line) for cursor, line, _declared in every if cursor > after]
    sent = expiring.fill([*first, *(line for _cursor, line in rest)], expiring.room(response))
    for line in sent:
        expiring.place_line(response.cookies, line)
    done = set(sent)
    return _last_before(rest, done) if any(line not in done for _cursor, line in rest) else ""


def _last_before(rest: list[tuple[str, str]], done: set[str]) -> str:
    """Return the cursor of the last line before the first that was not sent; one before all if that is the first."""
    last = " "  # sorts before every cursor, as no name holds a space
    for cursor, line in rest:
        if line not in done:
            break
        last = cursor
    return last
