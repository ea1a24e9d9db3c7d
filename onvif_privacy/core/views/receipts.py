"""A person's own receipts: to read, and to take home."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import router
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from onvif_privacy.core import consent, subjects
from onvif_privacy.core.doors import private_page
from onvif_privacy.core.keys import KeyDestroyed
from onvif_privacy.core.models import Decision, EntrySecret, Outcome
from onvif_privacy.core.receipts import Receipt, issue
from onvif_privacy.core.receipts.facts import withdraw_at
from onvif_privacy.core.registry import NotDeclared, purposes

LATEST = 50


def own_decisions(request: HttpRequest) -> QuerySet[Decision]:
    """Return the decisions of whoever asks, newest first: of this browser's choice, and of the signed-in user.

    Nobody is found by what an address holds, so a link that is passed on shows nothing.
    """
    mine = Q(pk__in=[])
    reference, user = consent.of(request).silent.reference, getattr(request, "user", None)
    if reference and (subject := subjects.by_reference(reference)):
        mine |= Q(subject=subject)
    if user is not None and user.is_authenticated:
        mine |= Q(subject__user=user.pk)
    rows = Decision.objects.using(router.db_for_write(Decision)).filter(mine, subject__erased_at__isnull=True)
    return rows.select_related("entry", "notice", "standing").order_by("-decided_at", "purpose")


def as_download(receipt: Receipt) -> HttpResponse:
    """Return a receipt as a file to keep."""
    response = HttpResponse(receipt.file, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{receipt.name}"'
    return response


def _row(decision: Decision) -> dict[str, Any]:
    try:
        purpose = purposes.get(decision.purpose)
    except NotDeclared:
        purpose = None
    granted = decision.outcome == Outcome.GRANTED
    holds = hasattr(decision, "standing")
    return {
        "decision": decision,
        "label": purpose.label if purpose else decision.purpose,
        "holds": holds,
        "sealed": decision.entry.seal_id is not None,
        "withdraw_at": withdraw_at(purpose) if purpose and granted and holds else "",
    }


@private_page
@login_not_required
@never_cache
@require_safe
def receipts(request: HttpRequest) -> HttpResponse:
    """Show what the visitor decided and which words they saw, each with its receipt; 404 for who decided nothing."""
    rows = [_row(decision) for decision in own_decisions(request)[:LATEST]]
    if not rows:
        raise Http404
    return render(request, "onvif_privacy/receipts.html", {"rows": rows})


@private_page
@login_not_required
@never_cache
@require_safe
def receipt_file(request: HttpRequest, decision: uuid.UUID) -> HttpResponse:
    """Give one receipt to whoever decided; 404 for everybody else, and where its evidence has ended."""
    try:
        return as_download(issue(get_object_or_404(own_decisions(request), pk=decision)))
    except (KeyDestroyed, EntrySecret.DoesNotExist):
        raise Http404 from None
