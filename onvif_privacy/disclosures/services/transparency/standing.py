"""What the house says it has never done: said by one person, confirmed by another, and asked of the cases each time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core import ledger
from onvif_privacy.disclosures.models import Ground, HandOver, Standing
from onvif_privacy.disclosures.services.transparency.publishing import APPROVE, OFFICER, PUBLISH, NotPublished, using

LONGEST: Final = timedelta(days=366)
AGAINST: Final[dict[str, Q]] = {
    Standing.Claim.NOTHING: Q(),
    Standing.Claim.CONTENT: Q(package__scope__has_content=True),
    Standing.Claim.OWN_RIGHTS: Q(package__scope__ground=Ground.OWN_RIGHTS),
    Standing.Claim.MANY: Q(subject_count__gt=1),
}
"""Which hand-overs make a statement untrue."""


def _may(actor: Any, *permissions: str) -> None:
    if not (actor.is_active and any(actor.has_perm(one) for one in permissions)):
        raise PermissionDenied


def is_true(claim: str) -> bool:
    """Whether no hand-over speaks against a statement; drills are not counted."""
    rows = HandOver.objects.using(using()).filter(AGAINST[claim], case__is_drill=False)
    return not rows.exists()


def said() -> QuerySet[Standing]:
    """Return the statements that two people have said and nobody has withdrawn."""
    return Standing.objects.using(using()).filter(confirmed_at__isnull=False, withdrawn_at__isnull=True)


def shown(today: date) -> list[Standing]:
    """Return what stands on the public page: confirmed, not withdrawn, not over. One query."""
    return list(said().filter(as_of__lte=today, expires_on__gt=today).order_by("claim", "-as_of"))


def expired(today: date) -> list[Standing]:
    """Return what is not shown any more because its day has come and nobody has said it anew, or withdrawn it."""
    current = {one.claim for one in shown(today)}
    return [one for one in said().filter(expires_on__lte=today) if one.claim not in current]


def _record(what: str, row: Standing, actor: Any) -> None:
    ledger.record("disclosures", payload={"what": f"standing_{what}", "thing": row.pk.hex}, actor=actor)


def say(*, claim: str, as_of: date, expires_on: date, actor: Any) -> Standing:
    """Say a statement, which another person must confirm. Raises NotPublished where it is not true or not dated."""
    _may(actor, PUBLISH)
    if as_of > timezone.now().date():
        raise NotPublished(_("Nothing is said of a day that has not come."))
    if not timedelta(0) < expires_on - as_of <= LONGEST:
        raise NotPublished(_("A statement ends after its day, within a year."))
    if not is_true(claim):
        raise NotPublished(_("The cases say otherwise."))
    with transaction.atomic(using=using()):
        made = Standing(claim=claim, as_of=as_of, expires_on=expires_on, said_by=actor, said_at=timezone.now())
        made.save(using=using())
        _record("said", made, actor)
    return made


def confirm(row: Standing, *, actor: Any) -> None:
    """Confirm a statement, as somebody else than whoever said it. Raises NotPublished where it is not true any more."""
    _may(actor, APPROVE, OFFICER)
    with transaction.atomic(using=using()):
        found = Standing.objects.using(using()).select_for_update().get(pk=row.pk)
        if found.confirmed_at is not None or found.withdrawn_at is not None:
            raise NotPublished(_("This is not what waits for approval."))
        if found.said_by_id == actor.pk:
            raise NotPublished(_("It takes another person."))
        if not is_true(found.claim):
            raise NotPublished(_("The cases say otherwise."))
        found.confirmed_by, found.confirmed_at = actor, timezone.now()
        try:
            with transaction.atomic(using=using()):
                found.save(using=using())
        except IntegrityError:
            raise NotPublished(_("It takes another person.")) from None
        _record("confirmed", found, actor)


def withdraw(row: Standing, *, actor: Any) -> None:
    """Take a statement off the page at once; anybody who has a part in it may, alone."""
    _may(actor, PUBLISH, APPROVE, OFFICER)
    with transaction.atomic(using=using()):
        rows = Standing.objects.using(using()).filter(pk=row.pk, withdrawn_at__isnull=True)
        if rows.update(withdrawn_at=timezone.now(), withdrawn_by=actor):
            _record("withdrawn", row, actor)
