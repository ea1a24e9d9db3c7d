"""One-click unsubscribing (RFC 8058): POST acts, for anybody who has the link; GET shows a button."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from onvif_privacy.outreach.services import purposes, unsubscribing
from onvif_privacy.outreach.views.closed import said, with_token


@with_token
@csrf_exempt  # RFC 8058, section 3.2: the mail provider posts without cookies
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponseBase:
    """End mails by POST, as often as it comes: 200 after commit, no redirect. 404 for words that are no link."""
    leaving = unsubscribing.read_token(token)
    if leaving is None:
        words = _("This link is not complete. Please copy all of it from the mail, or write to us.")
        return said(request, _("This link leads nowhere"), words, 404)
    declared = purposes.asked_for(leaving.scope)
    context = {"purpose": declared, "token": token}
    if request.method == "POST":
        everything = "everything" in request.POST
        unsubscribing.unsubscribe(leaving=leaving, everything=everything)
        return render(request, "onvif_privacy/outreach/left.html", {**context, "everything": everything})
    return render(request, "onvif_privacy/outreach/unsubscribe.html", context)
