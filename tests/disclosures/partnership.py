"""A partner, two people who may agree with it, and customers whose orders are delivered."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pyrage
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from onvif_privacy.core.doors import HandOver
from onvif_privacy.core.models import Party, Subject
from onvif_privacy.core.registry import Field, PersonalData, blank
from onvif_privacy.core.testing import temporarily
from onvif_privacy.disclosures.models import Agreement, RecipientKey
from onvif_privacy.disclosures.partners import keeping, registering
from onvif_privacy.disclosures.services.sealing import fingerprint
from tests.core.orders import order

IDENTITY = pyrage.x25519.Identity.generate()
SERVICES = ("partner_delivery", "partner_messages", "partner_statistics", "partner_support")
TODAY = date(2026, 6, 15)
FIELDS = ["hostapp.Order.email", "hostapp.Order.name"]
PERMISSIONS = {
    "worker": ("manage_partners",),
    "approver": ("approve_disclosure",),
    "officer": ("approve_disclosure", "officer_disclosure"),
}


@contextmanager
def shop() -> Iterator[None]:
    """Declare the orders of the host for what partners do."""
    declaration = PersonalData(
        model="hostapp.Order",
        subjects={"buyer": "owner"},
        fields={
            "email": Field("contact", reach="email", purposes=SERVICES, erase=blank()),
            "name": Field("identity", purposes=SERVICES, erase=blank()),
            "phone": Field("contact", purposes=SERVICES, erase=blank()),
            "age": Field("demographic", purposes=SERVICES, erase=blank()),
            "born": Field("demographic", purposes=("operation",), erase=blank()),
            "health": Field("special:health", purposes=SERVICES, erase=blank()),
        },
        not_personal=("id", "owner", "number", "email_index", "meta", "photo", "invoice"),
    )
    with temporarily(declaration):
        yield


def person(role: str, name: str = "") -> User:
    """Somebody of the staff."""
    user = User.objects.create_user(name or role, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=PERMISSIONS[role]))
    return user


def recipient_key(party: Party) -> RecipientKey:
    """The partner's age key."""
    public = str(IDENTITY.to_public())
    return RecipientKey.objects.create(
        party=party,
        method="age",
        public=public,
        fingerprint=fingerprint(public),
        proved_how="read aloud",
        proved_by=User.objects.get_or_create(username="keeper")[0],
        at=timezone.now(),
    )


def drafted(worker: User, **changes: Any) -> Agreement:
    """A draft with everything that an agreement needs."""
    slug = changes.pop("slug", "post")
    party, _made = Party.objects.get_or_create(
        slug=slug, defaults={"role": "trusted_partner", "name": f"{slug.title()} Ltd", "country": "DE"}
    )
    values: dict[str, Any] = {
        "service": "delivery",
        "document_digest": hashlib.sha256(b"contract").hexdigest(),
        "secrecy_page": 4,
        "confidential": True,
        "only_this_service": True,
        "no_onward_transfer": True,
        "checklist": list("abcdefgh"),
        "valid_from": TODAY - timedelta(days=60),
        "valid_until": TODAY + timedelta(days=300),
        "fields": FIELDS,
        "senders": [f"{slug}.example"],
        "recipient_key": recipient_key(party),
    }
    return registering.draft(actor=worker, party=party, **{**values, **changes})


def agreed(worker: User, approver: User, **changes: Any) -> Agreement:
    """An agreement that holds and has been public for two weeks."""
    announced = changes.pop("announced", TODAY - timedelta(days=14))
    agreement = drafted(worker, **changes)
    digest = registering.submit(agreement, actor=worker)
    assert registering.approve(agreement, actor=approver, digest=digest)
    if announced:
        registering.announce(agreement, actor=worker, today=announced)
    return agreement


def buyers(number: int) -> list[Subject]:
    """People with an order each."""
    made = [order(email=f"buyer{one}@example.org", name=f"Buyer {one}", phone=f"030-{one}") for one in range(number)]
    return [one.owner for one in made if one.owner is not None]


def asked(agreement: Agreement, people: list[Subject], **changes: Any) -> HandOver:
    """What a room asks of the door."""
    values: dict[str, Any] = {
        "agreement": agreement.ref,
        "subjects": tuple(one.pk for one in people),
        "purpose": agreement.service,
        "key": "key-1",
    }
    return HandOver(**{**values, **changes})


def opened(reference: str) -> list[dict[str, Any]]:
    """The rows that the partner reads."""
    _made, file = keeping.fetch(reference)
    archive = pyrage.decrypt(file, [IDENTITY])
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        parts = [tar.extractfile(one) for one in tar if "/records/" in one.name]
        return [json.loads(row) for part in parts if part for row in part.read().split(b"\n")[:-1]]
