"""Choosing mails in "my privacy", for whoever is signed in."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from onvif_privacy.core import subjects
from onvif_privacy.outreach.services import preferences
from onvif_privacy.outreach.views.closed import SeeOther, public


def _back() -> str:
    try:
        return f"{reverse('onvif_privacy_rights:me')}#mails"
    except NoReverseMatch:
        return reverse("onvif_privacy_outreach:join")


@public
@csrf_protect
@require_http_methods(["POST"])
def choose(request: HttpRequest) -> HttpResponseBase:
    """Take one choice and go back to where it was made."""
    if not request.user.is_authenticated:
        return redirect_to_login(_back())
    key = request.POST.get("key", "")[:64] or secrets.token_hex(16)
    purpose, wanted = request.POST.get("purpose", ""), request.POST.get("wanted") == "on"
    try:
        done = preferences.choose(
            subject=subjects.for_user(request.user), purpose=purpose, wanted=wanted, key=f"{key[:60]}:{wanted:d}"
        )
    except LookupError:
        raise Http404 from None
    if done == "asked":
        messages.info(request, _("We have sent a link to your address; press the button behind it."))
    elif done == "unknown":
        messages.warning(request, _("We know no address of yours. Please add one to your account first."))
    return SeeOther(_back())
