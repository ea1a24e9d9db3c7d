"""Comments and complaints in every state that a visitor of the demonstration may want to see, all invented."""

from __future__ import annotations

import secrets
from datetime import timedelta
from io import StringIO
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from onvif_privacy.enquiries.models import Channel, Enquiry, Kind, Outcome, Remedy
from onvif_privacy.enquiries.services import cases, receiving
from onvif_privacy.enquiries.services.mail import probing
from standards.sink import make_mailbox

REASONS = (
    "We looked at every mail that left this site in the week you name. The list of readers was read for the purpose it"
    " was given for, and for no other; the ledger shows each reading."
)
PUT_RIGHT = "The page named an old address. It names the right one now, and a check reads it every day."


def _received(text: str, *, days_ago: int, kind: Kind = Kind.COMPLAINT, **more: Any) -> Enquiry:
    message = receiving.Message(kind=kind, channel=Channel.FORM, text=text, language="en", **more)
    at = timezone.now() - timedelta(days=days_ago)
    return receiving.receive(message, key=secrets.token_hex(16), received_at=at).enquiry


def _looked_into(enquiry: Enquiry, clerk: User, slug: str) -> None:
    cases.assign(enquiry=enquiry, actor=clerk)
    cases.investigate(enquiry=enquiry, actor=clerk)
    cases.link(enquiry=enquiry, slug=slug, actor=clerk)


def try_the_mailbox() -> None:
    """Make the mailbox of the contact address, write to it as the house does each week, and read it."""
    make_mailbox()
    probing.send_probe()
    call_command("privacy_enquiries", "intake", stdout=StringIO())


def fill_enquiries() -> None:
    """Take some in and bring each to another state; by members of staff who may."""
    staff = [one for one in User.objects.filter(is_staff=True, is_active=True).order_by("pk") if _may(one)]
    _received("What do you mean by “quality of the service”? An example would help.", days_ago=0, kind=Kind.COMMENT)
    fresh = _received("I declined cookies, and the bar came back the next day.", days_ago=1, clauses=["cookies_choice"])
    if not staff:
        return  # the accounts were deleted since
    clerk = staff[0]
    _looked_into(fresh, clerk, "cookies_choice")
    refused = _received("I believe that my address was used for advertising.", days_ago=3)
    _looked_into(refused, clerk, "identity")
    cases.determine(enquiry=refused, outcome=Outcome.NOT_UPHELD, reasons=REASONS, actor=clerk)
    cases.conclude(enquiry=refused, actor=clerk)
    upheld = _received("Your statement names an address at which nobody answers.", days_ago=4, clauses=["contact"])
    _looked_into(upheld, clerk, "contact")
    cases.determine(enquiry=upheld, outcome=Outcome.UPHELD, reasons=PUT_RIGHT * 2, actor=clerk)
    cases.remedy(
        enquiry=upheld,
        kind=Remedy.Kind.TEXT,
        evidence="Version 1 of the statement",
        words=PUT_RIGHT,
        regression=Remedy.Regression.SABOTEUR,
        actor=clerk,
    )
    cases.remedied(enquiry=upheld, actor=clerk)
    comment = _received("Thank you for saying what each cookie is for.", days_ago=2, kind=Kind.COMMENT)
    cases.assign(enquiry=comment, actor=clerk)
    cases.answer(enquiry=comment, words="Thank you for writing.", actor=clerk)


def _may(user: User) -> bool:
    return user.has_perm("onvif_privacy_enquiries.work_enquiry")
