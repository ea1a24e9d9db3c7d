"""What every page about a person has in common: it is theirs alone, nobody keeps a copy, no other site frames it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from onvif_privacy.core.doors import private_page

View = Callable[..., HttpResponse]


class SeeOther(HttpResponseRedirect):
    """303: whatever was posted, the next page is read."""

    status_code = 303


def sealed_off(response: HttpResponse) -> HttpResponse:
    """Put the headers on an answer that is one person's: not kept, not framed, not told to other sites.

    ``same-origin`` and not ``no-referrer``: with the latter browsers send ``Origin: null`` with the page's own forms,
    which Django refuses. Other sites learn nothing either way.
    """
    patch_cache_control(response, private=True, no_store=True)
    patch_vary_headers(response, ["Cookie"])
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers.setdefault("Content-Security-Policy", "frame-ancestors 'none'")
    return response


def closed_page(*methods: str) -> Callable[[View], View]:
    """Serve a page of this room with its headers and CSRF protection, recorded by nobody."""

    def decorate(view: View) -> View:
        guarded: View = csrf_protect(sensitive_post_parameters()(require_http_methods(methods)(view)))

        @private_page
        @login_not_required  # so that the page, and not the site's wall, decides where to go
        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return sealed_off(guarded(request, *args, **kwargs))

        return page

    return decorate


def own_page(*methods: str) -> Callable[[View], View]:
    """Serve a page about the person who is signed in; others are asked to sign in first."""

    def decorate(view: View) -> View:
        @closed_page(*methods)
        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            return view(request, *args, **kwargs)

        return page

    return decorate
