"""Holds: a sealed copy of named fields, for a while. Live rows go on as for anybody, and the copy ends by itself."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from onvif_privacy.core.registry import Held, personal_data
from onvif_privacy.disclosures.models import Approval, Case, Hold, Snapshot
from onvif_privacy.disclosures.services import approvals, compiler, fields, files, purging
from onvif_privacy.disclosures.services.acting import WORK, allowed, locked, step, using
from onvif_privacy.disclosures.services.errors import Refused
from onvif_privacy.disclosures.services.people import tag_of
from onvif_privacy.disclosures.services.reading import opened
from onvif_privacy.disclosures.services.scopes import Person, not_me

CAPTURE_WITHIN: Final = timedelta(hours=1)
UNCONFIRMED: Final = timedelta(days=5)
LEGAL_DAYS: Final = 180


def preserve(
    *,
    case: Case,
    actor: Any,
    people: Sequence[Person],
    choices: Iterable[fields.Choice],
    since: datetime | None = None,
    until: datetime | None = None,
    kind: str = Hold.Kind.PRESERVATION.value,
    reason: str = "",
) -> Hold:
    """Begin a hold on fields of people; the copy is taken by the next run, and nothing leaves.

    Raises Refused where the regime knows no preservation, and for a legal hold without a reason.
    """
    allowed(actor, WORK)
    days = case.regime.preserve_days if kind == Hold.Kind.PRESERVATION else LEGAL_DAYS
    if not days:
        raise Refused(_("This regime knows no preservation."))
    if kind == Hold.Kind.LEGAL and not reason.strip():
        raise Refused(_("A legal hold needs its reason."))
    wanted = [
        {
            "subject": str(person.subject.pk),
            "model": choice.model,
            "field": choice.field,
            "data_class": choice.data_class,
            "from": since.isoformat() if since else None,
            "to": until.isoformat() if until else None,
        }
        for person in people
        if person.subject is not None
        for choice in choices
    ]
    if not wanted:
        raise Refused(_("Nobody was found whose data could be held."))
    not_me(people, actor)
    now = timezone.now()
    with locked(case) as found:
        made = Hold(
            case=found,
            kind=kind,
            selection=wanted,
            reason=reason.strip() or None,
            since=now,
            until=now + timedelta(days=days),
            started_by=actor,
        )
        made.save(using=using())
        step(found, "preserve", actor=actor)
        return made


def selection(hold: Hold) -> list[dict[str, Any]]:
    """Return what a hold names."""
    with opened():
        row = Hold.objects.using(using()).get(pk=hold.pk)
        return list(row.selection) if isinstance(row.selection, list) else []


def _wanted(hold: Hold) -> list[compiler.Wanted]:
    found = []
    for one in selection(hold):
        choice = fields.known(one["model"], one["field"], one["data_class"])
        if choice is None:
            continue
        person = uuid.UUID(one["subject"])
        role = fields.role_of(personal_data.get(choice.model), choice.field, choice.data_class)
        since = parse_datetime(one["from"]) if one["from"] else None
        until = parse_datetime(one["to"]) if one["to"] else None
        found.append(compiler.Wanted(person, tag_of(hold.case_id, person), choice, role, since, until))
    return sorted(found, key=lambda one: (*one.group, one.column))


def to_capture() -> QuerySet[Hold]:
    """Return the holds whose copy was not taken yet."""
    rows = Hold.objects.using(using()).filter(captured_at__isnull=True, ended_at__isnull=True)
    return rows.filter(until__gt=timezone.now()).order_by("since")


def capture(hold: Hold) -> None:
    """Take the copy. Nothing leaves by it, so one person's hold is enough; its case's approval confirms it later."""
    done, key = compiler.Captured(), uuid.uuid4()
    parts = compiler.preserved(hold.case, _wanted(hold), done=done)
    stored = files.save(parts, kind="snapshot", owner=key)
    with locked(hold.case):
        rows = Hold.objects.using(using()).filter(pk=hold.pk, captured_at__isnull=True, ended_at__isnull=True)
        if not rows.update(captured_at=timezone.now()):
            files.end(stored.name, owner=key)
            return
        Snapshot(
            id=key,
            case=hold.case,
            hold=hold,
            storage_name=stored.name,
            digest=stored.sha256,
            size=stored.size,
            rows=dict(done.rows),
            captured_at=timezone.now().replace(microsecond=0),
        ).save(force_insert=True, using=using())


def over() -> QuerySet[Hold]:
    """Return the holds whose time has come."""
    return Hold.objects.using(using()).filter(ended_at__isnull=True, until__lte=timezone.now())


def end(hold: Hold) -> None:
    """End a hold: the copy's key is destroyed, and its file deleted."""
    for one in Snapshot.objects.using(using()).filter(hold=hold, purged_at__isnull=True):
        purging.end_snapshot(one)
    with locked(hold.case) as found:
        rows = Hold.objects.using(using()).filter(pk=hold.pk, ended_at__isnull=True)
        if rows.update(ended_at=timezone.now()):
            step(found, "end_hold")


