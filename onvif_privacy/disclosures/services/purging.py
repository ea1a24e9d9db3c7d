"""Destroying our own copies: on their day, at a recall, and never later without two people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.disclosures.models import (
    Package,
    ScopeItem,
    Snapshot,
)
from onvif_privacy.disclosures.services import (
    approvals,
    files,
)
from onvif_privacy.disclosures.services.acting import (
    locked,
    record,
    using,
)
from onvif_privacy.disclosures.services.errors import Refused

TRIES: Final = 5
ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
Verdict = ScopeItem.Verdict


def destroy(package: Package) -> None:
    """Destroy our copy of a package and, where no other needs it, its snapshot; digests and counts stay."""
    now = timezone.now()
    files.end(package.storage_name, owner=package.pk)
    with transaction.atomic(using=using()):
        rows = Package.objects.using(using()).filter(pk=package.pk, purged_at__isnull=True)
        if rows.update(purged_at=now):
            record("purged", package.case, thing=package.pk.hex, digest=package.manifest_digest)
    left = Package.objects.using(using()).filter(snapshot=package.snapshot_id, purged_at__isnull=True)
    if not left.exists():
        end_snapshot(package.snapshot)


def end_snapshot(snapshot: Snapshot) -> None:
    """Destroy what was captured."""
    files.end(snapshot.storage_name, owner=snapshot.pk)
    Snapshot.objects.using(using()).filter(pk=snapshot.pk, purged_at__isnull=True).update(purged_at=timezone.now())


def asked_for(package: Package) -> int:
    """Return for how many days longer somebody has said yes to keep our copy, while a second yes is missing; else 0."""
    action = approvals.Action.POSTPONE_PURGE
    bound = approvals.given(package.pk, action).order_by("at").values_list("digest", flat=True).last()
    if bound is None or approvals.is_agreed(package.pk, action, people=2, officer=True):
        return 0
    return int(bound)


def postpone(*, package: Package, actor: Any, strength: Any, days: int) -> bool:
    """Say that our copy is kept up to 180 days longer, once; the second yes, one an officer's, does it."""
    if not 1 <= days <= 180 or package.purge_on is None or package.purged_at is not None:
        raise Refused(_("Our copy can be kept at most 180 days longer."))
    action, bound = approvals.Action.POSTPONE_PURGE, f"{days:064d}"
    with locked(package.case) as found:
        row = Package.objects.using(using()).select_for_update().get(pk=package.pk)
        if approvals.is_agreed(row.pk, action, people=2, officer=True):
            raise Refused(_("It was postponed before."))
        approvals.say(found, action, about=row.pk, bound=bound, actor=actor, strength=strength)
        if not approvals.is_agreed(row.pk, action, people=2, officer=True, digest_of=bound):
            return False
        row.purge_on = (row.purge_on or timezone.now().date()) + timedelta(days=days)
        row.save(using=using(), update_fields=["purge_on"])
        return True
