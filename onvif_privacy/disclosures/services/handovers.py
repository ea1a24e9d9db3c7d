"""Handing a package over, and taking it back. Each step asks again what holds now."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core.models import Subject
from onvif_privacy.core.querysets import AppendOnlyQuerySet
from onvif_privacy.disclosures.conf import conf
from onvif_privacy.disclosures.models import (
    Case,
    DisclosureRecord,
    HandOver,
    Package,
    Scope,
    ScopeItem,
    State,
)
from onvif_privacy.disclosures.services import (
    approvals,
    digest,
    reading,
    scopes,
)
from onvif_privacy.disclosures.services.acting import (
    APPROVE,
    allowed,
    locked,
    step,
    take_side,
    using,
)
from onvif_privacy.disclosures.services.building import alive, ready
from onvif_privacy.disclosures.services.codes import code_of
from onvif_privacy.disclosures.services.errors import Conflict, Refused
from onvif_privacy.disclosures.services.purging import destroy

TRIES: Final = 5
ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
Verdict = ScopeItem.Verdict


# Handing over


@dataclass(frozen=True)
class Handed:
    """A hand-over, and the code that is told by another way than the link; shown once."""

    hand_over: HandOver
    code: str


def hand_over(*, case: Case, package: Package, actor: Any, strength: Any) -> Handed:
    """Open the link for the recipient. Rows are locked, and everything is asked once more."""
    allowed(actor, APPROVE)
    approvals.recent(strength)
    scope = alive(case)
    code = "".join(secrets.choice(ALPHABET) for _letter in range(12))
    with locked(case) as found:
        scope = ready(found)
        row = Package.objects.using(using()).select_for_update().get(pk=package.pk)
        key = scope.recipient_key
        if row.scope_id != scope.pk or row.sealed_at is None or row.purged_at is not None:
            raise Refused(_("There is no sealed package of what was approved."))
        if key is None or key.revoked_at is not None:
            raise Refused(_("The key of the recipient was revoked."))
        if not digest.holds(scope):
            raise Conflict(_("Something of what was approved has changed. It must be approved anew."))
        take_side(found, actor, "approve")
        now = timezone.now()
        made = HandOver(
            case=found,
            package=row,
            recipient_key=key,
            released_by=actor,
            method=HandOver.Method.DOWNLOAD,
            reference=secrets.token_urlsafe(18)[:24].replace("_", "-"),
            code=code_of(code),
            at=now,
            expires_at=now + timedelta(days=conf.LINK_DAYS),
            subject_count=scope.subject_count,
        )
        made.save(using=using())
        row.purge_on = now.date() + timedelta(days=conf.PURGE_DAYS)
        row.save(using=using(), update_fields=["purge_on"])
        people = _record(found, scope, made)
        step(
            found, "hand_over", actor=actor, people=people, digest=row.manifest_digest, party=found.authority.party.slug
        )
        return Handed(made, code)


def _record(case: Case, scope: Scope, made: HandOver) -> int:
    """Write a line into each person's own list; those whose notice waits do not see it before its day."""
    from onvif_privacy.disclosures.legal.services import notices

    rows = [row for row in scopes.items(scope) if row.verdict == Verdict.GRANTED]
    with reading.opened():
        people = {row.tag: uuid.UUID(str(row.subject)) for row in rows}
    told, today = notices.told(case), timezone.now().date()
    for tag, person in sorted(people.items()):
        classes = sorted({row.data_class for row in rows if row.tag == tag})
        DisclosureRecord(
            subject=Subject.objects.filter(pk=person).first(),
            hand_over=made,
            reference=secrets.token_urlsafe(12),
            party_class=str(case.authority.party.role),
            party_name=case.authority.party.name,
            ground=scope.ground,
            data_classes=classes,
            day=today,
            visible_from=today if tag in told else None,
        ).save(using=using())
    return len(people)


# Taking back and destroying


def recall(*, case: Case, hand_over: HandOver, actor: Any, strength: Any, reason: str) -> bool:
    """Say that a hand-over is to be taken back; the second yes, one of them an officer's, does it. True when done."""
    with locked(case) as found:
        row = HandOver.objects.using(using()).get(pk=hand_over.pk)
        if row.recalled_at is not None or found.state != State.HANDED_OVER:
            raise Refused(_("There is nothing to take back."))
        bound = row.pk.hex.ljust(64, "0")
        action = approvals.Action.RECALL
        approvals.say(found, action, about=row.pk, bound=bound, actor=actor, strength=strength, reason=reason)
        if not approvals.is_agreed(row.pk, action, people=2, officer=True):
            step(found, "consent", actor=actor)
            return False
        AppendOnlyQuerySet(HandOver, using=using()).filter(pk=row.pk).fill(recalled_at=timezone.now())
        package = row.package
        step(found, "recall", actor=actor, thing=row.pk.hex, note=reason)
    destroy(package)
    return True
