"""Published figures."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from onvif_privacy.core.conf import conf as house
from onvif_privacy.enquiries.services import publishing


@login_not_required
@require_safe
def figures(request: HttpRequest) -> HttpResponseBase:
    """Show what was published, the newest quarter first; the same for everybody."""
    context = {"quarters": publishing.shown(), "k": house.K}
    response = render(request, "onvif_privacy/enquiries/figures.html", context)
    patch_cache_control(response, public=True, max_age=300)
    return response
