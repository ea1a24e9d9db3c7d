"""Double opt-in: an address is asked by one mail, and nothing holds before somebody there presses a button.

The answer is the same for every address, known or not; what an address stands for is looked up after it confirmed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urljoin

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override

from onvif_privacy.core import consent, contacts, gate, keys, ledger, subjects
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.consent import ContextRef, Method, Outcome
from onvif_privacy.core.models import Notice, Subject
from onvif_privacy.core.registry.kinds import instant
from onvif_privacy.outreach.models import OptIn, Subscriber
from onvif_privacy.outreach.services import purposes, suppression
from onvif_privacy.outreach.services.addresses import Hasher
from onvif_privacy.outreach.services.unsubscribing import LABEL

SALT: Final = "onvif_privacy.outreach.optin"
DAYS: Final = 7
PAUSE, A_DAY = timedelta(minutes=10), 3
SURFACE: Final = "double_opt_in"


class NoSuchRequest(Exception):
    """The link is none of ours, was used, or is older than seven days."""


def offered() -> bool:
    """Whether addresses can be asked: links come from ``ONVIF_PRIVACY_BASE_URL`` and from nowhere else."""
    return bool(house.BASE_URL)


def words(purpose: str) -> str:
    """Return what is shown beside the button that asks for a purpose, and is stored as the notice."""
    declared = purposes.asked_for(purpose)
    return f"{declared.label}: {declared.text}" if declared else ""


def rows() -> QuerySet[OptIn]:
    """Return every request that waits."""
    return OptIn.objects.using(suppression.using())


def _is_too_often(address_hash: str, now: datetime) -> bool:
    latest = rows().filter(address_hash=address_hash, created_at__gt=now - timedelta(days=1)).order_by("-created_at")
    times = list(latest.values_list("created_at", flat=True)[:A_DAY])
    return len(times) == A_DAY or any(at > now - PAUSE for at in times)


def request(*, address: str, purpose: str) -> bool:
    """Have an address asked whether it wants mails of a purpose; False where it was asked a short while ago.

    One mail in ten minutes and three a day reach an address. Whether it is known is not looked at. Raises
    ValidationError for what is no address, LookupError for another purpose.
    """
    validate_email(address)
    if purposes.asked_for(purpose) is None:
        raise LookupError(purpose)
    language, now, address_hash = get_language() or "", timezone.now(), Hasher.load().of(address)
    with transaction.atomic(using=suppression.using()):
        if _is_too_often(address_hash, now):
            return False
        shown = consent.notice(text=words(purpose), language=language, surface=SURFACE)
        rows().create(
            purpose=purposes.ASKING,
            wanted=purpose,
            address=address,
            address_hash=address_hash,
            language=language,
            notice=shown.pk,
            created_at=now,
        )
    return True


def _keys() -> list[str | bytes]:
    return [one.derive("optin").hex() for one in keys.label(LABEL)]


def token(optin: OptIn) -> str:
    """Return the token of a request's link."""
    return signing.dumps(optin.pk.hex, key=_keys()[0], salt=SALT)


def find(given: str) -> OptIn:
    """Return the request that a token is about; raises NoSuchRequest."""
    newest, *older = _keys()
    try:
        pk = signing.loads(given, key=newest, salt=SALT, max_age=timedelta(days=DAYS), fallback_keys=older)
        return rows().get(pk=pk)
    except (signing.BadSignature, OptIn.DoesNotExist, ValidationError, ValueError, TypeError):
        raise NoSuchRequest from None


def compose(optin: OptIn) -> EmailMessage | None:
    """Write the mail that asks."""
    with gate.scope(purposes.ASKING):
        address = optin.address
    declared = purposes.asked_for(optin.wanted)
    if not isinstance(address, str) or declared is None:
        return None
    link = urljoin(house.BASE_URL, reverse("onvif_privacy_outreach:confirm", args=[token(optin)]))
    with override(optin.language or None):
        context = {
            "purpose": declared,
            "link": link,
            "organisation": house.ORGANISATION,
            "contact": house.CONTACT,
            "days": DAYS,
        }
        rendered = render_to_string("onvif_privacy/outreach/mails/optin.txt", context).strip()
    title, _blank, body = rendered.partition("\n")
    return EmailMessage(title.strip(), body.strip() + "\n", to=[address])


def _person(address: str) -> Subject:
    """Return whose address it is: who has proven it before, else somebody we did not know."""
    proven = contacts.holders(address).proven
    return proven[0] if proven else subjects.correspondent()


def subscribe(person: Subject, address: str, *, language: str, proven_at: datetime) -> Subscriber:
    """Keep a proven address of somebody, once."""
    mine = Subscriber.objects.using(suppression.using()).filter(subject=person)
    with gate.scope("own_access", subject=person):
        known = next((one for one in mine if str(one.address).casefold() == address.casefold()), None)
    if known is None:
        return mine.create(subject=person, address=address, language=language, proven_at=proven_at)
    mine.filter(pk=known.pk).update(proven_at=proven_at, language=language)
    return known


def confirm(*, given: str) -> str:
    """Take the yes of an address; returns the purpose. A second time nothing is there to confirm.

    Stores the decision with the notice that was shown and both times, and lifts a suppression of this purpose.
    Raises NoSuchRequest, ConsentUnavailable.
    """
    with transaction.atomic(using=suppression.using()):
        optin = rows().select_for_update().filter(pk=find(given).pk).first()
        if optin is None or purposes.asked_for(optin.wanted) is None:
            raise NoSuchRequest
        with gate.scope(purposes.ASKING):
            address = str(optin.address)
        person, now = _person(address), timezone.now()
        consent.decide(
            subject=person,
            purpose=optin.wanted,
            outcome=Outcome.GRANTED,
            method=Method.FORM,
            key=optin.pk.hex,
            notice=Notice.objects.get(pk=optin.notice),
            surface=SURFACE,
            context=ContextRef(optin.pk.hex),
        )
        subscribe(person, address, language=optin.language, proven_at=now)
        suppression.lift(address, optin.wanted)
        payload = {
            "optin": optin.pk.hex,
            "purpose": optin.wanted,
            "notice": optin.notice,
            "asked": instant(optin.created_at),
            "confirmed": instant(now),
        }
        ledger.record("outreach.confirmed", subject=person, payload=payload)
        rows().filter(pk=optin.pk).delete()
    return optin.wanted


def expire() -> int:
    """Forget requests that nobody confirmed in seven days; returns how many."""
    old = rows().filter(created_at__lt=timezone.now() - timedelta(days=DAYS))
    return int(old.delete()[0])
