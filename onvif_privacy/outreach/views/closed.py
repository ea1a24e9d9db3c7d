"""What every page of this room has in common: anybody may ask, nobody keeps it, no other site learns its address."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from onvif_privacy.core import gate
from onvif_privacy.core.consent import ConsentUnavailable
from onvif_privacy.core.doors import private_page

V = TypeVar("V", bound=Callable[..., HttpResponseBase])
RETRY_SECONDS = 30


class SeeOther(HttpResponseRedirect):
    """303: whatever was posted, the next page is read."""

    status_code = 303


def sealed_off(response: HttpResponseBase, referrer: str) -> HttpResponseBase:
    """Let no cache, frame, search engine or other site have a part of the answer."""
    patch_cache_control(response, private=True, no_store=True)
    response.headers["Referrer-Policy"] = referrer
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _served(view: Callable[..., HttpResponseBase], referrer: str) -> Callable[..., HttpResponseBase]:
    @private_page
    @login_not_required
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return sealed_off(view(request, *args, **kwargs), referrer)
        except (ConsentUnavailable, gate.GateClosed, DatabaseError):
            words = {"title": _("Not just now"), "words": _("This cannot be done just now. Please try again later.")}
            response = render(request, "onvif_privacy/outreach/said.html", words, status=503)
            response.headers["Retry-After"] = str(RETRY_SECONDS)
            return sealed_off(response, referrer)

    return page


def with_token(view: V) -> V:
    """Serve a page whose address holds a token: no site that it links to learns it."""
    return cast("V", _served(view, "no-referrer"))


def public(view: V) -> V:
    """Serve a page of this room."""
    # with no-referrer browsers send "Origin: null" with forms, which Django's protection against forgery refuses
    return cast("V", _served(view, "same-origin"))


def said(request: HttpRequest, title: str, words: str, status: int = 200) -> HttpResponse:
    """Answer with one sentence."""
    return render(request, "onvif_privacy/outreach/said.html", {"title": title, "words": words}, status=status)
