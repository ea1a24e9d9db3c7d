"""Words that others wrote about a person: staff look at them before they are handed out, and the clock runs on."""

from __future__ import annotations

import re

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from onvif_privacy.core import ledger
from onvif_privacy.core.fields import Sealed
from onvif_privacy.core.registry import personal_data
from onvif_privacy.rights.models import Request, Review, State
from onvif_privacy.rights.services import holdings
from onvif_privacy.rights.services.export.gathering import reviewed_fields
from onvif_privacy.rights.services.requests.states import NotNow, by, digest, locked, move, using

# What a reviewer is pointed at: somebody else may be named in the text.
CONTACTS = (
    re.compile(r"[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63})+"),
    re.compile(r"(?<![\w])\+?\d[\d\s()./\-]{6,20}\d(?![\w])"),
    re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Herr|Frau|Prof)\.?\s+[A-ZÄÖÜ][\w\-]+"),
    re.compile(r"\b[A-ZÄÖÜ][a-zäöüß]{1,30}\s[A-ZÄÖÜ][a-zäöüß\-]{1,30}\b"),
)
SHOWN = 20_000  # characters that are looked through


def contacts_in(text: str) -> list[str]:
    """Return what looks like an address, a telephone number or a name, each once, in order."""
    found: dict[str, None] = {}
    for pattern in CONTACTS:
        for match in pattern.finditer(text[:SHOWN]):
            found.setdefault(match.group(0).strip())
    return list(found)


def waiting(request: Request) -> QuerySet[Review]:
    """Return what staff have not decided yet."""
    return Review.objects.using(using()).filter(request=request, outcome=Review.Outcome.WAITING)


def collect(request: Request) -> int:
    """Put every field with words of others before staff, once; returns how many wait. The request waits with them."""
    assert request.subject is not None  # noqa: S101 - an export is somebody's
    found: list[Review] = []
    with holdings.opened(request.subject) as (_scope, who):
        for declaration in holdings.declared():
            names = reviewed_fields(declaration)
            for batch in holdings.batches(declaration, who) if names else ():
                roles = holdings.roles_of(declaration, who, batch)
                for row in batch:
                    mine = set(holdings.fields_of(declaration, roles[row.pk])) & set(names)
                    filled = [name for name in names if name in mine and row.__dict__.get(name)]
                    found += [
                        Review(
                            request=request,
                            subject=request.subject,
                            model=declaration.model,
                            row=str(row.pk),
                            field=name,
                        )
                        for name in filled
                    ]
    with locked(request, State.WORKING, State.REVIEW) as held:
        Review.objects.using(using()).bulk_create(found, ignore_conflicts=True)
        count = waiting(held).count()
        if count and held.state == State.WORKING:
            move(held, State.REVIEW)
    return count


def words_of(review: Review, *, actor: AbstractBaseUser) -> str:
    """Return the words that staff have to look at; the look is an entry. Empty where the row is gone."""
    assert review.request.subject is not None  # noqa: S101 - an export is somebody's
    declaration = personal_data.get(review.model.lower())
    with transaction.atomic(using=using()):
        payload = {"request": review.request.reference, "review": review.pk.hex}
        ledger.record("rights.looked", subject=review.request.subject, payload=payload, actor=actor)
    with holdings.opened(review.request.subject) as (scope, who):
        row = holdings.rows(declaration, who).filter(pk=review.row).first()
        if row is None:
            return ""
        scope.claim([row])
        value = getattr(row, review.field)
        return "" if isinstance(value, Sealed) or value is None else str(value)


def decide(
    *, review: Review, outcome: Review.Outcome, actor: AbstractBaseUser, words: str = "", reason: str = ""
) -> None:
    """Release words, release them in part, or leave them out; the last decision lets the export go on.

    Raises ValueError without a reason where something is left out, NotNow where it was decided before.
    """
    outcome = Review.Outcome(outcome)
    if outcome == Review.Outcome.WAITING:
        raise ValueError("A review ends with a decision.")
    if outcome != Review.Outcome.RELEASED and not reason.strip():
        raise ValueError("A reason is needed; the person reads it.")
    with transaction.atomic(using=using()), locked(review.request, State.REVIEW) as request:
        row = waiting(request).select_for_update().filter(pk=review.pk).first()
        if row is None:
            raise NotNow("This was decided before.")
        row.outcome, row.reason, row.decided_by = outcome, reason.strip(), by(actor)
        if outcome == Review.Outcome.REDACTED:
            row.words = words
        row.save(using=using())
        payload = {
            "request": request.reference,
            "review": row.pk.hex,
            "outcome": str(outcome),
            "reason": digest(reason.strip()),
        }
        ledger.record("rights.reviewed", subject=request.subject, payload=payload, actor=actor)
        if not waiting(request).exists():
            move(request, State.WORKING, actor=actor)
    review.refresh_from_db(using=using())
