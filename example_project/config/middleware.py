"""Adds the site's content security policy. Django 6 ships a middleware for it, Django 5.2 does not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Answer = HttpResponseBase | Awaitable[HttpResponseBase]


class ContentSecurityPolicyMiddleware:
    """Sets ``Content-Security-Policy`` on every answer, from ``settings.CONTENT_SECURITY_POLICY``."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Answer]) -> None:
        self.get_response = get_response
        self.policy = "; ".join(f"{name} {value}" for name, value in settings.CONTENT_SECURITY_POLICY.items())
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Answer:
        if self.is_async:
            return self.__acall__(request)
        return self.protect(cast("HttpResponseBase", self.get_response(request)))

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        return self.protect(await cast("Awaitable[HttpResponseBase]", self.get_response(request)))

    def protect(self, response: HttpResponseBase) -> HttpResponseBase:
        """Add the header unless the view has set a policy of its own."""
        response.headers.setdefault("Content-Security-Policy", self.policy)
        return response
