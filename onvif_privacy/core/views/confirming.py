"""``again/``: asks somebody who is signed in for their password once more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from onvif_privacy.core import limits, subjects
from onvif_privacy.core.conf import conf
from onvif_privacy.core.doors import private_page
from onvif_privacy.core.text import safe_url

TRIES, SECONDS = 5, 300  # for one account; a network has four times as many


class PasswordForm(forms.Form):
    """One password."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


def _next(request: HttpRequest) -> str:
    """Return where to go afterwards: a page of this host, or where the site sends people who signed in."""
    return safe_url(request.POST.get("next") or request.GET.get("next") or "") or ""


def _within_limits(request: HttpRequest) -> bool:
    by_account = limits.allow("again", str(request.user.pk), limit=TRIES, seconds=SECONDS)
    by_network = limits.allow("again.network", limits.network(request), limit=4 * TRIES, seconds=SECONDS)
    return by_account and by_network


@sensitive_variables("password")
def _is_right(request: HttpRequest, password: str) -> bool:
    """Whether the site's own way of signing in takes the password, and for this very person."""
    found = authenticate(request, username=request.user.get_username(), password=password)
    return found is not None and found.pk == request.user.pk


def _page(request: HttpRequest, form: PasswordForm, status: int = 200, **more: Any) -> HttpResponse:
    context = {"form": form, "next": _next(request), "contact": conf.CONTACT, **more}
    response = render(request, "onvif_privacy/again.html", context, status=status)
    patch_cache_control(response, private=True, no_store=True)
    return response


@private_page
@login_not_required  # so that the question, and not the site's wall, decides where to go
@sensitive_post_parameters("password")
@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """Ask for the password, at most five times in five minutes, and go back to ``next`` on this host.

    Answers 403 for a wrong password, 429 with ``Retry-After`` when it was tried too often. Whoever has no password here
    is told so.
    """
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not request.user.has_usable_password():
        return _page(request, PasswordForm(), without_password=True)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, form)
    if not _within_limits(request):
        form.add_error(None, _("Too many tries. Please wait five minutes."))
        response = _page(request, form, status=429)
        response.headers["Retry-After"] = str(SECONDS)
        return response
    if not form.is_valid() or not _is_right(request, form.cleaned_data["password"]):
        form.add_error("password", _("This is not your password."))
        return _page(request, form, status=403)
    subjects.confirm(request)
    return HttpResponseRedirect(_next(request) or resolve_url(settings.LOGIN_REDIRECT_URL))
