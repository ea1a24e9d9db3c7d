"""Who is asking, and what every page of this room has in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect

from onvif_privacy.core import consent, gate, subjects
from onvif_privacy.core.consent import ConsentUnavailable
from onvif_privacy.core.doors import private_page
from onvif_privacy.core.models import Subject

V = TypeVar("V", bound=Callable[..., HttpResponseBase])

RETRY_SECONDS = 30


def sealed_off(response: HttpResponseBase) -> HttpResponseBase:
    """Let no cache, frame, search engine or other site have a part of the answer.

    ``same-origin`` and not ``no-referrer``: with the latter browsers send ``Origin: null`` with forms (Fetch, section
    3.1), which Django's protection against forged requests refuses. Frames are refused by ``X-Frame-Options`` and not
    by a content policy: a site's own middleware often sets its policy only where an answer has none yet.
    """
    patch_cache_control(response, private=True, no_store=True)
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def private(view: V) -> V:
    """Serve a page of this room: to anybody who may ask, kept by nobody, recorded by no visit."""

    @private_page
    @login_not_required
    @csrf_protect
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return sealed_off(view(request, *args, **kwargs))
        except (ConsentUnavailable, gate.GateClosed):
            words = {"title": _("Not just now"), "words": _("This cannot be done just now. Please try again later.")}
            response = render(request, "onvif_privacy/rights/said.html", words, status=503)
            response.headers["Retry-After"] = str(RETRY_SECONDS)
            return sealed_off(response)

    return cast("V", page)


def asking(request: HttpRequest) -> Subject | None:
    """Return who asks: the signed-in user, else the visitor whom this browser's choice names; None for a stranger."""
    user = getattr(request, "user", None)
    if isinstance(user, AbstractBaseUser) and user.is_authenticated:
        return subjects.for_user(user)
    reference = consent.of(request).silent.reference
    found = subjects.by_reference(reference) if reference else None
    if found is None or found.user_id or found.merged_into_id or found.erased_at:
        return None  # what belongs to an account is shown to who signs in to it
    return found


def own(view: V) -> V:
    """Give the view the subject who asks, as second argument; strangers are sent to the log-in."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        subject = asking(request)
        if subject is None:
            return redirect_to_login(request.get_full_path())
        if subject.erased_at is not None:
            raise Http404
        return view(request, subject, *args, **kwargs)

    return cast("V", asked)


def account(view: V) -> V:
    """Let only signed-in people in: a browser's choice proves less than an account."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return cast("V", asked)


class SeeOther(HttpResponseRedirect):
    """303: whatever was posted, the next page is read."""

    status_code = 303


def back(anchor: str = "") -> SeeOther:
    """Return to "my privacy"."""
    return SeeOther(reverse("onvif_privacy_rights:me") + (f"#{anchor}" if anchor else ""))


def said(request: HttpRequest, title: str, words: str, status: int = 200) -> HttpResponse:
    """Answer with one sentence and the way back."""
    return render(request, "onvif_privacy/rights/said.html", {"title": title, "words": words}, status=status)


non_atomic = transaction.non_atomic_requests
