"""Holding every answer to the declaration and to the visitor's choice. Touches headers only, never a body."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, ValuesView
from http.cookies import Morsel, SimpleCookie
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.functional import cached_property  # Python's own takes a lock before 3.12

from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.services import expiring, findings, paste
from onvif_privacy.cookies.services.declared import Item
from onvif_privacy.cookies.services.expiring import Place
from onvif_privacy.cookies.services.judging import Verdict, judge
from onvif_privacy.cookies.services.policy import Policy
from onvif_privacy.cookies.services.set_cookie import SetCookie
from onvif_privacy.cookies.services.visitor import VisitorPrivacy

logger = logging.getLogger(__name__)

REQUEST_NAMES = 20  # unknown names recorded from one request


def enforcing(policy: Policy) -> bool:
    """Say whether answers are changed: something was published, and the site is not in report mode."""
    return policy.published and conf.MODE == "enforce"


def place_of(request: HttpRequest, page: str = "") -> Place:
    """Return where the answer to a request goes; an untrusted host gives one without a domain."""
    try:
        host = request.get_host()
    except DisallowedHost:
        host = ""
    host = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
    return Place(host.lower(), request.is_secure(), page or request.path)


class Guard:
    """Judges what one answer sets. ``judge`` never raises: an error inside keeps necessary cookies only."""

    def __init__(self, request: HttpRequest, privacy: VisitorPrivacy) -> None:
        self.request = request
        self.policy = privacy.declaration
        self.allows: Callable[[str], bool] = privacy.silent.allows

    @cached_property
    def enforces(self) -> bool:
        """Whether answers are changed; not asked of an answer that neither brings nor meets a cookie."""
        return enforcing(self.policy)

    @property
    def view(self) -> str:
        """Dotted name of the view that answered; empty where there was none."""
        match = self.request.resolver_match
        return match.view_name if match else ""

    def judge(self, line: str) -> SetCookie | None:
        """Return what may leave of a ``Set-Cookie`` line, None for nothing, and record what was found."""
        cookie = SetCookie.parse(line)
        try:
            verdict = judge(cookie, self.policy, self.allows, page=self.request.path, now=time.time())
            self._report(cookie, verdict)
        except Exception:
            internal_error("judging a cookie")
            verdict = Verdict(cookie if essential(cookie.name) else None)
        return verdict.cookie if self.enforces else cookie

    def _report(self, cookie: SetCookie, verdict: Verdict) -> None:
        for kind in verdict.findings:
            findings.report(kind, cookie.name, view=self.view)
        if settings.DEBUG and "undeclared" in verdict.findings and not self.enforces:
            paste.suggest(cookie, self.view, self.request.path, time.time())


def internal_error(doing: str) -> None:
    """Log and count an error of this room; the page goes out."""
    logger.exception("The cookie guard failed while %s; optional cookies were removed.", doing)
    try:
        findings.report("internal_error", "")
    except Exception:
        logger.exception("The failure could not be counted.")


def essential(name: str) -> bool:
    """Say whether Django itself needs a cookie of that name. Simple on purpose: it serves when the rest has failed."""
    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, "messages")
    return name in names or name.endswith(("privacy_choice", "privacy_state"))


class GuardedCookies(SimpleCookie):
    """The cookies of an answer, judged again when the handler writes them.

    So a cookie that a middleware outside of ours adds later does not leave either.
    """

    def __init__(self, source: SimpleCookie, guard: Guard) -> None:
        super().__init__()
        dict.update(self, source)
        self._guard = guard
        self._judged: dict[str, str] = {}

    def values(self) -> ValuesView[Morsel[str]]:  # type: ignore[override] # a dict's own class of values cannot be made
        """Return what may leave; handlers write exactly this. Never raises: then necessary cookies only."""
        try:
            self.enforce()
        except Exception:
            internal_error("writing cookies")
            keep_essential(self)
        return super().values()

    def enforce(self) -> None:
        """Judge what was not judged yet, and remove or shorten what must not leave as it is."""
        for key, morsel in list(dict.items(self)):
            line = morsel.OutputString()
            if self._judged.get(key) == line:
                continue
            cookie = self._guard.judge(line)
            if cookie is None:
                dict.__delitem__(self, key)
                continue
            _shorten(morsel, cookie)
            self._judged[key] = morsel.OutputString()

    def add(self, line: str) -> None:
        """Add one deleting line; its name may have others already."""
        self._judged[expiring.place_line(self, line)] = line

    def __reduce__(self) -> tuple[Any, ...]:
        self.enforce()  # a page cache stores what would have left
        return _plain, (dict(self),)


def _plain(morsels: dict[str, Morsel[str]]) -> SimpleCookie:
    cookies = SimpleCookie()
    dict.update(cookies, morsels)
    return cookies


def _shorten(morsel: Morsel[str], cookie: SetCookie) -> None:
    remaining = SetCookie.parse(morsel.OutputString()).attributes
    for name in ("max-age", "expires"):
        if remaining.get(name, "") != cookie.attributes.get(name, ""):
            morsel[name] = cookie.attributes.get(name, "")


def hold(request: HttpRequest, response: HttpResponseBase, privacy: VisitorPrivacy) -> None:
    """Apply all rules to an answer: cookies set, raw headers, caches, and deletion of what was not granted."""
    guard = Guard(request, privacy)
    cookies = response.cookies = GuardedCookies(response.cookies, guard)
    if cookies:
        cookies.enforce()
    if "Set-Cookie" in response.headers:
        _hold_raw(response, guard)
    if privacy.asked:
        patch_vary_headers(response, ("Cookie", "Sec-GPC"))
        patch_cache_control(response, private=True)
    header = privacy.silent.header
    if header:
        _look_at_request(header, response, cookies, guard, privacy)


def keep_essential(cookies: SimpleCookie) -> None:
    """Remove all cookies but Django's own."""
    for key, morsel in list(dict.items(cookies)):
        if not essential(morsel.key):
            dict.__delitem__(cookies, key)


