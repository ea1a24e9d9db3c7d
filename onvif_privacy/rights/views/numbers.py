"""How requests of people were answered, for everybody to read."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from onvif_privacy.core.doors import private_page
from onvif_privacy.rights.services import statistics
from onvif_privacy.rights.views.asking import sealed_off


@private_page
@login_not_required
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """Show the numbers of the last four quarters; groups below K are hidden."""
    context = {"numbers": statistics.numbers(now=timezone.now())}
    found: HttpResponse = render(request, "onvif_privacy/rights/numbers.html", context)
    sealed_off(found)
    del found.headers["X-Robots-Tag"]  # unlike everything else here it is for everybody
    return found
