"""For views of the host that need something a visitor may have declined."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar, cast

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from onvif_privacy.cookies.services import shown
from onvif_privacy.cookies.views.pages import FOLDER, silent
from onvif_privacy.core import consent
from onvif_privacy.core.registry import purposes

V = TypeVar("V", bound=Callable[..., Any])


def requires_purpose(slug: str) -> Callable[[V], V]:
    """Show the notice instead of the view, with 403, unless the visitor granted the purpose. Sync and async views.

    Marks the answer as depending on the visitor, like ``request.privacy.allows``. A purpose nobody declares raises
    NotDeclared when the view is first asked for.
    """

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not granted(request, slug):
                return notice(request, slug)
            return cast("HttpResponseBase", view(request, *args, **kwargs))

        @wraps(view)
        async def guarded_async(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not granted(request, slug):
                # rendering may reach for the user, which an event loop must not wait for
                return await sync_to_async(notice)(request, slug)
            return await cast("Awaitable[HttpResponseBase]", view(request, *args, **kwargs))

        return cast("V", guarded_async if iscoroutinefunction(view) else guarded)

    return decorate


def granted(request: HttpRequest, slug: str) -> bool:
    """Say whether the visitor granted the purpose; marks the answer. Raises NotDeclared for an unknown one."""
    purposes.get(slug)
    return consent.of(request).allows(slug)


def notice(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the page that says which purpose is needed and how to allow it, with 403."""
    policy, language = silent(request).declaration, shown.language_now()
    context = {
        **shown.form(policy, language, surface="page", next_page=request.get_full_path()),
        "purpose": slug,
        "label": shown.label(policy, slug, language),
        "content": "",
    }
    return render(request, f"{FOLDER}/required.html", context, status=403)
