"""The page of a business partner: three kinds of numbers in steps of K, and nobody behind them."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from onvif_privacy.outreach.services import partners
from onvif_privacy.outreach.views.closed import said, with_token


@with_token
@require_safe
def counts(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the latest release; it changes once a day, however often somebody looks."""
    campaign = partners.read_token(token)
    if campaign is None:
        return said(request, _("This link leads nowhere"), _("It is not valid, or not any more."), 404)
    return render(request, "onvif_privacy/outreach/partner.html", partners.page(campaign))
