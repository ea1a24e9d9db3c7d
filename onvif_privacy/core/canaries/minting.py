"""Making a contact that looks like any other."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Final

from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, router, transaction
from django.db.models import Max

from onvif_privacy.core import ledger
from onvif_privacy.core.conf import conf
from onvif_privacy.core.models import Canary
from onvif_privacy.core.registry import purposes

_TRIES: Final = 20
_FIRST: Final = (
    "alex anna bernd carla chris clara daniel dora elena emil erik eva felix frieda gina hanna helga hugo ida "
    "ines jan jana jonas judith karin karl katja lara laura lena leo lina luca lukas maja maria mark marta max "
    "mia mina nele nico nina nora olga oskar paul paula petra rita robin rosa sara simon sofia sven tina tom vera "
    "viktor "
)
_LAST: Final = (
    "albers arnold bauer beck berger brandt braun busch dietz ebert engel fischer franke frank fuchs graf gross "
    "haas hahn hansen hartmann heinz herrmann hofer huber jung kaiser keller koch kraus kuhn lang lehmann lorenz "
    "ludwig maier martin mayer moser muller neumann otto peters pohl richter roth sauer schmid seidel simon "
    "sommer stein thomas vogel vogt wagner walter weber weiss werner winter wolf ziegler "
)


def _address(domain: str) -> str:
    number = secrets.choice(("", "", *(str(one) for one in range(1, 100))))
    return f"{secrets.choice(_FIRST.split())}.{secrets.choice(_LAST.split())}{number}@{domain}"


def mint(purpose: str, recipient: str, senders: Iterable[str]) -> Canary:
    """Make a contact at ``CANARY_DOMAIN`` for one purpose and recipient, and record that it exists.

    ``recipient`` is a slug, a party's or a transport's; ``senders`` are the domains (``example.org``, its subdomains
    included) and addresses that may write to it. Each call makes another one. Raises NotDeclared for an unknown
    purpose, ImproperlyConfigured without the setting, ValueError for a sender that is neither.
    """
    purposes.get(purpose)
    domain, allowed = conf.CANARY_DOMAIN.lower(), sorted({one.strip().lower() for one in senders})
    if not domain:
        raise ImproperlyConfigured("ONVIF_PRIVACY_CANARY_DOMAIN is not set.")
    if any(not one.rpartition("@")[2].strip(".") or " " in one for one in allowed):
        raise ValueError("A sender is a domain or an e-mail address.")
    using = router.db_for_write(Canary)
    with transaction.atomic(using=using):
        made = _stored(purpose, recipient, allowed, domain, using)
        ledger.record("canary.minted", payload={"canary": str(made.pk), "purpose": purpose, "recipient": recipient})
    return made


def _stored(purpose: str, recipient: str, senders: list[str], domain: str, using: str) -> Canary:
    rows = Canary.objects.using(using)
    for _try in range(_TRIES):
        last = rows.filter(purpose=purpose, recipient=recipient).aggregate(last=Max("serial"))["last"] or 0
        canary = Canary(
            purpose=purpose, recipient=recipient, serial=last + 1, address=_address(domain), senders=senders
        )
        try:
            with transaction.atomic(using=using):
                canary.save(using=using, force_insert=True)
        except IntegrityError:  # the address is taken, or somebody else took the number
            continue
        return canary
    raise RuntimeError(f"No free address was found at {domain}.")
