"""Mails of the site; the demonstration writes them to files."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from standards.models import Order


def confirm_order(order: Order) -> None:
    """Send the confirmation of an order to the address that was given with it."""
    EmailMessage(
        subject=_("Your order %(number)s") % {"number": order.number},
        body=render_to_string("standards/mails/order.txt", {"order": order}),
        from_email=settings.ONVIF_PRIVACY_CONTACT,
        to=[order.email],
    ).send()
