"""What every page of this room has in common: anybody may open it, nobody keeps a copy, no login counts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from onvif_privacy.core.doors import private_page

V = TypeVar("V", bound=Callable[..., HttpResponseBase])


def sealed_off(response: HttpResponseBase) -> HttpResponseBase:
    """Let no cache, frame, search engine or other site have a part of the answer.

    ``same-origin`` and not ``no-referrer``: with the latter browsers send ``Origin: null`` with the page's own forms,
    which Django refuses where an account is attached. Other sites learn nothing either way.
    """
    patch_cache_control(response, private=True, no_store=True)
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def open_page(view: V) -> V:
    """Serve a page to everybody, without protection by cookie: whoever refuses cookies can complain, too.

    A form without a login has no authority that another site could abuse; each carries a token of its own.
    """

    @private_page
    @login_not_required
    @csrf_exempt
    @sensitive_post_parameters()
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return sealed_off(view(request, *args, **kwargs))

    return cast("V", page)


def said(request: HttpRequest, title: str, words: str, status: int = 200) -> HttpResponse:
    """Answer with one sentence and the way back."""
    context = {"title": title, "words": words}
    return render(request, "onvif_privacy/enquiries/said.html", context, status=status)
