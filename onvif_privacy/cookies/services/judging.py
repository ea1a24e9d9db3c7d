"""The five rules for one ``Set-Cookie`` line: what leaves, what stays, and what is found. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from onvif_privacy.cookies.services.declared import Item
from onvif_privacy.cookies.services.policy import Policy
from onvif_privacy.cookies.services.set_cookie import SetCookie


class Verdict(NamedTuple):
    """``cookie`` is what may leave (None: nothing), ``findings`` the kinds of what was found."""

    cookie: SetCookie | None
    findings: tuple[str, ...] = ()


def judge(cookie: SetCookie, policy: Policy, allows: Callable[[str], bool], *, page: str, now: float) -> Verdict:
    """Judge one cookie set on ``page`` at ``now`` (seconds since 1970).

    1. Deleting needs no consent. 2. What nobody declared does not leave. 3. Necessary cookies leave, whatever else is
    wrong with them, because signing in must not break. 4. Optional ones leave if granted and within their declaration.
    5. Nothing lives longer than declared. Source: statement clauses ``cookies_nature`` and ``cookies_choice``.
    """
    remaining = cookie.remaining(now)
    if remaining is not None and remaining <= 0:
        return Verdict(cookie)
    found = ("prefix",) if cookie.prefix_broken(page) else ()
    item = policy.cookies.get(cookie.name)
    if item is None:
        return Verdict(None, (*found, "undeclared"))
    if not item.necessary and not (item.purpose in policy.optional and allows(item.purpose)):
        return Verdict(None, (*found, "denied"))
    if outside(cookie, item, page):
        found = (*found, "drift")
        if not item.necessary:
            return Verdict(None, found)
    if remaining is not None and (item.seconds is None or remaining > item.seconds):
        return Verdict(cookie.cut(item.seconds, now), (*found, "lifetime"))
    return Verdict(cookie, found)


def outside(cookie: SetCookie, item: Item, page: str) -> bool:
    """Say whether domain, path or partition go beyond the declaration. A host-only cookie is never too wide."""
    return (
        (bool(cookie.domain) and cookie.domain not in item.domains)
        or cookie.path(page) not in item.paths
        or (cookie.partitioned and not item.partitioned)
    )
