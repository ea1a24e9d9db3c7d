"""How long the ledger is, signed, for whoever wants to keep it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from onvif_privacy.core import ledger
from onvif_privacy.core.doors import private_page

MINUTE = 60


@private_page
@login_not_required
@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Return the present checkpoint as text (C2SP signed note); cacheable for a minute, 404 before the first seal."""
    note = ledger.checkpoint()
    if note is None:
        raise Http404
    response = HttpResponse(note, content_type="text/plain; charset=utf-8")
    patch_cache_control(response, public=True, max_age=MINUTE)
    return response
