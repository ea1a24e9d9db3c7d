"""What mail servers and providers report afterwards, each event once, and what follows from it."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from onvif_privacy.core import consent, ledger
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.outreach.models import DeliveryEvent, Message, Suppression
from onvif_privacy.outreach.services import purposes, suppression
from onvif_privacy.outreach.services.addresses import Hasher
from onvif_privacy.outreach.services.unsubscribing import people

Kind = DeliveryEvent.Kind
SOFT, SOFT_DAYS, REST_DAYS = 5, 30, 90
ID_LENGTH: Final = 64


def _message(given: uuid.UUID | str | None) -> Message | None:
    """Return the mail that a Message-ID or its local part names; None for any other words."""
    words = str(given or "").strip().strip("<>").partition("@")[0]
    try:
        pk = uuid.UUID(words)
    except ValueError:
        return None
    return Message.objects.using(suppression.using()).filter(pk=pk).select_related("subject").first()


def record_event(
    *, provider: str, event_id: str, kind: str, message_id: uuid.UUID | str | None = None, recipient: str = ""
) -> bool:
    """Take one report; True if it is new. The same event again, in any order, changes nothing.

    A hard bounce ends all mail to the address; a complaint ends everything this room sends and is an objection of whom
    it belongs to; five soft bounces in thirty days give the address ninety days' rest. ``recipient`` counts only where
    the mail itself is not known any more. Raises ValueError for an unknown kind.
    """
    kind, message = Kind(kind), _message(message_id)
    address_hash = message.address_hash if message else Hasher.load().of(recipient) if "@" in recipient else ""
    with transaction.atomic(using=suppression.using()):
        try:
            with transaction.atomic(using=suppression.using()):
                DeliveryEvent.objects.using(suppression.using()).create(
                    provider=provider[:48],
                    event_id=event_id[:ID_LENGTH],
                    kind=kind,
                    message=message.pk if message else None,
                    address_hash=address_hash,
                )
        except IntegrityError:
            return False
        payload = {"provider": provider[:48], "kind": kind.value, "message": str(message.pk) if message else None}
        ledger.record("outreach.event", payload=payload)
        if address_hash:
            _follow(kind, address_hash)
    return True


def _follow(kind: str, address_hash: str) -> None:
    if kind == Kind.BOUNCED:
        suppression.suppress_hash(address_hash, scope=Suppression.ALL, reason=Suppression.Reason.BOUNCE)
    elif kind == Kind.COMPLAINED:
        suppression.suppress_hash(address_hash, scope=Suppression.ALL, reason=Suppression.Reason.COMPLAINT)
        object_to(purposes.slugs(), address_hash)
    elif kind in (Kind.DEFERRED, Kind.REJECTED) and _softly(address_hash) >= SOFT:
        until = timezone.now() + timedelta(days=REST_DAYS)
        suppression.suppress_hash(address_hash, scope=Suppression.ALL, reason=Suppression.Reason.BOUNCE, until=until)


def _softly(address_hash: str) -> int:
    since = timezone.now() - timedelta(days=SOFT_DAYS)
    rows = DeliveryEvent.objects.using(suppression.using()).filter(address_hash=address_hash, at__gt=since)
    return rows.filter(kind__in=(Kind.DEFERRED, Kind.REJECTED)).count()


def object_to(wanted: Sequence[str], address_hash: str) -> None:
    """Record the objection of whoever was written to at an address, in the caller's transaction."""
    for person in people(address_hash):
        for purpose in wanted:
            if consent.state(person).get(purpose) is consent.State.GRANTED:
                consent.decide(
                    subject=person,
                    purpose=purpose,
                    outcome=Outcome.OBJECTED,
                    method=Method.FORM,
                    key=secrets.token_hex(16),
                    surface="complaint",
                )


def forget() -> int:
    """Delete reports that nothing follows from any more; returns how many."""
    old = DeliveryEvent.objects.using(suppression.using()).filter(at__lt=timezone.now() - timedelta(days=400))
    return int(old.delete()[0])
