"""The public register of linked sites, and the page on the way to another site."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from onvif_privacy.community.models import SiteStatus
from onvif_privacy.community.services import leading, register


@login_not_required
@require_safe
def sites(request: HttpRequest) -> HttpResponse:
    """Show the sites that somebody looked at."""
    context = {"sites": register.sites().filter(status=SiteStatus.LISTED)}
    response = render(request, "onvif_privacy/community/sites.html", context)
    patch_cache_control(response, public=True, max_age=300)
    return response


@login_not_required
@require_safe
def away(request: HttpRequest, token: str) -> HttpResponse:
    """Say where a link leads and let the reader decide; 400, naming no target, for a token that is not ours."""
    url = leading.target(token)
    if url is None:
        response = render(request, "onvif_privacy/community/no_way.html", status=400)
    else:
        host = urlsplit(url).hostname or ""
        site = register.sites().filter(host=host).first()
        context = {"url": url, "host": host, "shown": leading.unicode_host(host), "site": site}
        response = render(request, "onvif_privacy/community/away.html", context)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    # not by Content-Security-Policy: a site's middleware leaves an answer alone that has one, as Django 6 does too, and
    # the page would lose the policy of the site
    response["X-Frame-Options"] = "DENY"
    response["Referrer-Policy"] = "no-referrer"
    return response
