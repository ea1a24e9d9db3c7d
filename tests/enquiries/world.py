"""People who write, and staff who answer."""

from __future__ import annotations

import re
import secrets
import time
from typing import Any

from django.contrib.auth.models import Permission
from django.core import mail, signing
from django.core.mail import EmailMessage
from django.test import Client

from onvif_privacy.core.jobs import run_due
from onvif_privacy.enquiries.models import Channel, Enquiry, Kind, Outcome, Remedy
from onvif_privacy.enquiries.services import cases, receiving, tokens
from tests.core.factories import UserFactory

CONTACT = "/privacy/contact/"
FOLLOW, OPENED, FILE = f"{CONTACT}follow/", f"{CONTACT}opened/", f"{CONTACT}file/"
WORDS = "You promised that no list is sold, and I was called by a stranger who had my number from you."
REASONS = "We looked at who had the number, and found that a list had been handed on against our promise. " * 2


def form_token(age: float = 10) -> str:
    """Return the token of a form that was shown so many seconds ago."""

    class Earlier(signing.TimestampSigner):
        def timestamp(self) -> str:
            return signing.b62_encode(int(time.time() - age))

    return Earlier(salt=tokens.FORM_SALT).sign(secrets.token_hex(16))


def sent(**changes: Any) -> dict[str, Any]:
    """Return what the form sends."""
    shape = {"token": form_token(), "kind": "complaint", "text": f"{WORDS} {secrets.token_hex(4)}", "address": ""}
    return {**shape, **changes}


def post(**changes: Any) -> Any:
    """Send the form as a browser without cookies and script does."""
    return Client(enforce_csrf_checks=True).post(CONTACT, sent(**changes), secure=True)


def shown(response: Any) -> tuple[str, str]:
    """Return the number and the code on a page."""
    found = re.findall(r'privacy-enquiries-code">([^<]+)<', response.content.decode())
    assert len(found) == 2, response.content.decode()
    return found[0], found[1]


def received(kind: Kind = Kind.COMPLAINT, **changes: Any) -> Enquiry:
    """Take one in by the service."""
    shape: dict[str, Any] = {"channel": Channel.FORM, "text": f"{WORDS} {secrets.token_hex(4)}"}
    extra = {name: changes.pop(name) for name in ("quarantined", "received_at", "actor") if name in changes}
    message = receiving.Message(kind=kind, **{**shape, **changes})
    return receiving.receive(message, key=secrets.token_hex(16), **extra).enquiry


def staff(*permissions: str, **fields: Any) -> Any:
    """Return a member of staff with permissions of the room: work, verify, view."""
    user = UserFactory(is_staff=True, **fields)
    names = {"work": "work_enquiry", "verify": "verify_enquiry"}
    codenames = [names.get(one, one) for one in permissions]
    rows = Permission.objects.filter(content_type__app_label="onvif_privacy_enquiries")
    views = rows.filter(codename__startswith="view_")
    user.user_permissions.set([*rows.filter(codename__in=codenames), *views])
    return type(user).objects.get(pk=user.pk)


def investigated(enquiry: Enquiry, clerk: Any, *slugs: str) -> Enquiry:
    """Bring one to where it can be determined."""
    cases.assign(enquiry=enquiry, actor=clerk)
    cases.investigate(enquiry=enquiry, actor=clerk)
    for slug in slugs:
        cases.link(enquiry=enquiry, slug=slug, actor=clerk)
    return enquiry


def determined(enquiry: Enquiry, clerk: Any, outcome: Outcome = Outcome.UPHELD) -> Enquiry:
    """Determine one."""
    investigated(enquiry, clerk)
    cases.determine(enquiry=enquiry, outcome=outcome, reasons=REASONS, no_clause=True, actor=clerk)
    return enquiry


def put_right(enquiry: Enquiry, clerk: Any, **changes: Any) -> Remedy:
    """Note a remedy."""
    shape: dict[str, Any] = {
        "kind": Remedy.Kind.OTHER,
        "evidence": "T-17",
        "words": "The list was called back and deleted.",
        "regression": Remedy.Regression.NONE,
    }
    return cases.remedy(enquiry=enquiry, actor=clerk, **{**shape, **changes})


def remedied(enquiry: Enquiry, clerk: Any) -> Enquiry:
    """Bring one to where somebody else looks."""
    determined(enquiry, clerk)
    put_right(enquiry, clerk)
    cases.remedied(enquiry=enquiry, actor=clerk)
    return enquiry


def verified(enquiry: Enquiry, clerk: Any, other: Any) -> Enquiry:
    """Bring one to its end."""
    remedied(enquiry, clerk)
    cases.verify(enquiry=enquiry, seen=cases.seen_digest(enquiry), actor=other)
    return enquiry


def letters() -> list[EmailMessage]:
    """Send what waits; return what has arrived since."""
    mail.outbox.clear()
    assert run_due(names=("enquiries.letters",))[0].outcome == "done"
    return list(mail.outbox)


def link_in(message: EmailMessage) -> str:
    """Return the path of the link in a mail."""
    (found,) = re.findall(r"https://www\.example\.com(/privacy/contact/link/\S+)", str(message.body))
    return str(found)


def page_in(response: Any) -> str:
    """Return the token that the forms of an opened page carry."""
    return str(re.findall(r'name="page" value="([^"]+)"', response.content.decode())[0])
