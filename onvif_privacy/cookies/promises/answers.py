"""Nothing that was not allowed leaves the server, wherever in the code it was set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie

from django.conf import settings
from django.http import HttpResponse, HttpResponseServerError, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import override_settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.cookies.checks import MIDDLEWARE
from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.promises.trying import PROBE, answered, leaving, policy, published, request
from onvif_privacy.cookies.services import guard
from onvif_privacy.cookies.services.declared import COOKIE
from onvif_privacy.cookies.services.judging import Verdict
from onvif_privacy.cookies.services.policy import Policy
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.own import CHOICE
from onvif_privacy.core.promises.planting import altered
from onvif_privacy.core.registry import declare

HELD = Promise(
    "cookies_choice.held",
    CHOICE,
    _("A cookie that nobody declared or allowed does not leave the server, wherever it was set."),
)
ENFORCED = Promise("cookies_choice.enforced", CHOICE, _("Cookies are held back, not only reported."))

declare(HELD, ENFORCED)

MOST = 20  # declared cookies that one look tries

Place = Callable[[str], HttpResponseBase]


def _set(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response.set_cookie(name, "1")
    return response


def _in_a_header(name: str) -> HttpResponseBase:
    response = HttpResponse()
    response.headers["Set-Cookie"] = f"{name}=1; Path=/"
    return answered(request(), lambda asked: response)


PLACES: dict[str, Place] = {
    "a view": lambda name: answered(request(), lambda asked: _set(HttpResponse(), name)),
    "an error handler": lambda name: answered(request(), lambda asked: _set(HttpResponseServerError(), name)),
    "a streaming answer": lambda name: answered(request(), lambda asked: _set(StreamingHttpResponse(), name)),
    "a raw header": _in_a_header,
    "an outer middleware": lambda name: _set(answered(request()), name),
}


def _unwanted(found: Policy) -> list[str]:
    """Return names that may not leave towards somebody who has not decided: one undeclared, and optional ones."""
    optional = [
        item.name
        for item in found.snapshot.items
        if item.kind == COOKIE and not item.necessary and "*" not in item.name
    ]
    return [PROBE, *optional[:MOST]]


@check(HELD, kind=Kind.REFUSAL)
def what_was_not_allowed_stays(look: Look) -> Iterable[Finding]:
    """Set cookies that nobody allowed in five places of the code and look whether one leaves."""
    found = policy()
    if not found.published:
        return
    for place, answer in PLACES.items():
        for name in _unwanted(found):
            look.seen()
            if any(cookie.name == name for cookie in leaving(answer(name))):
                yield Finding(place, f"the cookie {name} leaves before anybody allowed it")


@what_was_not_allowed_stays.saboteur
@contextmanager
def guard_lets_everything_pass(plant: Plant) -> Iterator[str]:
    """Judge every cookie as welcome."""
    with published(), altered(guard, "judge", lambda cookie, *args, **kwargs: Verdict(cookie)):
        yield f"a view: the cookie {PROBE} leaves"


@what_was_not_allowed_stays.saboteur
@contextmanager
def guard_overlooks_what_comes_later(plant: Plant) -> Iterator[str]:
    """Judge nothing that is set outside of the middleware."""
    with published(), altered(guard.GuardedCookies, "values", SimpleCookie.values):
        yield "an outer middleware"


@what_was_not_allowed_stays.saboteur
@contextmanager
def guard_only_reports(plant: Plant) -> Iterator[str]:
    """Switch to report mode."""
    with published(), override_settings(ONVIF_PRIVACY_COOKIES_MODE="report"):
        yield "a raw header"


@check(HELD, kind=Kind.STATIC)
def middleware_stands_first(look: Look) -> Iterable[Finding]:
    """Look at the order of the middleware: what stands outside of ours answers unseen."""
    look.seen()
    names = list(settings.MIDDLEWARE)
    if MIDDLEWARE not in names:
        yield Finding("MIDDLEWARE", "lacks the middleware that holds cookies back")
    elif names[0] != MIDDLEWARE:
        yield Finding("MIDDLEWARE", f"{names[0]} stands before the one that holds cookies back")


@middleware_stands_first.saboteur
@contextmanager
def middleware_in_second_place(plant: Plant) -> Iterator[str]:
    """Move the first middleware behind the second."""
    first, second, *rest = plant.settings.MIDDLEWARE
    with override_settings(MIDDLEWARE=[second, first, *rest]):
        yield f"{second} stands before"


@middleware_stands_first.saboteur
@contextmanager
def middleware_missing(plant: Plant) -> Iterator[str]:
    """Take the middleware out."""
    with override_settings(MIDDLEWARE=plant.settings.MIDDLEWARE[1:]):
        yield "lacks the middleware"


@check(ENFORCED, kind=Kind.STATIC)
def guard_enforces(look: Look) -> Iterable[Finding]:
    """Look whether a policy is published and the guard acts on it; before the first publishing nothing is proven."""
    look.seen(int(policy().published))
    if conf.MODE != "enforce":
        yield Finding("ONVIF_PRIVACY_COOKIES_MODE", "cookies are only reported, none is held back")


@guard_enforces.saboteur
@contextmanager
def report_mode(plant: Plant) -> Iterator[str]:
    """Switch to report mode."""
    with override_settings(ONVIF_PRIVACY_COOKIES_MODE="report"):
        yield "only reported"
