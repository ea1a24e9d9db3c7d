"""Fill a site, erase and refuse after its dump was made, restore, and let others get the keys again; prints JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

import django

PEOPLE = 20  # of each kind
LATER = 5  # accounts made after the dump


def _named(prefix: str, number: int) -> Any:
    from datetime import date

    from tests.core.factories import UserFactory
    from tests.store.factories import OrderFactory

    user = UserFactory(username=f"{prefix}{number}")
    name = f"{prefix}{number}"
    # each process counts from one, so the unique columns are named
    names = {"number": name, "voucher": name, "name": name, "email": f"{name}@example.org"}
    OrderFactory(customer=user, invoiced_on=date(2001, 1, 1), **names)
    return user


def _subject(prefix: str, number: int) -> Any:
    from django.contrib.auth import get_user_model

    from onvif_privacy.core import subjects

    return subjects.for_user(get_user_model().objects.get(username=f"{prefix}{number}"))


def _decide(subject: Any, outcome: str) -> None:
    from onvif_privacy.core import consent

    consent.decide(
        subject=subject,
        purpose="news",
        outcome=consent.Outcome(outcome),
        method=consent.Method.FORM,
        key=outcome,
        notice=consent.notice(text="News?", language="en", surface="form"),
        surface="form",
    )


def fill() -> dict[str, Any]:
    """Migrate, and make people who will be erased, people who will refuse, and people whom nothing happens to."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    for number in range(PEOPLE):
        _named("gone", number)  # every second one gets a subject only later
        if number % 2:
            _subject("gone", number)
        _named("stays", number)
        _named("refuses", number)
        _decide(_subject("refuses", number), "granted")
    return {}


def erase() -> dict[str, Any]:
    """Erase and refuse, after accounts were made that the dump does not know."""
    for number in range(LATER):
        _named("later", number)
    people = [_subject("gone", number) for number in range(PEOPLE)]
    for subject in [*people, *(_subject("later", number) for number in range(LATER))]:
        _erase(subject)
    for number in range(PEOPLE):
        _decide(_subject("refuses", number), "withdrawn")
    return compare()


def _erase(subject: Any) -> None:
    from onvif_privacy.rights.models import Channel, Kind
    from onvif_privacy.rights.services import erasure, requests

    request = requests.open(kind=Kind.ERASE, channel=Channel.SITE, key=f"e{subject.pk.hex}", subject=subject)
    while erasure.step(request=request) is not None:
        pass


def compare() -> dict[str, Any]:
    """Run the job once."""
    from onvif_privacy.core.jobs import run_due

    return {"job": run_due(names=("rights.replay",))[0].outcome}


def reuse() -> dict[str, Any]:
    """Make new people, who get the keys of those that the dump does not know."""
    return {"keys": [_named("innocent", number).pk for number in range(LATER)]}


def _gate() -> str:
    from onvif_privacy.core import gate

    try:
        with gate.scope("operation"):
            return "open"
    except gate.GateClosed:
        return "closed"


def begun() -> dict[str, Any]:
    """Say what the gate lets through in a process that starts before anything was compared."""
    return {"gate": _gate()}


def broken() -> dict[str, Any]:
    """Let the job fail in the middle, and say what the gate lets through then."""
    from onvif_privacy.rights.services.erasure import steps

    def failing(walk: Any) -> bool:
        raise ConnectionError("planted")

    steps.OUTSIDE["traces"] = failing
    return {"job": compare()["job"], "gate": _gate()}


def read() -> dict[str, Any]:
    """Count who is still named, and who agrees."""
    from django.contrib.auth import get_user_model

    from onvif_privacy.core import consent, gate
    from onvif_privacy.core.models import Subject
    from tests.store.models import Order

    names = [
        *Order.objects.values_list("name", flat=True),
        *get_user_model().objects.values_list("username", flat=True),
    ]
    found = {
        prefix: sum(name.startswith(prefix) for name in names) for prefix in ("gone", "stays", "refuses", "innocent")
    }
    people = Subject.objects.filter(user__username__startswith="refuses")
    return {
        **found,
        "agree": sum(consent.state(one)["news"] is consent.State.GRANTED for one in people),
        "closed": gate.why_closed(),
        "keys": sorted(get_user_model().objects.filter(username__startswith="innocent").values_list("pk", flat=True)),
    }


if __name__ == "__main__":
    django.setup()
    from onvif_privacy.core.registry import Basis, Purpose, temporarily
    from tests.rights.factories import STORE

    NEWS = Purpose("news", label="News", text="We write news.", basis=Basis.CONSENT, clause="operation")
    with temporarily(*STORE, NEWS):
        print(json.dumps(globals()[sys.argv[1]]()))
