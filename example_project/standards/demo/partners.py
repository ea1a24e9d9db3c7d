"""Two partners: a parcel service that delivers already, and a lettershop that waits for a second person's yes."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pyrage
from django.contrib.auth.models import User
from django.utils import timezone

from onvif_privacy.core import subjects
from onvif_privacy.core.doors import HandOver
from onvif_privacy.core.models import Party
from onvif_privacy.disclosures.models import Agreement, RecipientKey, Service
from onvif_privacy.disclosures.partners import handing, recalling, registering
from onvif_privacy.disclosures.services.sealing import fingerprint
from standards.demo.cases import APPROVER, WORKER

FIELDS = [f"standards.Order.{name}" for name in ("name", "street", "postcode", "city", "country")]
PUBLIC_DAYS = 40  # longer than the two weeks that a partner stands on the list before anything is handed over


def fill_partners() -> None:
    """Bring two agreements with one partner to where they hold and are public, and one to the second person's yes."""
    worker, approver = (User.objects.get(username=name) for name in (WORKER, APPROVER))
    today = timezone.now().date()
    parcels = _partner(worker, "harbour-parcels", "Harbour Parcels")
    for _number in range(2):
        agreement = _drafted(worker, parcels, Service.DELIVERY, today)
        registering.approve(agreement, actor=approver, digest=registering.submit(agreement, actor=worker))
        registering.announce(agreement, actor=worker, today=today - timedelta(days=PUBLIC_DAYS))
    letters = _partner(worker, "quay-letters", "Quay Letters")
    registering.submit(_drafted(worker, letters, Service.MESSAGES, today), actor=worker)


def deliver() -> None:
    """Hand a customer's address over under each agreement, then end the older one: what went out is called back.

    A hand-over writes its evidence for good before a byte leaves, so this runs outside any transaction.
    """
    customer = subjects.for_user(User.objects.get(username="customer"))
    now = timezone.now()
    older, newer = Agreement.objects.filter(service=Service.DELIVERY).order_by("ref")[:2]
    for agreement, days_ago in ((older, 25), (newer, 3)):
        asked = HandOver(agreement=agreement.ref, subjects=(customer.pk,), purpose=agreement.service, key="demo")
        handing.hand_over(asked, now=now - timedelta(days=days_ago))
    recalling.end(older, actor=User.objects.get(username=WORKER), today=now.date())


def _partner(worker: User, slug: str, name: str) -> RecipientKey:
    """Register a partner with its public key; nobody has the private one, so what is handed over stays closed."""
    party = Party.objects.create(slug=slug, role=Party.Role.TRUSTED_PARTNER, name=name, country="DE")
    public = str(pyrage.x25519.Identity.generate().to_public())
    return RecipientKey.objects.create(
        party=party,
        method=RecipientKey.Method.AGE,
        public=public,
        fingerprint=fingerprint(public),
        proved_how="read aloud over the telephone",
        proved_by=worker,
        at=timezone.now(),
    )


def _drafted(worker: User, key: RecipientKey, service: str, today: date) -> Agreement:
    return registering.draft(
        actor=worker,
        party=key.party,
        service=service,
        document_digest=hashlib.sha256(f"the contract with {key.party.name}".encode()).hexdigest(),
        secrecy_page=4,
        confidential=True,
        only_this_service=True,
        no_onward_transfer=True,
        checklist=list("abcdefgh"),
        valid_from=today - timedelta(days=PUBLIC_DAYS),
        valid_until=today + timedelta(days=365),
        fields=FIELDS,
        senders=[f"{key.party.slug}.example"],
        recipient_key=key,
    )
