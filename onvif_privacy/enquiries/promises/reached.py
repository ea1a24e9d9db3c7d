"""Whoever writes, by the form or to the printed address, reaches the queue."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import Client, override_settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import doors
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered, rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.enquiries.models import Enquiry, Probe
from onvif_privacy.enquiries.promises.clauses import CONTACT
from onvif_privacy.enquiries.services import mail, receiving
from onvif_privacy.enquiries.services.states import using

REACHED = Promise(
    "contact.reached", CONTACT, _("Whoever writes by the form, or to the address in the statement, reaches the queue.")
)

declare(REACHED)

ARRIVES = timedelta(hours=24)
SENT_EVERY = timedelta(days=8)
_TOKEN = re.compile(rb'name="token" value="([^"]+)"')
_REF = re.compile(rb"PE-[0-9A-HJKMNP-TV-Z]{8}")


def _stranger(look: Look) -> Client:
    """Return a client without cookies for which protection against forged requests is at work, as on the web."""
    client = look.stranger()
    client.handler.enforce_csrf_checks = True
    return client


@check(REACHED, kind=Kind.PROBE)
def the_form_reaches_the_queue(look: Look) -> Iterable[Finding]:
    """Fill the form in without cookies and script, see the number, find it in the queue, and take it back."""
    try:
        address = reverse("onvif_privacy_enquiries:contact")
    except NoReverseMatch:
        yield Finding("form", "has no address on this site")
        return
    page: Any = look.get(address, _stranger(look))
    token = _TOKEN.search(getattr(page, "content", b""))
    if page.status_code != 200 or token is None or page.cookies:
        yield Finding(address, "shows a stranger no form that works without cookies")
        return
    sent = {"token": token[1].decode(), "kind": "comment", "text": f"A test of this form. {secrets.token_hex(8)}"}
    with rolled_back(using()):
        answer: Any = _stranger(look).post(address, sent, secure=True)
        number = _REF.search(getattr(answer, "content", b""))
        arrived = number is not None and Enquiry.objects.using(using()).filter(ref=number[0].decode()).exists()
    if answer.status_code != 200 or number is None:
        yield Finding(address, f"gave a stranger no number, but {answer.status_code}")
    elif not arrived:
        yield Finding(address, "gave a number that is not in the queue")


@the_form_reaches_the_queue.saboteur
@contextmanager
def a_form_that_asks_for_a_cookie(plant: Plant) -> Iterator[str]:
    """Protect the form by a cookie, as every other form is: who refuses cookies cannot complain."""
    from onvif_privacy.enquiries.views import contact

    with altered(contact.contact, "csrf_exempt", False):
        yield "gave a stranger no number, but 403"


@the_form_reaches_the_queue.saboteur
@contextmanager
def a_form_that_stores_nothing(plant: Plant) -> Iterator[str]:
    """Say thank you and forget it."""

    def forget(message: receiving.Message, **more: Any) -> receiving.Received:
        enquiry = Enquiry(kind=message.kind, channel=message.channel, state="acknowledged", received_at=timezone.now())
        return receiving.Received(enquiry, None, "0" * 12)  # type: ignore[arg-type]

    with altered(receiving, "receive", forget):
        yield "gave a number that is not in the queue"


def _printed_elsewhere(look: Look) -> Iterable[Finding]:
    """Yield where the statement in force prints another address than the one that is read."""
    for language, _name in settings.LANGUAGES:
        stood = doors.clause(CONTACT.slug, language, look.now())
        if stood is not None and house.CONTACT not in stood.words:
            yield Finding(f"statement ({language})", f"does not print {house.CONTACT}, whose mail is read")


@check(REACHED, kind=Kind.PROBE)
def the_printed_address_reaches_the_queue(look: Look) -> Iterable[Finding]:
    """Look whether our own mail to the printed address came back within a day, and whether one was sent lately.

    Where no mailbox is read nothing is known: the promise is not proven then.
    """
    newest = list(Probe.objects.using(using()).order_by("-sent_at")[:2])
    if mail.box() is None or not newest:
        return
    look.seen(len(newest))
    if newest[0].sent_at < look.now() - SENT_EVERY:
        yield Finding("probe", "none was sent for eight days")
    due = next((one for one in newest if one.seen_at or one.sent_at < look.now() - ARRIVES), None)
    if due is not None and due.seen_at is None:
        yield Finding("mailbox", "our mail to the printed address has not arrived within a day")
    if newest[0].address != house.CONTACT:
        yield Finding("probe", "was sent to an address that is not the one of the settings")
    yield from _printed_elsewhere(look)


@contextmanager
def _probe(hours_ago: int, *, arrived: bool) -> Iterator[None]:
    at = timezone.now() - timedelta(hours=hours_ago)
    with rolled_back(using()), override_settings(ONVIF_PRIVACY_ENQUIRIES_MAILDIR="/nowhere"):
        seen = at + timedelta(minutes=1) if arrived else None
        Probe.objects.using(using()).create(address=house.CONTACT, sent_at=at, seen_at=seen)
        yield


@the_printed_address_reaches_the_queue.saboteur
@contextmanager
def a_dead_mailbox(plant: Plant) -> Iterator[str]:
    """Let the mailbox be full or gone."""
    with _probe(0, arrived=True), _probe(-1, arrived=True):
        Probe.objects.using(using()).update(sent_at=timezone.now() - timedelta(hours=25), seen_at=None)
        yield "mailbox: our mail to the printed address has not arrived within a day"


@the_printed_address_reaches_the_queue.saboteur
@contextmanager
def nobody_tries_the_address(plant: Plant) -> Iterator[str]:
    """Let the job that tries the address not run for a month."""
    with _probe(0, arrived=True):
        Probe.objects.using(using()).update(sent_at=timezone.now() - timedelta(days=30))
        yield "probe: none was sent for eight days"


@the_printed_address_reaches_the_queue.saboteur
@contextmanager
def a_statement_that_prints_another_address(plant: Plant) -> Iterator[str]:
    """Publish an address whose mail nobody reads."""

    def stood(slug: str, language: str, moment: Any) -> doors.ClauseText:
        return doors.ClauseText("Questions", "Write to old@example.org.", "0" * 64)

    with _probe(0, arrived=True), altered(doors.clause, "_answer", stood):
        yield "statement (en): does not print"
