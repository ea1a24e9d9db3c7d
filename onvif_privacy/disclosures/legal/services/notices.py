"""Telling people: a date for everybody whose data is handed over, and the notice that leaves on it by itself."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from onvif_privacy.core import contacts, gate
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Subject
from onvif_privacy.core.querysets import AppendOnlyQuerySet
from onvif_privacy.disclosures.conf import conf
from onvif_privacy.disclosures.models import (
    Approval,
    Block,
    Case,
    DisclosureRecord,
    Document,
    Gag,
    Letter,
    Notice,
    NoticeMode,
    Scope,
    ScopeItem,
)
from onvif_privacy.disclosures.models.states import PROCESS
from onvif_privacy.disclosures.services import approvals
from onvif_privacy.disclosures.services.acting import WORK, allowed, locked, record, step, using
from onvif_privacy.disclosures.services.errors import Refused
from onvif_privacy.disclosures.services.reading import opened

REVIEW_DAYS: Final = {NoticeMode.BY_AUTHORITY: 180, NoticeMode.DEFEATS_PURPOSE: 90}
EMERGENCY_DAYS: Final = 30
GAG_REVIEW_DAYS: Final = 90
State = Notice.State


def _today() -> date:
    return timezone.now().date()


def rows(case: Case) -> QuerySet[Notice]:
    """Return the notices of a case."""
    return Notice.objects.using(using()).filter(case=case)


def told(case: Case) -> set[str]:
    """Return the tags of those who were told already, and may see their line at once."""
    return set(rows(case).filter(state__in=(State.SENT, State.FAILED)).values_list("tag", flat=True))


# Silence


def in_force(case: Case, on: date | None = None) -> list[Gag]:
    """Return the orders of silence that hold on a day: not lifted, and not over."""
    day = on or _today()
    found = (
        Gag.objects.using(using()).filter(case=case, since__lte=day).filter(Q(until__isnull=True) | Q(until__gt=day))
    )
    return [one for one in found if one.lifted_on is None or one.lifted_on > day]


def silence(
    *,
    case: Case,
    actor: Any,
    document: Document,
    since: date,
    until: date | None = None,
    review_by: date | None = None,
    extends: Gag | None = None,
    approval: Approval | None = None,
) -> Gag:
    """Enter an order of silence; what waits because of it gets its end as date.

    Raises Refused without a document of its own, without an end, and for a review more than 90 days away.
    """
    allowed(actor, WORK)
    if document.case_id != case.pk or document.kind != Document.Kind.GAG:
        raise Refused(_("An order of silence rests on a document that orders it."))
    if (until is None) == (review_by is None):
        raise Refused(_("Give the day on which it ends, or else the day on which it is looked at again."))
    if review_by is not None and not 0 < (review_by - since).days <= GAG_REVIEW_DAYS:
        raise Refused(_("It must be looked at again within %(n)d days.") % {"n": GAG_REVIEW_DAYS})
    if until is not None and until <= since:
        raise Refused(_("It ends before it begins."))
    if extends is not None and not approvals.is_agreed(extends.pk, Approval.Action.EXTEND_GAG):
        raise Refused(_("Going on with silence needs a yes of the other side."))
    with locked(case) as found:
        made = Gag(
            case=found,
            document=document,
            since=since,
            until=until,
            review_by=review_by,
            extends=extends,
            approval=approval or _yes(extends),
        )
        made.save(using=using())
        _later(found, made)
        step(found, "gag", actor=actor)
        return made


def agree_longer(*, gag: Gag, actor: Any, strength: Any, reason: str = "") -> Approval:
    """Say yes, from the approving side, to going on with a silence; the working side enters the new order then."""
    bound = gag.pk.hex.ljust(64, "0")
    action = Approval.Action.EXTEND_GAG
    return approvals.agree(
        case=gag.case, action=action, about=gag.pk, bound=bound, actor=actor, strength=strength, reason=reason
    )


def _yes(extends: Gag | None) -> Approval | None:
    return None if extends is None else approvals.given(extends.pk, Approval.Action.EXTEND_GAG).first()


def _later(case: Case, gag: Gag) -> None:
    """Move what waits to the end of a new order, which is its document."""
    for one in rows(case).filter(state=State.WAITING, mode=NoticeMode.AFTER_GAG):
        day = gag.until or gag.review_by
        if day and (one.earliest_on is None or day > one.earliest_on):
            one.earliest_on = gag.until
            one.review_by = gag.review_by
            one.save(using=using(), update_fields=["earliest_on", "review_by"])


def lift(*, gag: Gag, actor: Any) -> None:
    """Say that an order of silence was lifted; what waits for it is due today, unless another order holds."""
    allowed(actor, WORK)
    with locked(gag.case) as found:
        day = _today()
        AppendOnlyQuerySet(Gag, using=using()).filter(pk=gag.pk).fill(lifted_on=day)
        if not in_force(found):
            rows(found).filter(state=State.WAITING, mode=NoticeMode.AFTER_GAG).update(earliest_on=day, review_by=None)
        step(found, "gag", actor=actor)


# Dates


def lacking(case: Case, scope: Scope) -> str:
    """Say what the way of telling people still needs; empty when nothing."""
    if scope.notice_mode == NoticeMode.AFTER_GAG and not in_force(case):
        return _("Telling people later needs an order of silence that is in force.")
    most = REVIEW_DAYS.get(NoticeMode(scope.notice_mode))
    if most and (scope.review_by is None or not 0 < (scope.review_by - _today()).days <= most):
        return _("Say when it is looked at again: within %(n)d days.") % {"n": most}
    return ""


def _dates(case: Case, scope: Scope) -> tuple[date | None, date | None]:
    """Return from when people are told, or else when it is looked at again."""
    mode, today = NoticeMode(scope.notice_mode), _today()
    if mode == NoticeMode.BEFORE:
        return today, None
    if mode == NoticeMode.AFTER_EMERGENCY:
        return today + timedelta(days=EMERGENCY_DAYS), None
    if mode == NoticeMode.AFTER_GAG:
        gags = in_force(case)
        if not gags:
            raise Refused(_("Telling people later needs an order of silence that is in force."))
        ends = [one.until for one in gags if one.until is not None]
        reviews = [one.review_by for one in gags if one.review_by is not None]
        return (max(ends), None) if ends and not reviews else (None, min(reviews))
    if mode == NoticeMode.DEFEATS_PURPOSE:
        return scope.review_by, None
    return None, scope.review_by


def prepare(case: Case, scope: Scope) -> int:
    """Give everybody of an approved scope a notice with its date; in the transaction of the approval."""
    items = ScopeItem.objects.using(using()).filter(scope=scope, verdict__in=("granted", "preserved"))
    with opened():
        people = {row.tag: str(row.subject) for row in items}
    earliest, review = _dates(case, scope)
    known = {one.tag: one for one in rows(case)}
    for tag, person in sorted(people.items()):
        if tag in known:
            continue
        Notice(case=case, subject=person, tag=tag, mode=scope.notice_mode, earliest_on=earliest, review_by=review).save(
            using=using()
        )
    if scope.notice_mode == NoticeMode.BEFORE and not known:
        _open_window(case)
    return len(people)


def _open_window(case: Case) -> None:
    until = timezone.now() + timedelta(days=conf.NOTICE_WINDOW_DAYS)
    if case.due_at is not None:
        until = max(until, case.due_at)
    now = timezone.now()
    Block(case=case, kind=Block.Kind.NOTICE_WINDOW, opened_at=now, until=until).save(using=using())
    record("blocked", case)


# Sending


def due() -> QuerySet[Notice]:
    """Return the notices whose day has come, the oldest first: also those of runs that were missed."""
    waiting = Q(state=State.WAITING, earliest_on__lte=_today()) | Q(state=State.DUE)
    return Notice.objects.using(using()).filter(waiting).order_by("earliest_on", "pk")


def overdue_reviews() -> QuerySet[Notice]:
    """Return the notices that somebody should have looked at again by now."""
    return Notice.objects.using(using()).filter(state=State.WAITING, earliest_on__isnull=True, review_by__lt=_today())


def send(notice: Notice) -> bool:
    """Tell one person, once: what is sent and that it is sent are one transaction. False where somebody else did."""
    with locked(notice.case) as case:
        row = Notice.objects.using(using()).select_for_update().get(pk=notice.pk)
        if row.state not in (State.WAITING, State.DUE) or (row.earliest_on or date.max) > _today():
            return False
        if row.mode == NoticeMode.AFTER_GAG and in_force(case):
            return False
        with opened():
            person, address = uuid.UUID(str(row.subject)), row.contact
            address = str(address) if address else ""
        subject = Subject.objects.filter(pk=person).first()
        record("notice_due", case, thing=row.pk.hex)
        row.state, row.sent_at = State.SENT, timezone.now()
        if subject is not None and subject.erased_at is None:
            with override(settings.LANGUAGE_CODE):
                contacts.tell(subject, contacts.Message(_title(case), _text(case)), purpose="own_access")
        elif address:
            Letter(notice=row, case=case, purpose=PROCESS, address=address).save(using=using())
        else:
            row.state, row.sent_at = State.FAILED, None
        row.contact = None
        row.save(using=using(), update_fields=["state", "sent_at", "contact"])
        _show(case, person)
        record("notice_sent", case, thing=row.pk.hex)
        return True


def _show(case: Case, person: uuid.UUID) -> None:
    """Let the person's own list say from today on what happened, with its true day."""
    lines = DisclosureRecord.objects.using(using()).filter(hand_over__case=case, subject=person)
    lines.filter(Q(visible_from__isnull=True) | Q(visible_from__gt=_today())).update(visible_from=_today())


