"""Asking without an account: a form whose answer is the same for every address, and the link from the letter."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from onvif_privacy.core import limits
from onvif_privacy.core.conf import conf as house
from onvif_privacy.rights.forms import AskForm
from onvif_privacy.rights.models import ExportFile, Kind, RequestToken
from onvif_privacy.rights.services import erasure, requests
from onvif_privacy.rights.services.requests import confirming, finding, tokens
from onvif_privacy.rights.services.requests.states import using
from onvif_privacy.rights.views.asking import SeeOther, private, said
from onvif_privacy.rights.views.files import handed_out

FACTS, FACT_LENGTH, WORDS_LENGTH = 10, 100, 5_000


@private
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponseBase:
    """Take an address and a wish. The answer says nothing of what is held: it is the same page for every address."""
    if not house.BASE_URL:
        raise Http404  # no letter could name an address of this site
    form = AskForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 400 if form.is_bound else 200
        return render(request, "onvif_privacy/rights/ask.html", {"form": form}, status=status)
    kind, address = Kind(form.cleaned_data["kind"]), form.cleaned_data["address"]
    confirming.ask(address=address, kind=kind, network=limits.network(request))
    return SeeOther(reverse("onvif_privacy_rights:asked"))


@private
@require_safe
def asked(request: HttpRequest) -> HttpResponseBase:
    """Say that a letter is on its way, to everybody alike."""
    return render(request, "onvif_privacy/rights/asked.html")


@private
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show what a link does; do it by POST, once. 404 for words that are no link, or not any more."""
    found = tokens.find(token)
    if found is None:
        words = _("This link is not valid, or not any more. You can ask again.")
        return said(request, _("This link leads nowhere"), words, 404)
    if found.act == tokens.RECEIPT:
        return _receipt(request, found)
    if request.method != "POST":
        context = {"token": found, "request_asked": found.request, "facts": finding.asks_for_facts()}
        return render(request, "onvif_privacy/rights/link.html", context)
    return {tokens.CONFIRM: _confirm, tokens.FETCH: _fetch, tokens.CANCEL: _cancel}[found.act](request, found)


def _confirm(request: HttpRequest, token: RequestToken) -> HttpResponseBase:
    facts = [one.strip()[:FACT_LENGTH] for one in request.POST.get("facts", "").splitlines() if one.strip()]
    words = request.POST.get("words", "").replace("\0", "")[:WORDS_LENGTH]
    made = confirming.confirm(token=token, facts=[one.replace("\0", "") for one in facts[:FACTS]], words=words)
    if made is None:
        return said(request, _("Nothing is held"), _("Nothing is held under this address."))
    context = {"request_asked": made}
    return render(request, "onvif_privacy/rights/confirmed.html", context)


def _fetch(request: HttpRequest, token: RequestToken) -> HttpResponseBase:
    rows = ExportFile.objects.using(using()).select_related("request", "subject")
    export = rows.filter(request=token.request, finished_at__isnull=False).order_by("-finished_at").first()
    if export is None or not tokens.use(token):
        return said(request, _("This link was used"), _("Each link works once. You can ask again."), 410)
    return handed_out(request, export)


def _cancel(request: HttpRequest, token: RequestToken) -> HttpResponseBase:
    if not tokens.use(token):
        return said(request, _("This link was used"), _("Each link works once."), 410)
    try:
        requests.cancel(request=token.request)
    except requests.NotNow as error:
        return said(request, _("This cannot be cancelled"), str(error), 409)
    words = _("Request %(reference)s is withdrawn.") % {"reference": token.request.reference}
    return said(request, _("Cancelled"), words)


def _receipt(request: HttpRequest, token: RequestToken) -> HttpResponseBase:
    found = erasure.receipt(request=token.request)
    if found is None:
        context = {"asked": token.request, "days": tokens.RECEIPT_DAYS, "address": request.build_absolute_uri()}
        return render(request, "onvif_privacy/rights/erasing.html", context)
    return render(request, "onvif_privacy/rights/receipt.html", erasure.spoken(found))


__all__ = ["ask", "asked", "link"]
