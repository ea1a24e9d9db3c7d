"""Forms are filled for their own person only, and no cache keeps such an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Subject
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered
from onvif_privacy.core.registry import declare
from onvif_privacy.people.middleware import DeviceMiddleware
from onvif_privacy.people.models import Device
from onvif_privacy.people.promises.clauses import COOKIES_PURPOSE
from onvif_privacy.people.services import devices, prefill

OWN = Promise(
    "cookies_purpose.own",
    COOKIES_PURPOSE,
    _("Addresses are filled in for their own person only, never by cookie alone."),
)
UNCACHED = Promise("cookies_purpose.uncached", COOKIES_PURPOSE, _("No cache keeps a page that was filled in."))
HIDDEN = Promise(
    "cookies_purpose.hidden", COOKIES_PURPOSE, _("The mark of a device is sent to this site only, encrypted.")
)

declare(OWN, UNCACHED, HIDDEN)

OWNER = 1


def _request(user: Any) -> HttpRequest:
    """Return a request that came with a living token of somebody's device."""
    request = RequestFactory().get("/", secure=True)
    request.user = user
    device = Device(subject=Subject(user_id=OWNER))
    request.onvif_privacy_device = device  # type: ignore[attr-defined]
    return cast("HttpRequest", request)


@check(OWN, kind=Kind.REFUSAL)
def strangers_get_nothing(look: Look) -> Iterable[Finding]:
    """Bring somebody's token as nobody, and as somebody else."""
    other = SimpleNamespace(is_authenticated=True, is_active=True, pk=OWNER + 1)
    for name, user in (
        ("anonymous visitor with the cookie", AnonymousUser()),
        ("another person with the cookie", other),
    ):
        look.seen()
        if prefill.may_fill(_request(user)) is not None:
            yield Finding(name, "gets a filled form")


@strangers_get_nothing.saboteur
@contextmanager
def cookie_that_is_enough(plant: Plant) -> Iterator[str]:
    """Fill forms for whoever brings the cookie."""

    def by_cookie(request: HttpRequest) -> Subject | None:
        device = devices.device_of(request)
        return device.subject if device else None

    with altered(prefill, "may_fill", by_cookie):
        yield "anonymous visitor with the cookie: gets a filled form"


def _answer(**marks: Any) -> HttpResponse:
    request = RequestFactory().get("/", secure=True)

    def view(asked: HttpRequest) -> HttpResponse:
        for name, value in marks.items():
            setattr(asked, name, value)
        response = HttpResponse()
        response.headers["Cache-Control"] = "public, max-age=600"
        return response

    return cast("HttpResponse", DeviceMiddleware(view)(request))


@check(UNCACHED, kind=Kind.REFUSAL)
def filled_answers_say_no_store(look: Look) -> Iterable[Finding]:
    """Let a view that says "public" answer with a filled form, and look at what leaves."""
    look.seen()
    header = _answer(onvif_privacy_personal=True).get("Cache-Control", "")
    if "no-store" not in header or "private" not in header or "public" in header:
        yield Finding("DeviceMiddleware", "lets a filled answer go out for caches to keep")
    look.seen()
    request = RequestFactory().get("/")
    prefill.personal(request)
    if getattr(request, "_cache_update_cache", True):
        yield Finding("initial_for", "leaves a filled answer to Django's caches")


@filled_answers_say_no_store.saboteur
@contextmanager
def middleware_that_says_nothing(plant: Plant) -> Iterator[str]:
    """Let answers go out as they are."""
    with altered(DeviceMiddleware, "_after", lambda self, request, response: response):
        yield "DeviceMiddleware: lets a filled answer go out"


@filled_answers_say_no_store.saboteur
@contextmanager
def filling_that_marks_nothing(plant: Plant) -> Iterator[str]:
    """Fill forms without telling Django's caches."""
    with altered(prefill, "personal", lambda request: None):
        yield "initial_for: leaves a filled answer to Django's caches"


@check(HIDDEN, kind=Kind.REFUSAL)
def cookie_is_closed(look: Look) -> Iterable[Finding]:
    """Look at the cookie as it leaves."""
    look.seen()
    cookie = _answer(onvif_privacy_device_cookie="x").cookies.get(devices.COOKIE)
    if cookie is None:
        yield Finding(devices.COOKIE, "is not set")
    elif not (cookie["secure"] and cookie["httponly"] and not cookie["domain"] and cookie["path"] == "/"):
        yield Finding(devices.COOKIE, "can be read by scripts, other hosts or on the way")


@cookie_is_closed.saboteur
@contextmanager
def cookie_that_scripts_read(plant: Plant) -> Iterator[str]:
    """Set the cookie as Django does unless told otherwise."""

    def after(middleware: DeviceMiddleware, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.set_cookie(devices.COOKIE, "x")
        return response

    with altered(DeviceMiddleware, "_after", after):
        yield f"{devices.COOKIE}: can be read by scripts"
