"""The public list of partners, for everybody."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.doors import private_page
from onvif_privacy.disclosures.partners import register

FRESH_SECONDS = 300


@private_page
@login_not_required
@require_safe
def partners(request: HttpRequest) -> HttpResponse:
    """Show who gets data for which service, of what kind, and since when. One query."""
    response = render(request, "onvif_privacy/disclosures/partners.html", {"partners": register.listed()})
    patch_cache_control(response, public=True, max_age=FRESH_SECONDS)
    return response


@private_page
@login_not_required
@require_safe
def partners_file(request: HttpRequest) -> JsonResponse:
    """Return the same list as JSON."""
    response = JsonResponse({"organisation": house.ORGANISATION, "partners": register.listed()})
    patch_cache_control(response, public=True, max_age=FRESH_SECONDS)
    return response