def _title(case: Case) -> str:
    return _("Your data and a demand of an authority")


def _text(case: Case) -> str:
    window = (
        Block.objects.using(using()).filter(case=case, kind=Block.Kind.NOTICE_WINDOW, closed_at__isnull=True).first()
    )
    records = DisclosureRecord.objects.using(using()).filter(hand_over__case=case).order_by("day").first()
    classes = sorted(
        set(
            ScopeItem.objects.using(using())
            .filter(scope=case.scope, verdict="granted")
            .values_list("data_class", flat=True)
        )
    )
    context = {
        "party": case.authority.party.name,
        "organisation": house.ORGANISATION,
        "contact": house.CONTACT,
        "window": window.until if window else None,
        "day": records.day if records else None,
        "ground": case.scope.get_ground_display() if case.scope else "",
        "classes": classes,
    }
    return render_to_string("onvif_privacy/disclosures/notice.txt", context)


def compose(letter: Letter) -> EmailMessage | None:
    """Write the letter to somebody who was erased meanwhile; None where the address is gone."""
    with gate.scope(PROCESS):
        row = Letter.objects.using(using()).select_related("case__authority__party", "case__scope").get(pk=letter.pk)
        address = str(row.address) if row.address else ""
    if not address:
        return None
    with override(settings.LANGUAGE_CODE):
        return EmailMessage(_title(row.case), _text(row.case), to=[address])


