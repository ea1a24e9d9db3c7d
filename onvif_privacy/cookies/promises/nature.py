"""What a cookie of this site is: short-lived, for this site alone, and anonymous where it remembers a refusal."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import override_settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.cookies.checks import LONGEST_DAYS
from onvif_privacy.cookies.conf import DAY, MAX_AGE_LIMIT, conf
from onvif_privacy.cookies.promises.trying import PROBE, answered, leaving, policy, published, request
from onvif_privacy.cookies.services import choice as choices
from onvif_privacy.cookies.services import deciding, guard, snapshot
from onvif_privacy.cookies.services.choice import Answer, Choice
from onvif_privacy.cookies.services.declared import languages
from onvif_privacy.cookies.services.set_cookie import SetCookie
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.here import reached_from_here_alone
from onvif_privacy.core.promises import Clause, Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered
from onvif_privacy.core.registry import DeviceItem, declare, temporarily

NATURE = Clause("cookies_nature", _("What cookies are"))
OWN = Promise(
    "cookies_nature.own",
    NATURE,
    _("The cookies that remember a choice are safe, end in time, and recognise nobody who declined."),
)
LIMITED = Promise(
    "cookies_nature.limited", NATURE, _("No cookie is declared for longer, or lives longer, than it may.")
)
NECESSARY = Promise("cookies_nature.necessary", NATURE, _("Whatever counts as necessary says why."))

declare(NATURE, OWN, LIMITED, NECESSARY)

LONGEST_BYTES = 4096
REFERENCE = "A" * 22  # shaped like the reference of a subject


def _own() -> list[SetCookie]:
    """Return the cookies that a refusal leaves in a browser, though somebody had a reference before."""
    response = HttpResponse()
    number = policy().number
    deciding.write(response, Choice(int(time.time()), number, {"marketing": Answer(False)}, "r", REFERENCE))
    return [SetCookie.parse(morsel.OutputString()) for morsel in response.cookies.values()]


def _faults(cookie: SetCookie) -> Iterator[str]:
    flags, hidden = cookie.attributes, cookie.name == choices.cookie_names()[0]
    if "secure" not in flags and not reached_from_here_alone():
        yield "goes over plain http"
    if hidden and "httponly" not in flags:
        yield "can be read by scripts"
    if flags.get("samesite", "").lower() not in ("lax", "strict"):
        yield "is sent along by other sites"
    if not 0 < (cookie.remaining(time.time()) or 0) <= MAX_AGE_LIMIT:
        yield "does not end within 184 days"
    if len(cookie.line()) > LONGEST_BYTES:
        yield "is larger than 4,096 bytes"
    if REFERENCE in cookie.line():
        yield "recognises somebody who declined"


def _too_wide(domain: str) -> bool:
    """Say whether a domain is more than the sites that the settings name."""
    bare = domain.lower().strip(".")
    return "." not in bare or not all(site == bare or site.endswith("." + bare) for site in house.SITES)


@check(OWN, kind=Kind.REFUSAL)
def own_cookies_are_safe(look: Look) -> Iterable[Finding]:
    """Write the cookies of a refusal and look at each of their properties."""
    for cookie in _own():
        look.seen()
        for fault in _faults(cookie):
            yield Finding(f"cookie {cookie.name}", fault)
    if conf.DOMAIN and _too_wide(conf.DOMAIN):
        yield Finding("ONVIF_PRIVACY_COOKIES_DOMAIN", "is wider than the site")


@own_cookies_are_safe.saboteur
@contextmanager
def plain_cookies(plant: Plant) -> Iterator[str]:
    """Send the choice over plain http, on a site that others can reach."""
    hosts = [*settings.ALLOWED_HOSTS, "example.org"]
    with override_settings(ONVIF_PRIVACY_COOKIES_SECURE=False, ALLOWED_HOSTS=hosts):
        yield "goes over plain http"


@own_cookies_are_safe.saboteur
@contextmanager
def domain_too_wide(plant: Plant) -> Iterator[str]:
    """Share the choice with everybody under .com."""
    with override_settings(ONVIF_PRIVACY_COOKIES_DOMAIN="com"):
        yield "is wider than the site"


@own_cookies_are_safe.saboteur
@contextmanager
def one_day_too_long(plant: Plant) -> Iterator[str]:
    """Remember a choice for a day more than six months."""
    with altered(choices, "lifetime", lambda: MAX_AGE_LIMIT + DAY):
        yield "does not end within 184 days"


@own_cookies_are_safe.saboteur
@contextmanager
def reference_in_a_refusal(plant: Plant) -> Iterator[str]:
    """Keep who declined."""
    with altered(choices, "state_value", lambda choice: choice.reference):
        yield "recognises somebody who declined"


@check(LIMITED, kind=Kind.STATIC)
def durations_are_limited(look: Look) -> Iterable[Finding]:
    """Look at every declared duration, in code and in force."""
    items = {item.key: item for item in (*policy().snapshot.items, *snapshot.of_code().items)}
    look.seen(len(items))
    for item in items.values():
        if (item.seconds or 0) > LONGEST_DAYS * DAY:
            yield Finding(item.key, f"is declared for more than {LONGEST_DAYS} days")


@durations_are_limited.saboteur
@contextmanager
def duration_too_long(plant: Plant) -> Iterator[str]:
    """Declare a cookie for a day more than a browser keeps one."""
    with temporarily(_probe("marketing", timedelta(days=LONGEST_DAYS + 1))):
        yield "is declared for more than"


def _long_lived(name: str, seconds: int) -> HttpResponseBase:
    response = HttpResponse()
    response.set_cookie(name, "1", max_age=seconds, secure=True)
    return answered(request(), lambda asked: response)


@check(LIMITED, kind=Kind.REFUSAL)
def lifetimes_are_cut(look: Look) -> Iterable[Finding]:
    """Set one of our cookies for a day longer than declared and look how long it may live."""
    found, name = policy(), choices.cookie_names()[0]
    item = found.cookies.get(name)
    if not found.published or item is None or item.seconds is None:
        return
    for cookie in leaving(_long_lived(name, item.seconds + DAY)):
        look.seen()
        if cookie.name == name and (cookie.remaining(time.time()) or 0) > item.seconds:
            yield Finding(f"cookie {name}", "lives longer than declared")


@lifetimes_are_cut.saboteur
@contextmanager
def lifetime_kept(plant: Plant) -> Iterator[str]:
    """Let a cookie live as long as the code that set it says."""

    def keep(morsel: Any, cookie: SetCookie) -> None:
        return None

    with published(), altered(guard, "_shorten", keep):
        yield "lives longer than declared"


@check(NECESSARY, kind=Kind.DATABASE)
def necessary_items_say_why(look: Look) -> Iterable[Finding]:
    """Look for a reason beside each item that nobody is asked for, in code and in the admin."""
    for item in snapshot.of_drafts().items:
        if item.necessary:
            look.seen()
            if not item.said("reason", languages()[0]):
                yield Finding(item.key, "is called necessary without a reason")


@necessary_items_say_why.saboteur
@contextmanager
def relabelled_without_a_reason(plant: Plant) -> Iterator[str]:
    """Call an advertisement necessary."""
    with temporarily(_probe("necessary", timedelta(days=1))):
        yield f"{PROBE}: is called necessary without a reason"


def _probe(purpose: str, duration: timedelta) -> DeviceItem:
    return DeviceItem(PROBE, purpose, provider="Example", duration=duration, text="Sabotage.")
