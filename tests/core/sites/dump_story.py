"""Fill a site with sealed values, erase one person, or read all that opens; prints what was seen as JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

import django

PEOPLE = 3


def fill() -> dict[str, Any]:
    """Migrate, and store orders, kept invoices, a row without a person and a record with a key of its own."""
    from django.core.management import call_command

    from onvif_privacy.core.models import Subject
    from tests.core.hostapp.models import Case, Order, Parcel

    call_command("migrate", verbosity=0)
    for number in range(PEOPLE):
        owner = Subject.objects.create()
        email = f"qanary{number}@example.org"
        Order.objects.create(
            owner=owner, number=number, email=email, name=f"Qanary{number}", invoice=f"Invoice{number}"
        )
    Parcel.objects.create(note="Qanary-parcel")
    Case.objects.create(summary="Qanary-case")
    return {}


def erase() -> dict[str, Any]:
    """Destroy the data key of the first person."""
    from onvif_privacy.core import keys
    from tests.core.hostapp.models import Order

    owner = Order.objects.get(number=0).owner
    assert owner is not None
    keys.destroy(owner.pk, "data")
    return {}


def rotate() -> dict[str, Any]:
    """Bring all keys and values under the newest ring key."""
    from django.core.management import call_command

    from onvif_privacy.core import ledger

    ledger.seal()
    call_command("privacy_keys", "rotate", verbosity=0)
    return {}


def read() -> dict[str, Any]:
    """Open what opens, by the keys at hand."""
    from onvif_privacy.core.fields.sealing import open_at
    from onvif_privacy.core.keys import KeyDestroyed, KeyRingError, OpeningKeys, SealBroken
    from tests.core.hostapp.models import Case, Order, Parcel

    found: dict[str, str] = {}
    for model, names in ((Order, ["email", "name", "invoice"]), (Parcel, ["note"]), (Case, ["summary"])):
        for row in model._default_manager.all():
            for name in names:
                sealed = getattr(row, name)
                key = f"{model.__name__}{getattr(row, 'number', '')}.{name}"
                try:
                    found[key] = sealed.field.decode(open_at(sealed.place, sealed.envelope, OpeningKeys()))
                except (KeyDestroyed, KeyRingError, SealBroken) as error:
                    found[key] = f"<{type(error).__name__}>"
    return found


if __name__ == "__main__":
    django.setup()
    print(json.dumps(globals()[sys.argv[1]]()))
