"""What encrypted values cost: reading many, finding one among a million, and a new ring key for all."""

from __future__ import annotations

import secrets
import statistics
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import transaction
from django.test.utils import override_settings
from tqdm import tqdm

from benchmarks.timing import Row, milliseconds, timed
from onvif_privacy.core import gate
from onvif_privacy.core.fields import BlindIndex
from onvif_privacy.core.fields.rotation import reseal_values
from onvif_privacy.core.keys import generate
from onvif_privacy.core.keys.rotation import rewrap_keys
from onvif_privacy.core.models import Subject
from onvif_privacy.core.promises.planting import altered
from tests.core.hostapp.models import Order, Parcel

AT_ONCE = 1000
BATCH = 500  # as the job does


def _batches(number: int, what: str) -> Iterator[range]:
    with tqdm(total=number, desc=what, disable=None) as bar:
        for start in range(0, number, AT_ONCE):
            yield (some := range(start, min(start + AT_ONCE, number)))
            bar.update(len(some))


def people(number: int) -> None:
    """Make so many people, each with an order of an encrypted name and e-mail address."""
    for some in _batches(number, "people"):
        made = Subject.objects.bulk_create(Subject() for _ in some)
        with transaction.atomic():
            Order.objects.bulk_create(
                Order(owner=one, email=f"p{place}@example.org", name="Ada")
                for one, place in zip(made, some, strict=True)
            )


def reading(number: int, rounds: int) -> Row:
    """Measure decrypting one field of each of many people, keys fetched anew."""

    def read() -> None:
        with gate.scope("counting") as scope:
            rows = scope.read(Order.objects.order_by("pk")[:number], ["name"])
            if sum(1 for _ in rows) != number:
                raise RuntimeError("somebody was skipped")

    clock, own = (statistics.median(part) for part in timed(read, rounds, "reading"))
    figure = f"decrypt {number:,} fields of {number:,} people"
    return [figure, f"{clock:.2f} s; CPU {own:.2f} s", "10,000: ≤ 1 s", f"{rounds}"]


def finding(rows: int, number: int) -> Row:
    """Measure a search by a blind index that is planned for its table."""
    with altered(Order._meta.get_field("email"), "index", BlindIndex(rows=rows)):
        owner = Subject.objects.create()
        for some in _batches(rows, "addresses"):
            with transaction.atomic():
                Order.objects.bulk_create(Order(owner=owner, email=f"q{place}@example.org") for place in some)
        wanted = [f"q{secrets.randbelow(rows)}@example.org" for _ in range(number)]

        def find() -> None:
            with gate.scope("fulfilment"):
                if len(gate.find(Order.objects.all(), email=wanted.pop())) != 1:
                    raise RuntimeError("somebody else was found, or nobody")

        found = timed(find, number, "searches")
    return [f"search by blind index, {rows:,} rows", milliseconds(found), "1,000,000: ≤ 20 ms", f"{number:,}"]


def rotating(number: int) -> list[Row]:
    """Measure how many keys of people, and values of rows that nobody owns, a second come under a new ring key."""
    for some in _batches(number, "rows"):
        Parcel.objects.bulk_create(Parcel(note=f"note {place}") for place in some)
    with override_settings(ONVIF_PRIVACY_KEYS=[generate("data"), *settings.ONVIF_PRIVACY_KEYS]):
        return [_rotated("keys of people", rewrap_keys), _rotated("values of rows", reseal_values)]


def _rotated(what: str, turn: Callable[[int], int]) -> Row:
    done, started, worked = 0, time.perf_counter(), time.process_time()
    while True:
        with transaction.atomic():
            number = turn(BATCH)
        if not number:
            break
        done += number
    seconds, own = time.perf_counter() - started, time.process_time() - worked
    found = f"{done / seconds:,.0f} a second; {done / own:,.0f} for each second of CPU"
    return [f"rotation, {what}", found, "≥ 2,000 a second", f"{done:,}"]
