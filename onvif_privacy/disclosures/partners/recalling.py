"""What a partner must delete: opened by whatever ends its right to hold it, closed by its receipt alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core import keys
from onvif_privacy.core.models import Subject
from onvif_privacy.disclosures.models import Agreement, PartnerHolding, Recall, Service
from onvif_privacy.disclosures.partners import registering, terms
from onvif_privacy.disclosures.partners.registering import NotPossible, using

DAYS: Final = 30


def _unrecalled(holdings: Iterable[PartnerHolding]) -> dict[Any, tuple[Agreement, set[str]]]:
    """Return by agreement the pseudonyms of what was handed over since it was recalled last."""
    found: dict[Any, tuple[Agreement, set[str]]] = {}
    last: dict[Any, dict[str, datetime]] = {}
    for one in holdings:
        if one.agreement_id not in last:
            rows = Recall.objects.using(using()).filter(agreement=one.agreement_id).order_by("opened_at")
            last[one.agreement_id] = {name: row.opened_at for row in rows for name in row.pseudonyms}
        recalled = last[one.agreement_id].get(one.pseudonym)
        if recalled is None or recalled < one.hand_over.at:
            found.setdefault(one.agreement_id, (one.agreement, set()))[1].add(one.pseudonym)
    return found


def _open(agreement: Agreement, reason: str, pseudonyms: Iterable[str], today: date) -> Recall:
    names = sorted(pseudonyms)
    recall = Recall.objects.using(using()).create(
        agreement=agreement,
        reason=reason,
        pseudonyms=names,
        opened_at=timezone.now(),
        due_on=today + timedelta(days=DAYS),
    )
    registering.record("partner_recall", agreement, thing=str(recall.pk), people=len(names))
    return recall


def _recall(holdings: QuerySet[PartnerHolding], reason: str, today: date) -> list[Recall]:
    with transaction.atomic(using=using()):
        rows = holdings.using(using()).select_related("agreement__party", "hand_over")
        found = _unrecalled(rows)
        return [_open(agreement, reason, names, today) for agreement, names in found.values()]


def of_person(subject: Subject, reason: str, *, today: date, purpose: str = "") -> list[Recall]:
    """Open a recall at every partner that got data of a person; each names the pseudonym that this partner knows.

    The pseudonyms are those of the hand-overs, so this works whether or not the person's keys are still there. Asked
    again it opens nothing. ``purpose`` narrows it to the service of that purpose.
    """
    rows = PartnerHolding.objects.filter(subject=subject)
    if purpose:
        rows = rows.filter(agreement__service__in=[one for one in Service.values if terms.purpose_of(one) == purpose])
    return _recall(rows, reason, today)


def end(agreement: Agreement, *, actor: AbstractBaseUser | None, today: date, reason: str = Recall.Reason.END) -> None:
    """End an agreement, by anybody or by its date, and recall everything that was handed over under it."""
    with transaction.atomic(using=using()):
        rows = Agreement.objects.using(using()).filter(pk=agreement.pk).exclude(state=Agreement.State.ENDED)
        if rows.update(state=Agreement.State.ENDED, ended_at=timezone.now()):
            registering.record("agreement_ended", agreement, actor=actor)
            _recall(PartnerHolding.objects.filter(agreement=agreement), reason, today)
    agreement.refresh_from_db(using=using())
    _forget(agreement)


def close(recall: Recall, *, actor: AbstractBaseUser, receipt_digest: str, signer: str, dated: date) -> None:
    """Close a recall with the partner's receipt of deletion; raises NotPossible without a whole one."""
    registering.may(actor, registering.WORK)
    if not re.fullmatch(r"[0-9a-f]{64}", receipt_digest) or not signer.strip() or dated < recall.opened_at.date():
        raise NotPossible(_("A receipt has a digest, a signer, and a date after the recall."))
    with transaction.atomic(using=using()):
        rows = Recall.objects.using(using()).filter(pk=recall.pk, closed_at__isnull=True)
        if not rows.update(
            receipt_digest=receipt_digest, receipt_signer=signer.strip(), receipt_on=dated, closed_at=timezone.now()
        ):
            raise NotPossible(_("This recall is closed."))
        agreement = Agreement.objects.using(using()).select_related("party").get(pk=recall.agreement_id)
        # Of somebody who was erased nothing is left to recall, so nothing leads to them any more.
        gone = PartnerHolding.objects.using(using()).filter(agreement=agreement, subject__erased_at__isnull=False)
        gone.filter(pseudonym__in=recall.pseudonyms).update(subject=None)
        registering.record("receipt", agreement, actor=actor, thing=str(recall.pk), digest=receipt_digest)
    recall.refresh_from_db(using=using())
    _forget(agreement)


def _forget(agreement: Agreement) -> None:
    """Destroy the key of the pseudonyms once an ended agreement has nothing left to recall."""
    if agreement.state == Agreement.State.ENDED and not agreement.recalls.filter(closed_at__isnull=True).exists():
        keys.destroy(agreement.pk, "record")


def overdue(today: date) -> list[Recall]:
    """Return the recalls whose receipt should be there."""
    rows = Recall.objects.using(using()).filter(closed_at__isnull=True, due_on__lt=today)
    return list(rows.select_related("agreement__party"))


def run(today: date) -> int:
    """Do what is due by now; returns how much.

    What has run out ends, data of people who were erased or restricted is recalled, and whoever has not answered a
    recall is suspended.
    """
    done = 0
    live = Agreement.objects.using(using()).exclude(state=Agreement.State.ENDED).select_related("party")
    for agreement in live.filter(valid_until__lt=today):
        end(agreement, actor=None, today=today)
        done += 1
    held = PartnerHolding.objects.exclude(subject=None)
    done += len(_recall(held.filter(subject__erased_at__isnull=False), Recall.Reason.ERASURE, today))
    done += len(_recall(held.filter(subject__restricted_at__isnull=False), Recall.Reason.RESTRICTION, today))
    for recall in overdue(today):
        if recall.agreement.suspended_at is None:
            registering.suspend(recall.agreement, actor=None)
            done += 1
    return done
