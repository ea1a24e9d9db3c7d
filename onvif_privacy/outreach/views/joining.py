"""Joining: a form for everybody, the same answer for every address, and the link from the mail."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from onvif_privacy.core import limits
from onvif_privacy.outreach.forms import JoinForm
from onvif_privacy.outreach.services import optin, purposes
from onvif_privacy.outreach.views.closed import SeeOther, public, said, with_token

TRIES, SECONDS = 20, 3600


@public
@csrf_exempt  # the form stands in pages that caches keep, works without cookies, and changes nothing by itself
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponseBase:
    """Take an address and a purpose. What an address stands for is not looked at, so no answer tells it."""
    if not optin.offered():
        raise Http404  # no mail could name an address of this site
    form = JoinForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "onvif_privacy/outreach/join.html", {"form": form}, status=400 if form.is_bound else 200)
    if limits.allow("outreach.join", limits.network(request), limit=TRIES, seconds=SECONDS):
        for purpose in form.cleaned_data["purpose"]:
            optin.request(address=form.cleaned_data["address"], purpose=purpose)
    return SeeOther(reverse("onvif_privacy_outreach:joined"))


@public
@require_safe
def joined(request: HttpRequest) -> HttpResponseBase:
    """Say that a mail is on its way, to everybody alike."""
    words = _("We have sent a link to your address. Nothing happens before you open it and press the button there.")
    return said(request, _("Please look into your mail"), words)


@with_token
@csrf_exempt  # the token is what counts; it is in nobody's cookies
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show a button, whoever opened the link; pressing it is what counts."""
    try:
        if request.method == "POST":
            declared = purposes.asked_for(optin.confirm(given=token))
            words = _("You will get: %(what)s. Every mail has a link that ends it.")
            return said(request, _("Thank you"), words % {"what": declared.label if declared else ""})
        found = optin.find(token)
    except optin.NoSuchRequest:
        words = _("This link was used, or is older than a week. You can simply ask again.")
        return said(request, _("This link leads nowhere"), words, 404)
    return render(request, "onvif_privacy/outreach/confirm.html", {"purpose": purposes.asked_for(found.wanted)})
