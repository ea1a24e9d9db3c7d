"""A site whose keys rotate while it is read: fill it, read it at a pace, or count what names the old key."""

from __future__ import annotations

import json
import random
import select
import sys
import time
from typing import Any

import django

PEOPLE = 1_000
AT_ONCE = 2_000


def fill(values: int) -> dict[str, Any]:
    """Store half of the values for people, half in rows of nobody."""
    from django.core.management import call_command

    from onvif_privacy.core.models import Subject
    from tests.core.hostapp.models import Order, Parcel

    call_command("migrate", verbosity=0)
    people = Subject.objects.bulk_create([Subject() for _ in range(min(PEOPLE, values))])
    for start in range(0, values // 2, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, values // 2))
        Parcel.objects.bulk_create([Parcel(note=f"note {number}") for number in numbers])
        orders = (Order(owner=people[one % len(people)], number=one, name=f"name {one}") for one in numbers)
        Order.objects.bulk_create(list(orders))
    return {"values": Parcel.objects.count() + Order.objects.count()}


def read(each_second: int) -> dict[str, Any]:
    """Read one value of each kind by the gate, so many times a second, until told to stop; counts what went wrong."""
    from onvif_privacy.core import gate
    from tests.core.hostapp.models import Order, Parcel

    parcels = dict(Parcel.objects.values_list("pk", "row_key"))
    keys, count, rng = sorted(parcels), Order.objects.count(), random.Random(22)
    first, done, wrong = keys[0], 0, []
    started = time.monotonic()
    while not select.select([sys.stdin], [], [], 0)[0]:
        began = time.monotonic()
        try:
            with gate.scope("counting" if done % 2 else "fulfilment"):
                if done % 2:
                    number = rng.randrange(count)
                    good = Order.objects.get(number=number).name == f"name {number}"
                else:
                    pk = rng.choice(keys)
                    good = Parcel.objects.get(pk=pk).note == f"note {pk - first}"
            wrong += [] if good else ["another value"]
        except Exception as error:
            wrong.append(f"{type(error).__name__}: {error}")
        done += 1
        time.sleep(max(0.0, began + 1 / each_second - time.monotonic()))
    seconds = round(time.monotonic() - started)
    return {"read": done, "seconds": seconds, "wrong": len(wrong), "errors": sorted(set(wrong))[:5]}


def turn() -> dict[str, Any]:
    """Rotate as the command does, and say so after each step, for whoever wants to kill it in the middle of one."""
    from onvif_privacy.core.jobs import leases, rewrapping, turns

    done = 1
    while done:
        with turns.turn(leases.using()):
            done = rewrapping.batch()
        print("step", flush=True)
    return {}


def left() -> dict[str, Any]:
    """Count what names an older key."""
    from onvif_privacy.core.jobs import rewrapping

    return {"left": rewrapping.left()}


if __name__ == "__main__":
    django.setup()
    print(json.dumps(globals()[sys.argv[1]](*map(json.loads, sys.argv[2:]))))
