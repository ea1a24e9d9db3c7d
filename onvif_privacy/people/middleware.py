"""Writes the cookie of a remembered device, and keeps answers that were made for one person out of every cache.

Being in ``MIDDLEWARE`` is what switches remembered devices on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers

from onvif_privacy.people.conf import conf
from onvif_privacy.people.services.devices import COOKIE, keeps_cookie

DAY = 86_400

Answer = HttpResponseBase | Awaitable[HttpResponseBase]


class DeviceMiddleware:
    """Stands anywhere inside the cookie middleware. Costs nothing on pages that ask nothing of a device."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Answer]) -> None:
        if not apps.is_installed("onvif_privacy.people"):
            raise ImproperlyConfigured('DeviceMiddleware needs "onvif_privacy.people" in INSTALLED_APPS.')
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Answer:
        """Answer, then put cookie and headers on."""
        if self.is_async:
            return self._answer_async(request)
        return self._after(request, cast("HttpResponseBase", self.get_response(request)))

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        return self._after(request, await cast("Awaitable[HttpResponseBase]", self.get_response(request)))

    def _after(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        cookie = getattr(request, "onvif_privacy_device_cookie", None)
        if cookie and keeps_cookie(request):
            response.set_cookie(
                COOKIE, cookie, max_age=conf.DEVICE_DAYS * DAY, path="/", secure=True, httponly=True, samesite="Lax"
            )
        elif cookie == "":
            response.delete_cookie(COOKIE, path="/", samesite="Lax")
        if cookie is not None or getattr(request, "onvif_privacy_personal", False):
            patch_cache_control(response, private=True, no_store=True)
            patch_vary_headers(response, ["Cookie"])
        return response
