"""Hands something over, migrates to and fro, and says whether everything still verifies; prints what was seen as JSON.

What the recipient has stands in ``DESK``: the reference, the code and the secret part of the key.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django

ROOM = "onvif_privacy_disclosures"


def fill() -> dict[str, str]:
    """Hand a person's data to an authority and to a partner; returns what the authority has."""
    from onvif_privacy.core import ledger, subjects
    from onvif_privacy.disclosures.legal.services import regimes
    from onvif_privacy.disclosures.partners import handing
    from tests.core.factories import UserFactory
    from tests.core.orders import order
    from tests.disclosures import partnership
    from tests.disclosures.factories import House, age_key
    from tests.disclosures.test_partners import NOON

    house, ada = House(), subjects.for_user(UserFactory(username="ada", email="ada@example.org"))
    regimes.confirm(house.regime, by="counsel", actor=house.officer)
    house.key, secret = age_key(house.authority)
    handed = house.handed_over(house.approved([ada]))
    order(owner=ada, email="ada@example.org", name="Ada")
    with partnership.shop():
        agreement = partnership.agreed(partnership.person("worker"), partnership.person("approver"))
        handing.hand_over(partnership.asked(agreement, [ada]), now=NOON)
    ledger.seal()
    return {"reference": handed.hand_over.reference, "code": handed.code, "secret": secret}


def look() -> dict[str, Any]:
    """Say how much is there, what is wrong with it, and what the database still lets happen."""
    from django.db import connection

    from onvif_privacy.core.guards import expected, present
    from onvif_privacy.core.ledger.audit import problems
    from onvif_privacy.disclosures.models import Approval, HandOver, Package, PartnerHandOver

    standing, wanted = present(connection), set(expected(connection))
    return {
        "rows": {one.__name__: one._base_manager.count() for one in (Approval, Package, HandOver, PartnerHandOver)},
        "guards": len([name for name, table in standing.items() if table.startswith(ROOM)]),
        "missing guards": sorted(wanted - set(standing)),
        "allowed": allowed(),
        "ledger": [str(one) for one in problems()],
        "promises": broken(),
    }


def allowed() -> list[str]:
    """Try what the database must refuse; returns what it let happen."""
    from django.db import IntegrityError, connection, transaction

    from onvif_privacy.disclosures.models import Approval, HandOver, PartnerHandOver, Scope

    found = []
    tries = ((Approval, "digest"), (HandOver, "reference"), (Scope, "served_entity"), (PartnerHandOver, "file_digest"))
    for model, column in tries:
        if model._base_manager.exists():
            with transaction.atomic():
                try:
                    with transaction.atomic(), connection.cursor() as cursor:
                        cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = 'x'")
                    found.append(model.__name__)
                except IntegrityError:
                    pass
                transaction.set_rollback(True)
    return found


def broken() -> dict[str, list[str]]:
    """Run every check of the room that looks at the database or the ledger; returns what each finds."""
    from onvif_privacy.core.promises import Kind, checks, look_at

    mine = [one for one in checks.all() if one.looker.__module__.startswith("onvif_privacy.disclosures")]
    seen = [look_at(one) for one in mine if one.kind in (Kind.DATABASE, Kind.LEDGER)]
    return {one.check.name: [*map(str, one.findings), one.error] for one in seen if one.findings or one.error}


def received() -> list[str]:
    """Fetch the package as its recipient does, decrypt it, and verify it by the site's signature."""
    import pyrage

    from onvif_privacy.core.keys import ring
    from onvif_privacy.disclosures.models import Package
    from onvif_privacy.disclosures.services import fetching, packages

    desk = json.loads(os.environ["DESK"])
    file = fetching.fetch(reference=desk["reference"], code=desk["code"], part="package")
    plain = pyrage.decrypt(b"".join(file.parts), [pyrage.x25519.Identity.from_str(desk["secret"])])
    signature = bytes.fromhex(Package.objects.get().signature)
    public = ring().active("sign").public or b""
    return packages.package_problems(packages.bag_in_archive([plain]), public_key=public, signature=signature)


def looked() -> dict[str, Any]:
    """Look, and let the recipient look."""
    return look() | {"package": received()}


def longest() -> int:
    """Return how long first names may be, as the database has it."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, get_user_model()._meta.db_table)
    return next(int(one.display_size or 0) for one in columns if one.name == "first_name")


def rebuilt() -> dict[str, Any]:
    """Let the host change its table of users to and fro; look after each."""
    from django.core.management import call_command

    call_command("migrate", "rebuilt", "zero", verbosity=0)
    seen = {"back": looked() | {"longest": longest()}}
    call_command("migrate", "rebuilt", verbosity=0)
    return seen | {"forth": looked() | {"longest": longest()}}


def away() -> dict[str, Any]:
    """Take the room out as the manual says, and put it in again, empty; look after each."""
    from django.core.management import call_command
    from django.db import connection

    from onvif_privacy.core.guards import expected, present
    from onvif_privacy.core.ledger.audit import problems

    call_command("migrate", "rebuilt", "zero", verbosity=0)
    call_command("migrate", ROOM, "zero", verbosity=0)
    seen: dict[str, Any] = {
        "tables": [one for one in connection.introspection.table_names() if one.startswith(ROOM)],
        "others' guards": set(present(connection)) == set(expected(connection)),
        "ledger": [str(one) for one in problems()],
    }
    call_command("migrate", verbosity=0)
    return seen | {"again": look()}


if __name__ == "__main__":
    django.setup()
    print(json.dumps(globals()[sys.argv[1]]()))
