"""Taking a request in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Entry, Subject
from onvif_privacy.core.registry.kinds import instant
from onvif_privacy.rights.models import Channel, Kind, Proof, Request
from onvif_privacy.rights.services import clock
from onvif_privacy.rights.services.requests.answering import begin
from onvif_privacy.rights.services.requests.states import by, using, zone

PROVEN_BY = {Channel.ACCOUNT: Proof.ACCOUNT, Channel.BROWSER: Proof.BROWSER, Channel.SITE: Proof.KNOWN}
STAFF_CHANNELS = (Channel.LETTER, Channel.PHONE, Channel.PERSON)


def open(
    *,
    kind: Kind,
    channel: Channel,
    key: str,
    subject: Subject | None = None,
    address: str | None = None,
    received_at: datetime | None = None,
    wish: Any = None,
    proof: Proof | None = None,
    proven_on: date | None = None,
    actor: AbstractBaseUser | None = None,
) -> Request:
    """Take a request in and start its clock; what is proven begins at once, the rest waits for its link.

    The same ``key`` gives the same request, and an open one of the same kind and person is joined. What staff enter
    needs ``actor``. Raises ValueError for a day of receipt in the future or nobody to answer.
    """
    kind, channel = Kind(kind), Channel(channel)
    now = timezone.now()
    received = received_at or now
    if received > now:
        raise ValueError("A request cannot have been received in the future.")
    if subject is None and not address:
        raise ValueError("A request needs a person or an address to answer to.")
    if (channel in STAFF_CHANNELS) != (actor is not None):
        raise ValueError("What comes by letter, telephone or in person is entered by somebody; the rest by nobody.")
    shown = proof if proof is not None else PROVEN_BY.get(channel, Proof.NONE)
    with transaction.atomic(using=using()):
        known = _known(key, kind, subject if shown else None)
        if known is not None:
            return known
        due = clock.due(received, zone())
        request = Request(
            kind=kind,
            channel=channel,
            subject=subject,
            address=address or None,
            wish=wish,
            language=(get_language() or "")[:16],
            received_at=received,
            due_on=due.date(),
            state_at=now,
            proof=shown,
            proven_on=(proven_on or timezone.localdate(now, zone())) if shown else None,
            entered_by=by(actor),
            key=key,
        )
        request.slot = request.slot_now()
        request.entry = _recorded(request, due, actor)
        request.save(force_insert=True, using=using())
        if shown and subject is not None:
            begin(request, actor=actor)
    return request


def _recorded(request: Request, due: datetime, actor: AbstractBaseUser | None) -> Entry:
    payload = {
        "request": request.reference,
        "kind": str(request.kind),
        "channel": str(request.channel),
        "received": instant(request.received_at),
        "due": instant(due),
    }
    return ledger.record("rights.opened", subject=request.subject, payload=payload, actor=actor)


def _known(key: str, kind: Kind, subject: Subject | None) -> Request | None:
    """Return the request of this key, or the open one of this kind and person, whom this holds until commit."""
    rows = Request.objects.using(using())
    same = rows.filter(key=key).first()
    if same is not None or subject is None or kind is Kind.CORRECT:
        return same
    # One at a time for a person, so that two clicks meet here and not in the unique column.
    Subject.objects.using(using()).select_for_update().get(pk=subject.pk)
    return rows.running().filter(kind=kind, subject=subject).first()


__all__ = ["STAFF_CHANNELS", "open"]