def hold_essential(response: HttpResponseBase) -> None:
    """Remove all cookies but Django's own: what is left when `hold` has failed."""
    keep_essential(response.cookies)
    if "Set-Cookie" in response.headers and not essential(SetCookie.parse(response.headers["Set-Cookie"]).name):
        del response.headers["Set-Cookie"]


def _hold_raw(response: HttpResponseBase, guard: Guard) -> None:
    line = response.headers["Set-Cookie"]
    cookie = guard.judge(line)
    if cookie is None:
        del response.headers["Set-Cookie"]
    elif cookie.attributes != SetCookie.parse(line).attributes:
        response.headers["Set-Cookie"] = cookie.line()


def _look_at_request(
    header: str, response: HttpResponseBase, cookies: GuardedCookies, guard: Guard, privacy: VisitorPrivacy
) -> None:
    """Find names in a request that nobody declared or the visitor did not grant; delete the latter where possible."""
    known, unwanted, unknown = guard.policy.cookies.get, [], 0
    for part in header.split(";"):
        name = part.partition("=")[0].strip()
        item = known(name)
        if item is None:
            unknown += 1
            if unknown <= REQUEST_NAMES and name:
                findings.report("undeclared", name, source="request")
        elif not item.necessary and not (item.purpose in guard.policy.optional and guard.allows(item.purpose)):
            unwanted.append((name, item))
    if not guard.enforces or not privacy.deletes:
        return
    unwanted += stale_own(header, privacy)
    if unwanted and may_carry_deletions(response):
        for line in page_deletions(unwanted, place_of(guard.request), expiring.room(response)):
            cookies.add(line)
        patch_cache_control(response, private=True, no_store=True)


def stale_own(header: str, privacy: VisitorPrivacy) -> list[tuple[str, Item]]:
    """Return this room's own two cookies where they do not make a valid pair any more."""
    choice, state = privacy.silent.own_names
    if choice not in header and state not in header:
        return []
    if privacy.silent.choice is not None and not privacy.silent.broken:
        return []
    own = ((name, privacy.declaration.cookies.get(name)) for name in (choice, state) if name in header)
    return [(name, item) for name, item in own if item is not None]


def may_carry_deletions(response: HttpResponseBase) -> bool:
    """Say whether an answer is nobody else's: private, not stored, or silent about how long it stays fresh."""
    stated = {part.partition("=")[0].strip().lower() for part in response.headers.get("Cache-Control", "").split(",")}
    if stated & {"private", "no-store"}:
        return True
    return not stated & {"public", "s-maxage", "max-age"} and "Expires" not in response.headers


def page_deletions(unwanted: list[tuple[str, Item]], place: Place, room: int) -> list[str]:
    """Return deleting lines for a page, ``room`` bytes of them: declared variants first, then from a random one on."""
    unwanted = random.sample(unwanted, len(unwanted))
    declared = [line for name, item in unwanted for line in expiring.declared_variants(name, item, place)]
    every = [line for name, item in unwanted for line in expiring.variants(name, item, place)]
    start = random.randrange(len(every)) if every else 0  # noqa: S311 - spreads work, keeps no secret
    return expiring.fill([*declared, *every[start:], *every[:start]], room)
