"""Proving that an e-mail address is the person's: a link in a mail, and a button behind the link."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from smtplib import SMTPException
from urllib.parse import urljoin

from django.core import mail, signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core import gate, limits
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.fields import Sealed
from onvif_privacy.people.conf import conf
from onvif_privacy.people.models import ContactPoint
from onvif_privacy.people.services.errors import PeopleError, ProofRefused, TooMany
from onvif_privacy.people.services.recording import changing, record

logger = logging.getLogger(__name__)

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


def ask_for_proof(*, contact: ContactPoint) -> None:
    """Send the link that proves an e-mail address to it, three times a day at most.

    Raises TooMany above that, and PeopleError for a telephone number or where the mail cannot be sent.
    """
    if contact.kind != ContactPoint.Kind.EMAIL or not offered():
        raise PeopleError("There is nothing to prove by mail.")
    if not limits.allow("people.proof", str(contact.pk), limit=MAILS, seconds=DAY):
        raise TooMany(f"{MAILS} mails a day are sent at most.")
    contact.refresh_from_db()
    token = signing.dumps([contact.pk.hex, _mark(contact)], salt=SALT)
    link = urljoin(house.BASE_URL, reverse("onvif_privacy_people:prove", args=[token]))
    with gate.scope("own_access", subject=contact.subject):
        address = contact.email
    words = {"link": link, "organisation": house.ORGANISATION, "hours": conf.PROOF_HOURS}
    text = render_to_string("onvif_privacy/people/mails/proof.txt", words)
    try:
        mail.EmailMessage(_("Please confirm your e-mail address"), text, to=[address]).send()
    except (OSError, SMTPException) as error:
        logger.warning("A mail that asks for a proof could not be sent: %s", type(error).__name__)
        raise PeopleError("The mail could not be sent.") from None


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
