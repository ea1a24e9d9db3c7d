"""Adds the site's content security policy. Django 6 ships a middleware for it, Django 5.2 does not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# sync or async: which of the two is known when the chain is built
GetResponse = Callable[[HttpRequest], Any]


class ContentSecurityPolicyMiddleware:
    """Sets ``Content-Security-Policy`` on every answer, from ``settings.CONTENT_SECURITY_POLICY``."""

    sync_capable = async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.policy = "; ".join(f"{name} {value}" for name, value in settings.CONTENT_SECURITY_POLICY.items())
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if iscoroutinefunction(self):
            return self.__acall__(request)
        return self.protect(self.get_response(request))

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        return self.protect(await self.get_response(request))

    def protect(self, response: HttpResponseBase) -> HttpResponseBase:
        """Add the header unless the view has set a policy of its own."""
        response.headers.setdefault("Content-Security-Policy", self.policy)
        return response
