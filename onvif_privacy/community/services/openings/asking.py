"""Asking for an opening, and the second person's yes or no."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.community.conf import conf
from onvif_privacy.community.models import Opening, Report
from onvif_privacy.community.services.conversations.common import Refused, using
from onvif_privacy.community.services.openings.common import (
    APPROVE,
    REQUEST,
    allowed,
    apart,
    digest_of,
    in_database,
)
from onvif_privacy.core import ledger
from onvif_privacy.core.subjects import Strength

MOST_DELAY_DAYS = 90


def request_opening(
    *,
    report: Report,
    reason: str,
    actor: AbstractBaseUser,
    period: tuple[datetime, datetime] | None = None,
    delay_days: int = 0,
) -> Opening:
    """Ask to read what was reported or, with a ``period``, all of that conversation in it; nothing is open yet.

    ``delay_days`` puts off that the participants are told, where it would endanger somebody. Raises Refused.
    """
    person = allowed(actor, REQUEST)
    apart(person, report.conversation_id)
    if not reason.strip() or len(reason) > 500:
        raise Refused(_("Say why, in at most 500 characters."))
    if report.state != Report.State.WAITING:
        raise Refused(_("This report is closed."))
    if not 0 <= delay_days <= MOST_DELAY_DAYS or (period is not None and period[0] >= period[1]):
        raise Refused(_("These times are not possible."))
    made = Opening(
        conversation_id=report.conversation_id,
        report=report,
        reason=reason.strip(),
        requested_by=person,
        delay_days=delay_days,
        period_from=period[0] if period else None,
        period_to=period[1] if period else None,
    )
    made.digest = digest_of(made)
    with transaction.atomic(using=using()):
        in_database(lambda: made.save(force_insert=True, using=using()))
        payload = {"opening": made.pk.hex, "report": report.pk.hex, "digest": made.digest}
        ledger.record("community.opening_requested", payload=payload, actor=actor)
    return made


def _pending(opening: Opening) -> Opening:
    found = Opening.objects.using(using()).select_for_update().get(pk=opening.pk)
    if found.approved_at is not None or found.declined_at is not None:
        raise Refused(_("This was decided before."))
    if digest_of(found) != found.digest:
        raise Refused(_("This is not what was asked for."))
    return found


def approve_opening(*, opening: Opening, shown: str, actor: AbstractBaseUser, strength: Strength) -> Opening:
    """Say yes to exactly what was shown (its digest); it is open for ``OPENING_HOURS`` then.

    Raises Refused for who asked, who takes part, and who did not just show again who they are.
    """
    person = allowed(actor, APPROVE)
    if strength < Strength.RECENT:
        raise Refused(_("Show again who you are first."))
    apart(person, opening.conversation_id)
    with transaction.atomic(using=using()):
        found = _pending(opening)
        if found.requested_by_id == person.pk:
            raise Refused(_("Another person than the one who asked says yes."))
        if shown != found.digest:
            raise Refused(_("What was shown to you is not what there is now. Look at it again."))
        now = timezone.now()
        found.approved_by, found.approved_at = person, now
        found.expires_at = now + timedelta(hours=conf.OPENING_HOURS)
        found.notify_at = now + timedelta(days=found.delay_days)
        columns = ["approved_by", "approved_at", "expires_at", "notify_at"]
        in_database(lambda: found.save(using=using(), update_fields=columns))
        payload = {"opening": found.pk.hex, "digest": found.digest}
        ledger.record("community.opening_approved", payload=payload, actor=actor)
    return found


def decline_opening(*, opening: Opening, actor: AbstractBaseUser) -> Opening:
    """Say no. Raises Refused for who takes part."""
    person = allowed(actor, APPROVE)
    apart(person, opening.conversation_id)
    with transaction.atomic(using=using()):
        found = _pending(opening)
        found.declined_at = timezone.now()
        found.save(using=using(), update_fields=["declined_at"])
        ledger.record("community.opening_declined", payload={"opening": found.pk.hex}, actor=actor)
    return found


def close_report(*, report: Report, actor: AbstractBaseUser) -> None:
    """Say that nothing more is to be done about a report. Raises Refused for who takes part."""
    person = allowed(actor, REQUEST)
    apart(person, report.conversation_id)
    with transaction.atomic(using=using()):
        rows = Report.objects.using(using()).filter(pk=report.pk, state=Report.State.WAITING)
        if rows.update(state=Report.State.CLOSED, closed_at=timezone.now()):
            ledger.record("community.report_closed", payload={"report": report.pk.hex}, actor=actor)