def forget_sent() -> int:
    """Empty the addresses of letters that have left, or never will."""
    gone = Letter.objects.using(using()).filter(state__in=("sent", "failed", "skipped"), address__isnull=False)
    return gone.update(address=None)


def keep_contacts(subject: Any) -> None:
    """Take the address along for a notice that still waits, because its person is about to be erased.

    Called for everybody who is erased, and nothing that they can reach shows whether there was one.
    """
    waiting = _of(subject.pk)
    if not waiting:
        return
    address = contacts.email(subject, "own_access")
    for one in waiting:
        if address and not one.contact:
            one.contact = address
            one.save(using=using(), update_fields=["contact"])


def _of(person: uuid.UUID) -> list[Notice]:
    open_ones = Notice.objects.using(using()).filter(state__in=(State.WAITING, State.DUE))
    with opened():
        return list(gate.find(open_ones, subject=str(person)))


def forget_lines(subject: Any) -> None:
    """Take the person out of the lines that they could see; what waits for its day keeps them until then."""
    lines = DisclosureRecord.objects.using(using()).filter(subject=subject, visible_from__lte=_today())
    lines.update(subject=None)


def not_needed(*, notice: Notice, actor: Any, strength: Any, reason: str) -> bool:
    """Say that somebody need not be told; the second yes, of another person, makes it so."""
    if not reason.strip():
        raise Refused(_("Say why nobody is told."))
    action, bound = Approval.Action.NOT_NOTIFY, notice.pk.hex.ljust(64, "0")
    with locked(notice.case) as found:
        made = approvals.say(found, action, about=notice.pk, bound=bound, actor=actor, strength=strength, reason=reason)
        if found.is_open:
            step(found, "consent", actor=actor)
        if not approvals.is_agreed(notice.pk, action, people=2):
            return False
        row = Notice.objects.using(using()).select_for_update().get(pk=notice.pk)
        row.state, row.approval = State.NOT_NEEDED, made
        row.save(using=using(), update_fields=["state", "approval"])
        return True
