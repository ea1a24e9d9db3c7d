"""What stops a case, and what lets it go on. One person can always stop; letting go takes what the kind asks for."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core import incidents
from onvif_privacy.disclosures.legal.services import deadlines
from onvif_privacy.disclosures.models import Approval, Authority, Block, Case, Document, State
from onvif_privacy.disclosures.services import approvals
from onvif_privacy.disclosures.services.acting import WORK, allowed, locked, step, using
from onvif_privacy.disclosures.services.errors import Refused

Kind = Block.Kind
BY_WORK: Final = (Kind.CLARIFICATION.value, Kind.OBJECTION.value, Kind.AUTHORITY_WINDOW.value)


def stop(*, case: Case, actor: Any, kind: str, until: datetime | None = None, note: str = "") -> Block:
    """Stop a case: for an answer, because it is contested, or for another authority's window."""
    allowed(actor, WORK)
    if kind not in BY_WORK:
        raise Refused(_("This kind of stop comes by itself."))
    if kind == Kind.AUTHORITY_WINDOW and until is None:
        raise Refused(_("Say when the window ends."))
    with locked(case) as found:
        made = Block(case=found, kind=kind, opened_at=timezone.now(), opened_by=actor, until=until)
        made.save(using=using())
        deadlines.store(found)
        step(found, "block", actor=actor, note=note)
        return made


def flag_fraud(*, authority: Authority, actor: Any) -> int:
    """Stop everything of an authority at once; any one member of staff can. Returns how many cases were stopped."""
    if not actor.is_active or not actor.is_staff:
        raise Refused(_("You may not do this."))
    with transaction.atomic(using=using()):
        row = Authority.objects.using(using()).select_for_update().get(pk=authority.pk)
        row.status = Authority.Status.SUSPENDED
        row.save(using=using(), update_fields=["status"])
        cases = Case.objects.using(using()).select_for_update().filter(authority=row).exclude(state=State.CLOSED)
        number = 0
        for case in cases.order_by("pk"):
            if not Block.objects.using(using()).filter(case=case, kind=Kind.FRAUD, closed_at__isnull=True).exists():
                Block(case=case, kind=Kind.FRAUD, opened_at=timezone.now(), opened_by=actor).save(using=using())
                step(case, "block", actor=actor, kind="stop")
                number += 1
    payload = {"authority": authority.pk.hex}
    incidents.open("incident.fraud", reference=f"{authority.pk.hex[:20]}-{timezone.now():%Y%m%d}", payload=payload)
    return number


def clear_fraud(*, block: Block, actor: Any, strength: Any, reason: str) -> bool:
    """Say that a suspicion was wrong; the second yes, one of them an officer's, lets the case go on."""
    from onvif_privacy.disclosures.models import STRONG, AuthenticityCheck

    if block.kind != Kind.FRAUD:
        raise Refused(_("This is no suspicion of fraud."))
    with locked(block.case) as found:
        passed = AuthenticityCheck.objects.using(using()).filter(case=found, kind__in=STRONG, result="pass")
        first = passed.order_by("at").first()
        new = passed.filter(at__gte=block.opened_at)
        if first is not None:
            new = new.exclude(actor=first.actor)
        if not new.exists():
            raise Refused(_("A new strong check is needed, by somebody who did not make the first."))
        done = _agree(found, block, Approval.Action.CLEAR_FRAUD, actor, strength, reason, people=2)
        if done:
            _end(found, block, actor)
            others = Block.objects.using(using()).filter(
                case__authority=found.authority_id, kind=Kind.FRAUD, closed_at__isnull=True
            )
            if not others.exists():
                Authority.objects.using(using()).filter(pk=found.authority_id, status="suspended").update(
                    status="verified"
                )
        return done


def let_go(
    *, block: Block, actor: Any, strength: Any = None, document: Document | None = None, reason: str = ""
) -> bool:
    """End a stop as its kind asks for: an answer by its handler, a decision on an objection by both sides, a window
    before its time by two approvers. True when it has ended."""
    kind = block.kind
    with locked(block.case) as found:
        if kind == Kind.CLARIFICATION:
            allowed(actor, WORK)
            _end(found, block, actor, part="work")
            return True
        if kind == Kind.FRAUD:
            raise Refused(_("A suspicion of fraud is cleared by two people after a new check."))
        if kind == Kind.OBJECTION:
            if document is None or document.case_id != found.pk or document.kind != Document.Kind.OBJECTION:
                raise Refused(_("Attach the decision on the objection first."))
            done = _agree(found, block, Approval.Action.CLOSE_BLOCK, actor, strength, reason, people=1)
        else:
            if not reason.strip():
                raise Refused(_("Say why it ends early."))
            if found.due_at is not None and kind == Kind.NOTICE_WINDOW and timezone.now() < found.due_at:
                raise Refused(_("The window of the person stays open until the answer is due."))
            done = _agree(found, block, Approval.Action.CLOSE_BLOCK, actor, strength, reason, people=2)
        if done:
            _end(found, block, actor, document=document)
        return done


def _agree(case: Case, block: Block, action: str, actor: Any, strength: Any, reason: str, *, people: int) -> bool:
    bound = block.pk.hex.ljust(64, "0")
    approvals.say(case, action, about=block.pk, bound=bound, actor=actor, strength=strength, reason=reason)
    done = approvals.is_agreed(block.pk, action, people=people, officer=people > 1)
    if not done:
        step(case, "consent", actor=actor)
    return done


def _end(case: Case, block: Block, actor: Any, *, part: str = "approve", document: Document | None = None) -> None:
    row = Block.objects.using(using()).select_for_update().get(pk=block.pk)
    if row.closed_at is not None:
        raise Refused(_("It has ended already."))
    row.closed_at, row.closed_by, row.document = timezone.now(), actor, document
    row.save(using=using(), update_fields=["closed_at", "closed_by", "document"])
    deadlines.store(case)
    step(case, "unblock", actor=actor, kind=part)


def ended() -> QuerySet[Block]:
    """Return the windows whose time is over."""
    return Block.objects.using(using()).filter(closed_at__isnull=True, until__lte=timezone.now())


def end_by_time(block: Block) -> None:
    """End a window that is over; nobody is asked."""
    with locked(block.case) as found:
        rows = Block.objects.using(using()).filter(pk=block.pk, closed_at__isnull=True, until__lte=timezone.now())
        if rows.update(closed_at=timezone.now()) and found.is_open:
            deadlines.store(found)
            step(found, "unblock")
