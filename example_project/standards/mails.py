"""Mails of the site; the demonstration writes them to files."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.utils import getaddresses
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from onvif_privacy.core import gate
from onvif_privacy.core.models import Subject
from onvif_privacy.outreach.services.preferences import own_addresses
from onvif_privacy.people.models import ContactPoint
from standards.models import Order

BETWEEN = b"-" * 79 + b"\n"  # what Django's file backend writes after each message


def confirm_order(order: Order) -> None:
    """Send the confirmation of an order to the address that was given with it."""
    EmailMessage(
        subject=_("Your order %(number)s") % {"number": order.number},
        body=render_to_string("standards/mails/order.txt", {"order": order}),
        from_email=settings.ONVIF_PRIVACY_CONTACT,
        to=[order.email],
    ).send()


def forget_mails(subject: Subject) -> None:
    """Delete the files of mails to a person who is being erased: what a site asks its mail provider to do."""
    addresses = addresses_of(subject)
    for file in Path(settings.EMAIL_FILE_PATH).glob("*.log"):
        messages = [one for one in file.read_bytes().split(BETWEEN) if one.strip()]
        others = [one for one in messages if not recipients(one) & addresses]
        if not others:
            file.unlink(missing_ok=True)
        elif len(others) < len(messages):
            file.write_bytes(b"".join(one + BETWEEN for one in others))


def addresses_of(subject: Subject) -> set[str]:
    """Return every address that the site knows of somebody, in lower case."""
    with gate.scope("own_access", subject=subject):
        found = {*own_addresses(subject)}
        found |= {str(one.email) for one in ContactPoint.objects.filter(subject=subject, kind="email")}
        if subject.user is not None:
            found |= {subject.user.email, *Order.objects.filter(customer=subject.user).values_list("email", flat=True)}
    return {address.lower() for address in found if address}


def recipients(message: bytes) -> set[str]:
    """Return the addresses that a stored message went to, in lower case."""
    headers = message_from_bytes(message, policy=policy.default)
    return {address.lower() for _name, address in getaddresses(headers.get_all("to", []))}
