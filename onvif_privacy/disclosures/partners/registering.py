"""From a draft to an agreement that holds: one side works, the other approves exactly what was submitted."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import router, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core import ledger
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Party
from onvif_privacy.disclosures.models import Agreement, AgreementApproval, AgreementSide
from onvif_privacy.disclosures.partners import terms

LABEL = "onvif_privacy_disclosures"
WORK, APPROVE, OFFICER = (
    f"{LABEL}.manage_partners",
    f"{LABEL}.approve_disclosure",
    f"{LABEL}.officer_disclosure",
)
State = Agreement.State


class NotPossible(Exception):
    """The step does not follow from where the agreement stands, or not by this person."""


def using() -> str:
    """Return the database of agreements."""
    return router.db_for_write(Agreement)


def may(actor: Any, permission: str) -> None:
    """Raise PermissionDenied for somebody who may not."""
    if not (actor.is_active and actor.has_perm(permission)):
        raise PermissionDenied(permission)


def record(what: str, agreement: Agreement, *, actor: AbstractBaseUser | None = None, **more: Any) -> None:
    """Write an entry about an agreement."""
    payload = {"what": what, "case": agreement.ref, "party": agreement.party.slug, **more}
    ledger.record("disclosures", payload=payload, actor=actor)


def _side(agreement: Agreement, actor: AbstractBaseUser, kind: str) -> None:
    """Put somebody on a side, for good; raises NotPossible where they are on the other."""
    rows = AgreementSide.objects.using(using())
    found = rows.get_or_create(agreement=agreement, actor_id=actor.pk, defaults={"kind": kind, "at": timezone.now()})[0]
    if found.kind != kind:
        raise NotPossible(_("You are on the other side of this agreement."))


def _locked(agreement: Agreement) -> Agreement:
    return Agreement.objects.using(using()).select_for_update().get(pk=agreement.pk)


def _move(agreement: Agreement, source: str, **changes: Any) -> None:
    """Change an agreement that is still where it was; raises NotPossible for one that has moved on."""
    if not Agreement.objects.using(using()).filter(pk=agreement.pk, state=source).update(**changes):
        raise NotPossible(_("Somebody was faster."))
    for name, value in changes.items():
        setattr(agreement, name, value)


def draft(*, actor: AbstractBaseUser, party: Party, **values: Any) -> Agreement:
    """Begin an agreement; caps are those of the house unless said otherwise. Raises PermissionDenied."""
    may(actor, WORK)
    caps = dict.fromkeys(("cap_each", "cap_day", "cap_month"), house.GATE_BULK)
    with transaction.atomic(using=using()):
        year = timezone.now().year
        number = Agreement.objects.using(using()).filter(ref__startswith=f"P-{year}-").count() + 1
        agreement = Agreement(ref=f"P-{year}-{number:04}", party=party, **{**caps, **values})
        agreement.full_clean(exclude=("state", "digest", "recipient_key", "suspended_at", "ended_at"))
        agreement.save(using=using(), force_insert=True)
        _side(agreement, actor, AgreementSide.Kind.WORK)
    return agreement


def join(agreement: Agreement, *, actor: AbstractBaseUser) -> None:
    """Put somebody who writes on a draft on the working side; raises PermissionDenied, NotPossible."""
    may(actor, WORK)
    _side(agreement, actor, AgreementSide.Kind.WORK)


def submit(agreement: Agreement, *, actor: AbstractBaseUser) -> str:
    """Freeze the terms and give their digest; raises TermsRefused, NotPossible, PermissionDenied."""
    may(actor, WORK)
    with transaction.atomic(using=using()):
        found = _locked(agreement)
        _side(found, actor, AgreementSide.Kind.WORK)
        found.approvals_needed = terms.approvals_needed(found)
        terms.check(found)
        digest = terms.digest(found)
        _move(found, State.DRAFT, state=State.SUBMITTED, digest=digest, approvals_needed=found.approvals_needed)
        record("agreement_submitted", found, actor=actor, digest=digest)
    agreement.refresh_from_db(using=using())
    return digest


def approve(agreement: Agreement, *, actor: AbstractBaseUser, digest: str, as_officer: bool = False) -> bool:
    """Say yes to exactly these terms; returns whether they hold now.

    Where two are needed, one of them is the privacy officer. Raises NotPossible, PermissionDenied.
    """
    may(actor, OFFICER if as_officer else APPROVE)
    with transaction.atomic(using=using()):
        found = _locked(agreement)
        _side(found, actor, AgreementSide.Kind.APPROVE)
        if found.state != State.SUBMITTED or digest != found.digest or terms.digest(found) != digest:
            raise NotPossible(_("This is not what waits for approval."))
        AgreementApproval.objects.using(using()).get_or_create(
            agreement=found, digest=digest, actor_id=actor.pk, defaults={"as_officer": as_officer, "at": timezone.now()}
        )
        votes = list(found.approvals.filter(digest=digest, over_cap=""))
        enough = len(votes) >= found.approvals_needed and (
            found.approvals_needed == 1 or any(vote.as_officer for vote in votes)
        )
        if enough:
            _move(found, State.SUBMITTED, state=State.APPROVED)
            record("agreement_approved", found, actor=actor, digest=digest)
    agreement.refresh_from_db(using=using())
    return enough


def amend(agreement: Agreement, *, actor: AbstractBaseUser) -> None:
    """Begin the next version; what was approved counts for nothing from then on. Raises NotPossible."""
    may(actor, WORK)
    with transaction.atomic(using=using()):
        found = _locked(agreement)
        _side(found, actor, AgreementSide.Kind.WORK)
        if found.state not in (State.SUBMITTED, State.APPROVED):
            raise NotPossible(_("There is nothing to change."))
        _move(found, found.state, state=State.DRAFT, version=found.version + 1, digest="")
        record("agreement_amended", found, actor=actor)
    agreement.refresh_from_db(using=using())


def announce(agreement: Agreement, *, actor: AbstractBaseUser, today: date) -> None:
    """Put it on the public list; the first hand-over follows two weeks later. Raises NotPossible."""
    may(actor, WORK)
    with transaction.atomic(using=using()):
        found = _locked(agreement)
        if found.state != State.APPROVED or found.public_since:
            raise NotPossible(_("Only what is approved is put on the list, once."))
        _move(found, State.APPROVED, public_since=today)
        record("agreement_public", found, actor=actor)
    agreement.refresh_from_db(using=using())


def suspend(agreement: Agreement, *, actor: AbstractBaseUser | None) -> None:
    """Stop every hand-over at once. Anybody on either side may, and nobody is put on a side by it."""
    if actor is not None and not any(actor.has_perm(one) for one in (WORK, APPROVE, OFFICER)):  # type: ignore[attr-defined]
        raise PermissionDenied
    with transaction.atomic(using=using()):
        rows = Agreement.objects.using(using()).filter(pk=agreement.pk, suspended_at__isnull=True)
        if rows.update(suspended_at=timezone.now()):
            record("agreement_suspended", agreement, actor=actor)
    agreement.refresh_from_db(using=using())


def allow_more(
    agreement: Agreement, *, actor: AbstractBaseUser, purpose: str, people: int, as_officer: bool = False
) -> str:
    """Say yes to one hand-over above the caps, for a purpose in words; gives the digest that it is asked for with.

    Two people of the approving side must say the same. Raises TermsRefused for the purpose of a sale.
    """
    may(actor, OFFICER if as_officer else APPROVE)
    terms.refuse_sale(purpose)
    if not purpose.strip():
        raise terms.TermsRefused("purpose", _("Say what it is for."))
    with transaction.atomic(using=using()):
        found = _locked(agreement)
        _side(found, actor, AgreementSide.Kind.APPROVE)
        digest = over_cap_digest(found, purpose, people)
        AgreementApproval.objects.using(using()).get_or_create(
            agreement=found,
            digest=digest,
            actor_id=actor.pk,
            defaults={"as_officer": as_officer, "at": timezone.now(), "over_cap": purpose, "people": people},
        )
        record("agreement_over_cap", found, actor=actor, digest=digest, people=people)
    return digest


def over_cap_digest(agreement: Agreement, purpose: str, people: int) -> str:
    """Return what two people say yes to when more people are handed over than the caps allow."""
    words = ledger.canonical({"agreement": agreement.digest, "people": people, "purpose": purpose.strip()})
    return hashlib.sha256(words).hexdigest()
