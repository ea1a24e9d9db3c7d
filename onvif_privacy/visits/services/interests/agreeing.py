"""Who agrees now: asked of the decisions on record with each batch and each page, never remembered."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from onvif_privacy.core import consent
from onvif_privacy.core.models import Outcome, Standing, Subject
from onvif_privacy.core.registry import purposes, vetoes
from onvif_privacy.visits.services.interests import PURPOSE

REFERENCE_BYTES = 16


def visitor_of(reference: str) -> uuid.UUID | None:
    """Return the subject id in the reference of a choice; None for none."""
    try:
        data = base64.urlsafe_b64decode(reference + "==")
    except ValueError:
        return None
    return uuid.UUID(bytes=data) if len(data) == REFERENCE_BYTES else None


def visitors(purpose: str = PURPOSE) -> QuerySet[Any]:
    """Return the subject ids of visitors whose grant of a purpose stands, to be used inside another query.

    The choice of that very browser counts, also after it was joined to an account; an objection of the account, its
    restriction, its erasure and every veto (of minors) end it, too.
    """
    found = consent.grants().filter(purpose=purpose)
    for who in ("subject", "subject__merged_into"):
        for closed in _closed(purpose):
            found = found.exclude(Exists(closed.filter(pk=OuterRef(who))))
    return found.values("subject")


def _closed(purpose: str) -> list[QuerySet[Subject]]:
    """Return those of whom nothing may be kept or read, whatever a browser of theirs says."""
    objected = Standing.objects.filter(subject=OuterRef("pk"), purpose=purpose, outcome=Outcome.OBJECTED)
    ended = Q(erased_at__isnull=False) | Q(restricted_at__isnull=False) | Q(Exists(objected))
    vetoed = (veto.left_out(Subject.objects.all(), purposes.get(purpose)) for veto in vetoes.all())
    return [Subject.objects.filter(ended), *(one for one in vetoed if not one.query.is_empty())]
