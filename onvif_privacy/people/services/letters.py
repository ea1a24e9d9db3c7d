"""Letters with links, sent by the outbox; address and link are read and made only when one leaves."""

from __future__ import annotations

from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import get_language, override

from onvif_privacy.core import gate
from onvif_privacy.core.conf import conf as house
from onvif_privacy.people.conf import conf
from onvif_privacy.people.models import ContactPoint, Guardian, Letter

PURPOSE = "own_access"  # whoever asked for a link gets it, restricted or not
TEMPLATES = "onvif_privacy/people/mails"


def write(contact: ContactPoint, what: str, guardian: Guardian | None = None) -> Letter:
    """Have a letter sent to an address, in the caller's transaction."""
    letter = Letter(
        subject=contact.subject,
        purpose=PURPOSE,
        what=what,
        contact=contact,
        guardian=guardian,
        language=get_language() or "",
    )
    letter.save(force_insert=True)
    return letter


def _link(letter: Letter) -> str:
    from onvif_privacy.people.services import guardians, proving  # they write letters

    if letter.what == Letter.What.PROOF:
        return proving.link(letter.contact)
    return guardians.link(letter.guardian) if letter.guardian is not None else ""


def compose(letter: Letter) -> EmailMessage | None:
    """Write a letter; None where there is no address or nothing to decide any more."""
    link = _link(letter)
    with gate.scope(PURPOSE, subject=letter.contact.subject):
        address = letter.contact.email
    if not link or not isinstance(address, str):
        return None
    words: dict[str, Any] = {
        "link": link,
        "organisation": house.ORGANISATION,
        "contact": house.CONTACT,
        "hours": conf.PROOF_HOURS,
        "again": letter.guardian is not None and letter.guardian.began_at is not None,
    }
    with override(letter.language or None):
        title, _blank, text = render_to_string(f"{TEMPLATES}/{letter.what}.txt", words).strip().partition("\n")
    return EmailMessage(title.strip(), text.strip() + "\n", to=[address])
