"""What somebody who is signed in chose, and choosing otherwise: the part "Mails from us" of "my privacy"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from onvif_privacy.core import consent, contacts, gate
from onvif_privacy.core.consent import Method, Outcome, State
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import Purpose
from onvif_privacy.outreach.conf import conf
from onvif_privacy.outreach.models import Message, Subscriber
from onvif_privacy.outreach.services import optin, purposes, suppression
from onvif_privacy.outreach.services.campaigns import capping

SURFACE = "mails"


@dataclass(frozen=True)
class Choice:
    """One purpose as the page shows it."""

    purpose: Purpose
    is_on: bool


def next_contact(subject: Subject, now: datetime | None = None) -> datetime | None:
    """Return before when nothing more is sent to somebody; None if there is no such day."""
    now, (most, days) = now or timezone.now(), conf.CAP
    sent = Message.objects.using(suppression.using()).filter(subject=subject, state__in=("sending", "sent"))
    times = [at for at in sent.values_list("sending_at", flat=True) if at is not None]
    return capping.next_free(times, now, most=most, days=days)


def panel(request: HttpRequest, subject: Subject) -> Mapping[str, Any]:
    """Return what the panel is rendered with."""
    states = consent.state(subject)
    choices = [
        Choice(purpose, states.get(slug) is State.GRANTED)
        for slug in purposes.slugs()
        if (purpose := purposes.asked_for(slug)) is not None
    ]
    return {"choices": choices, "next_contact": next_contact(subject), "offered": optin.offered()}


def _known_at(subject: Subject) -> bool:
    return Subscriber.objects.using(suppression.using()).filter(subject=subject, proven_at__isnull=False).exists()


def choose(*, subject: Subject, purpose: str, wanted: bool, key: str) -> str:
    """Take the choice of somebody who is signed in; returns ``on``, ``off`` or ``asked``.

    Who has no proven address for mails is asked by one mail first. Raises LookupError for another purpose,
    ConsentUnavailable, IdempotencyConflict.
    """
    if purposes.asked_for(purpose) is None:
        raise LookupError(purpose)
    if not wanted:
        consent.withdraw(subject=subject, purpose=purpose, method=Method.FORM, key=key, surface=SURFACE)
        return "off"
    if not contacts.reachable(subject, purpose):
        address = _own_address(subject)
        if address:
            optin.request(address=address, purpose=purpose)
        return "asked" if address else "unknown"
    shown = consent.notice(text=optin.words(purpose), language=get_language() or "", surface=SURFACE)
    consent.decide(
        subject=subject,
        purpose=purpose,
        outcome=Outcome.GRANTED,
        method=Method.FORM,
        key=key,
        notice=shown,
        surface=SURFACE,
    )
    for address in own_addresses(subject):
        suppression.lift(address, purpose)
    return "on"


def own_addresses(subject: Subject) -> list[str]:
    """Return the addresses that somebody has proven to this room."""
    with gate.scope("own_access", subject=subject):
        rows = Subscriber.objects.using(suppression.using()).filter(subject=subject)
        return [str(one.address) for one in rows if isinstance(one.address, str)]


def _own_address(subject: Subject) -> str:
    """Return the address of somebody's account; empty without one."""
    user = subject.user
    return str(getattr(user, user.get_email_field_name(), "") or "") if user is not None else ""


def suppress_all(subject: Model) -> None:
    """Let nothing reach the addresses of somebody who is being erased, also from a list that comes back later."""
    if not isinstance(subject, Subject):
        raise TypeError("suppress_all() takes a subject.")
    for address in own_addresses(subject):
        for purpose in purposes.slugs():
            suppression.suppress(address=address, scope=purpose, reason="erasure")
