"""The public keys with which receipts, proofs and exports of the ledger are checked."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from onvif_privacy.core import ledger
from onvif_privacy.core.doors import private_page

HOUR = 3600


@private_page
@login_not_required
@require_safe
def keys(request: HttpRequest) -> JsonResponse:
    """Return every public signing key, retired ones too, as a JWK set (RFC 7517); cacheable for an hour."""
    response = JsonResponse(ledger.public_keys(), content_type="application/jwk-set+json")
    patch_cache_control(response, public=True, max_age=HOUR)
    return response
