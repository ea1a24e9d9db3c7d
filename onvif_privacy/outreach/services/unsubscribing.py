"""One-click unsubscribing (RFC 8058): a link that needs nobody and nothing but itself, and never expires."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from django.core import signing
from django.db import transaction
from django.urls import reverse

from onvif_privacy.core import consent, keys
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.consent import Method
from onvif_privacy.core.models import Subject
from onvif_privacy.outreach.models import Message, Suppression
from onvif_privacy.outreach.services import purposes, suppression

LABEL: Final = "mail-token"
SALT: Final = "onvif_privacy.outreach.unsubscribe"
MOST: Final = 50
"""People with one address whose choices are changed with it."""


@dataclass(frozen=True)
class Leaving:
    """What a link is about: a scope, and the hash of an address."""

    scope: str
    address_hash: str


@dataclass(frozen=True)
class Linker:
    """Makes links; load it once for many."""

    key: str

    @classmethod
    def load(cls) -> Linker:
        """Read the present secret. One query."""
        return cls(str(_keys()[0]))

    def token(self, scope: str, address_hash: str) -> str:
        """Return the token of a link."""
        return _signer(self.key).sign(f"{scope}~{address_hash}")

    def link(self, scope: str, address_hash: str) -> str:
        """Return the address of a link; from ``BASE_URL``, never from a request."""
        path = reverse("onvif_privacy_outreach:unsubscribe", args=[self.token(scope, address_hash)])
        return urljoin(house.BASE_URL, path)


def _keys() -> list[str | bytes]:
    return [one.derive("unsubscribe").hex() for one in keys.label(LABEL)]


def _signer(key: str | bytes, older: list[str | bytes] | None = None) -> signing.Signer:
    return signing.Signer(key=key, salt=SALT, sep="~", fallback_keys=older or [])


def read_token(token: str) -> Leaving | None:
    """Return what a link is about; None for words that are none of ours. One query."""
    newest, *older = _keys()
    try:
        scope, _sep, address_hash = _signer(newest, older).unsign(token).partition("~")
    except signing.BadSignature:
        return None
    return Leaving(scope, address_hash)


def people(address_hash: str) -> list[Subject]:
    """Return who was written to at the address behind a hash."""
    sent = Message.objects.using(suppression.using()).filter(address_hash=address_hash, subject__isnull=False)
    ids = set(sent.values_list("subject", flat=True).distinct()[:MOST])
    return sorted(Subject.objects.using(suppression.using()).filter(pk__in=ids), key=lambda one: one.pk.hex)


def unsubscribe(*, leaving: Leaving, everything: bool = False) -> None:
    """Keep mail from an address from now on, and take back the choice of whoever it belongs to; in one transaction.

    Repeatable. The people's locks are those of the sender, so no mail is decided on after this commits. Raises
    ConsentUnavailable, and changes nothing then.
    """
    scope = Suppression.ALL if everything else leaving.scope
    wanted = purposes.slugs() if scope == Suppression.ALL else (scope,)
    with transaction.atomic(using=suppression.using()):
        for person in people(leaving.address_hash):
            for purpose in wanted:
                if purposes.asked_for(purpose) and consent.state(person).get(purpose) is consent.State.GRANTED:
                    consent.withdraw(
                        subject=person,
                        purpose=purpose,
                        method=Method.FORM,
                        key=secrets.token_hex(16),
                        surface="unsubscribe",
                    )
        suppression.suppress_hash(leaving.address_hash, scope=scope, reason=Suppression.Reason.UNSUBSCRIBE)