def end_early(*, hold: Hold, actor: Any, reason: str) -> None:
    """End a hold before its day, with words why; raises Refused where it has ended. The copy is gone with it."""
    allowed(actor, WORK)
    if not reason.strip():
        raise Refused(_("Say why it ends early."))
    with locked(hold.case) as found:
        now = timezone.now()
        step(found, "end_hold", actor=actor, note=reason.strip())
        # its day is today: should this process die before the copy is destroyed, the next run destroys it
        if not Hold.objects.using(using()).filter(pk=hold.pk, ended_at__isnull=True, until__gt=now).update(until=now):
            raise Refused(_("It has ended."))
    end(hold)


def is_beyond(hold: Hold) -> bool:
    """Whether one more renewal is more than the regime allows, so that the other side must agree."""
    return hold.renewals + 1 > hold.case.regime.preserve_renewals


def renew(*, hold: Hold, actor: Any, strength: Any = None) -> bool:
    """Hold once more as long; beyond what the regime allows the other side, an officer among them, must agree twice."""
    days = hold.case.regime.preserve_days if hold.kind == Hold.Kind.PRESERVATION else LEGAL_DAYS
    with locked(hold.case) as found:
        row = Hold.objects.using(using()).select_for_update().get(pk=hold.pk)
        if row.ended_at is not None or not days:
            raise Refused(_("It has ended."))
        if is_beyond(row):
            action, bound = Approval.Action.EXTEND_HOLD, f"{row.renewals + 1:064d}"
            if not approvals.is_agreed(row.pk, action, people=2, officer=True, digest_of=bound):
                approvals.say(found, action, about=row.pk, bound=bound, actor=actor, strength=strength)
                if not approvals.is_agreed(row.pk, action, people=2, officer=True, digest_of=bound):
                    return False
        else:
            allowed(actor, WORK)
            step(found, "preserve", actor=actor)
        row.renewals, row.until = row.renewals + 1, row.until + timedelta(days=days)
        row.save(using=using(), update_fields=["renewals", "until"])
        return True


def unconfirmed() -> QuerySet[Hold]:
    """Return the holds that no approval of their case has confirmed within five days."""
    before = timezone.now() - UNCONFIRMED
    return Hold.objects.using(using()).filter(confirmed_at__isnull=True, ended_at__isnull=True, since__lt=before)


def covering(subject: Any, label: str, names: Sequence[str]) -> list[Held]:
    """Answer `core`'s question: only copies that are being taken now, and only for an hour, make eraser and retention
    wait. None is listed to the person."""
    now, model = timezone.now(), label.lower()
    found = []
    for hold in to_capture().filter(since__gt=now - CAPTURE_WITHIN):
        mine = [one for one in selection(hold) if one["subject"] == str(subject.pk) and one["model"] == model]
        if any(one["field"] in names for one in mine):
            found.append(Held(hold.pk.hex, hold.until, wait=True, listable=False))
    return found
