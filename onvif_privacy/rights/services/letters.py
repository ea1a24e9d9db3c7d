"""Letters about requests: written with what they tell of, composed when they leave, forgotten when they have left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from onvif_privacy.core import contacts, gate
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Subject
from onvif_privacy.rights.conf import conf
from onvif_privacy.rights.models import Kind, Letter, Request
from onvif_privacy.rights.services.requests import tokens
from onvif_privacy.rights.services.requests.finding import Found, look_up
from onvif_privacy.rights.services.requests.states import using

ANSWERING = "answering"
TEMPLATES = "onvif_privacy/rights/mail"


def link(token: str) -> str:
    """Return the address of a link; by the setting only, whatever a request's headers say."""
    return house.BASE_URL.rstrip("/") + reverse("onvif_privacy_rights:link", args=[token])


def write(request: Request, what: str, address: str, *, act: str = "", hours: int | None = None) -> Letter:
    """Have a letter sent to an address, in the caller's transaction."""
    token = tokens.issue(request, act, hours=hours) if act else None
    letter = Letter(
        request=request, what=what, purpose=ANSWERING, address=address, token=token, language=request.language
    )
    letter.save(force_insert=True, using=using())
    return letter


ACTS: dict[str, tuple[str, int | None]] = {
    Letter.What.READY: (tokens.FETCH, None),
    Letter.What.RECEIPT: (tokens.RECEIPT, 24 * tokens.RECEIPT_DAYS),
}


def notify(request: Request, what: str) -> None:
    """Tell whoever asked: by letter where only an address is known, else as the person can be reached."""
    act, hours = ACTS.get(what, ("", None))
    if what == Letter.What.COOLING:
        act, hours = tokens.CANCEL, max(1, conf.COOLING_HOURS)
    if address := address_of(request):
        write(request, what, address, act=act, hours=hours)
    elif request.subject is not None:
        with override(request.language or None):
            title, text = _words(request, what, "")
            contacts.tell(request.subject, contacts.Message(title, text))


def address_of(request: Request) -> str | None:
    """Return the address a request came with; None where it came from an account."""
    if not request.address:
        return None
    rows = Request.objects.using(using()).only("id", "address", "subject")
    if request.subject is None:
        with gate.scope(ANSWERING):
            found = rows.get(pk=request.pk).address
    else:  # holds for people whose processing is restricted, too
        with gate.scope("own_access", subject=request.subject) as scope:
            row = rows.get(pk=request.pk)
            scope.claim([row])
            found = row.address
    return found if isinstance(found, str) else None


def _words(request: Request, what: str, token: str, found: Found | None = None) -> tuple[str, str]:
    """Return title and text of a letter, in the language that is active."""
    context: dict[str, Any] = {
        "request": request,
        "kind": request.get_kind_display(),
        "link": link(token) if token else "",
        "organisation": house.ORGANISATION,
        "contact": house.CONTACT,
        "found": found,
        "hours": conf.TOKEN_HOURS,
        "me": house.BASE_URL.rstrip("/") + reverse("onvif_privacy_rights:me") if house.BASE_URL else "",
        "erasing": request.kind == Kind.ERASE,
    }
    rendered = render_to_string(f"{TEMPLATES}/{what}.txt", context).strip()
    title, _blank, text = rendered.partition("\n")
    return title.strip()[:200], text.strip() + "\n"


def compose(letter: Letter) -> EmailMessage | None:
    """Write a letter. Only here, after the page was answered, is looked up what the address stands for."""
    with gate.scope(ANSWERING):
        address, token = letter.address, letter.token
    if not isinstance(address, str):
        return None
    found = look_up(address) if letter.what == Letter.What.LINK else None
    with override(letter.language or None):
        title, text = _words(letter.request, letter.what, token if isinstance(token, str) else "", found)
    return EmailMessage(title, text, to=[address])


def drop(people: Iterable[Subject], *, but: Request) -> int:
    """Send nothing any more about other requests of people who are being erased; returns how many letters waited."""
    rows = Letter.objects.using(using()).filter(request__subject__in=list(people), state=Letter.State.WAITING)
    done = {"state": Letter.State.SKIPPED, "reason": "erased", "address": None, "token": None}
    return int(rows.exclude(request=but).update(**done))


def forget_sent() -> int:
    """Empty the addresses and links of letters that have left or never will; returns how many."""
    over = [Letter.State.SENT, Letter.State.SKIPPED, Letter.State.FAILED]
    rows = Letter.objects.using(using()).filter(state__in=over, address__isnull=False)
    return int(rows.update(address=None, token=None))
