"""Reads the visitor's choice before the view, and holds the answer to it afterwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.services import guard, running
from onvif_privacy.cookies.services.visitor import VisitorPrivacy
from onvif_privacy.core.conf import installed
from onvif_privacy.core.consent import Refusing

GPC_ADDRESS = "/.well-known/gpc.json"

GetResponse = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


class CookieMiddleware:
    """The first of all middleware, so that it sees the answers of every other one and of error handlers.

    Costs no query, no cache access and no file access in a request. Raises ImproperlyConfigured at start where its
    app is not installed.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        if not installed("onvif_privacy.cookies"):
            raise ImproperlyConfigured('CookieMiddleware needs "onvif_privacy.cookies" in INSTALLED_APPS.')
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)
        running.start()

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Answer a request."""
        if self.is_async:
            return self.__acall__(request)
        privacy = read(request)
        return hold(request, answer(request, privacy) or self.get_response(request), privacy)  # type: ignore[arg-type]

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request under ASGI."""
        privacy = read(request)
        return hold(request, answer(request, privacy) or await self.get_response(request), privacy)  # type: ignore[misc]


def read(request: HttpRequest) -> VisitorPrivacy | None:
    """Fill ``request.privacy``; returns it, or None after an error, when everything optional is refused."""
    try:
        privacy = VisitorPrivacy(request, running.current())
    except Exception:
        guard.internal_error("reading a request")
        request.privacy = Refusing()  # type: ignore[attr-defined]
        return None
    request.privacy = privacy  # type: ignore[attr-defined]
    return privacy


def answer(request: HttpRequest, privacy: VisitorPrivacy | None) -> HttpResponseBase | None:
    """Return the site's word on Global Privacy Control where that is asked for, else None."""
    if request.path_info != GPC_ADDRESS or privacy is None:
        return None
    try:
        return gpc(privacy) if conf.GPC else None
    except Exception:
        guard.internal_error("answering for Global Privacy Control")
        return None


def gpc(privacy: VisitorPrivacy) -> HttpResponseBase:
    """Say that the signal is honoured, and since when."""
    body: dict[str, object] = {"gpc": True}
    if privacy.declaration.published_at:
        body["lastUpdate"] = privacy.declaration.published_at.date().isoformat()
    return JsonResponse(body)


def hold(request: HttpRequest, response: HttpResponseBase, privacy: VisitorPrivacy | None) -> HttpResponseBase:
    """Hold the answer to the declaration and the choice; an error inside keeps necessary cookies only."""
    try:
        if privacy is None:
            guard.hold_essential(response)
        else:
            guard.hold(request, response, privacy)
    except Exception:
        guard.internal_error("holding an answer")
        guard.hold_essential(response)
    return response
