"""Proving that an e-mail address is the person's: a link in a mail, and a button behind the link."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from urllib.parse import urljoin

from django.core import signing
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.core import limits
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.fields import Sealed
from onvif_privacy.people.conf import conf
from onvif_privacy.people.models import ContactPoint, Letter
from onvif_privacy.people.services import letters
from onvif_privacy.people.services.errors import PeopleError, ProofRefused, TooMany
from onvif_privacy.people.services.recording import changing, record

SALT = "onvif_privacy.people.proof"
MAILS, DAY = 3, 86_400


def offered() -> bool:
    """Whether links can be sent: they come from ``ONVIF_PRIVACY_BASE_URL`` and from nowhere else."""
    return bool(house.BASE_URL)


def _mark(contact: ContactPoint) -> str:
    """Return what binds a link to the value that is to be proven."""
    sealed = contact.__dict__["email"]
    envelope = sealed.envelope if isinstance(sealed, Sealed) else b""
    return hashlib.sha256(envelope).hexdigest()[:32]


def ask_for_proof(*, contact: ContactPoint) -> Letter:
    """Have the link that proves an e-mail address sent to it, three times a day at most.

    Raises TooMany above that, and PeopleError for a telephone number or where no link can be made.
    """
    if contact.kind != ContactPoint.Kind.EMAIL or not offered():
        raise PeopleError("There is nothing to prove by mail.")
    if not limits.allow("people.proof", str(contact.pk), limit=MAILS, seconds=DAY):
        raise TooMany(f"{MAILS} mails a day are sent at most.")
    with changing(contact.subject):
        return letters.write(contact, Letter.What.PROOF)


def link(contact: ContactPoint) -> str:
    """Make the link that proves the address as it is now; it holds from this moment on."""
    contact.refresh_from_db()
    token = signing.dumps([contact.pk.hex, _mark(contact)], salt=SALT)
    return urljoin(house.BASE_URL, reverse("onvif_privacy_people:prove", args=[token]))


def read_token(token: str) -> ContactPoint:
    """Return the contact point that a link is about. Raises ProofRefused for old, foreign and used-up links."""
    try:
        pk, mark = signing.loads(token, salt=SALT, max_age=timedelta(hours=conf.PROOF_HOURS))
        contact: ContactPoint = ContactPoint.objects.select_related("subject").get(pk=pk)
    except (signing.BadSignature, ContactPoint.DoesNotExist, ValueError, TypeError):
        raise ProofRefused("This link does not hold.") from None
    if _mark(contact) != mark:
        raise ProofRefused("This link is about another address.")
    return contact


def prove_contact(*, token: str) -> ContactPoint:
    """Take the proof; a second time changes nothing. Raises ProofRefused, PeopleError."""
    contact = read_token(token)
    with changing(contact.subject):
        if ContactPoint.objects.filter(pk=contact.pk, proven_at=None).update(proven_at=timezone.now()):
            record("proven", contact)
    contact.refresh_from_db()
    return contact
