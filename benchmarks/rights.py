"""What taking along and ending cost where one person, or one table, has very many rows.

CPU time is what one core spent in our own code; wall time includes the database and whoever shares the machine.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from benchmarks.site import print_table, set_up

set_up()

from django.db import connection, transaction  # noqa: E402 - the settings must stand first
from django.utils import timezone  # noqa: E402
from tqdm import tqdm  # noqa: E402

from benchmarks.timing import Row  # noqa: E402
from onvif_privacy.core.fields.sealed import Sealed  # noqa: E402
from onvif_privacy.core.fields.sealing import BLOCK_BYTES, padded  # noqa: E402
from onvif_privacy.core.jobs import run_due  # noqa: E402
from onvif_privacy.core.keys import subject_key  # noqa: E402
from onvif_privacy.core.keys.envelope import seal  # noqa: E402
from onvif_privacy.core.models import Subject  # noqa: E402
from onvif_privacy.core.registry import PersonalData, temporarily  # noqa: E402
from onvif_privacy.rights.services import export, retention  # noqa: E402
from tests.core.factories import UserFactory  # noqa: E402
from tests.core.hostapp.models import Order as SealedOrder  # noqa: E402
from tests.store import declarations  # noqa: E402
from tests.store.models import Order  # noqa: E402

AT_ONCE = 1_000
MEGABYTE = 1024  # of the kilobytes that the system counts in


class Nowhere:
    """Takes an export and forgets it."""

    size = 0

    def write(self, data: bytes, /) -> None:
        """Count the bytes."""
        self.size += len(data)


def filled(number: int, what: str, row: Callable[[int], Any], model: Any) -> None:
    """Store so many rows."""
    for start in tqdm(range(0, number, AT_ONCE), desc=what, disable=None):
        with transaction.atomic():
            model.objects.bulk_create(row(place) for place in range(start, min(start + AT_ONCE, number)))


def peak() -> int:
    """Return the most memory that this process ever had, in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def timed(call: Callable[[], Any]) -> tuple[Any, float, float]:
    """Call once; returns the answer, the seconds by the clock, and those that our own process worked."""
    started, worked = time.perf_counter(), time.process_time()
    answer = call()
    return answer, time.perf_counter() - started, time.process_time() - worked


def exporting(number: int) -> Row:
    """Measure the export of one person with very many rows, each with two encrypted fields."""
    subject = Subject.objects.create()
    key = subject_key(subject.pk, "data")  # asked once, not for each row

    def row(place: int) -> SealedOrder:
        made = SealedOrder(owner=subject, number=place)
        for name, value in (("email", f"ada{place}@example.org"), ("name", f"Ada Lovelace {place}")):
            field: Any = SealedOrder._meta.get_field(name)
            where = field.place_of(made)
            sealed = seal(padded(value.encode(), BLOCK_BYTES), key=key.secret, key_id=key.id, place=where.parts)
            setattr(made, name, Sealed(field, sealed, where))
        return made

    filled(AT_ONCE, "first rows", row, SealedOrder)
    export.stream(subject=subject, sink=Nowhere())  # what is loaded once is not growth
    filled(number - AT_ONCE, "rows", row, SealedOrder)
    sink, before = Nowhere(), peak()
    made, clock, own = timed(lambda: export.stream(subject=subject, sink=sink))
    if made.row_count < number:
        raise RuntimeError("the export is not whole")
    figure = f"export of one person with {number:,} rows, two encrypted fields a row"
    said = f"{clock:.0f} s; CPU {own:.0f} s; memory +{(peak() - before) / MEGABYTE:.1f} MB; {sink.size / 1e6:.0f} MB"
    return [figure, said, "1,000,000: ≤ 120 s, ≤ 32 MB", "1"]


def _orders(number: int, due_every: int) -> Callable[[int], Order]:
    buyer, now = UserFactory(), timezone.now()
    late, fresh = now - timedelta(days=3660), now - timedelta(days=30)

    def row(place: int) -> Order:
        begun = late if place % due_every == 0 else fresh
        return Order(
            customer=buyer,
            number=f"N{place}",
            email=f"buyer{place}@example.org",
            name="Ada Example",
            voucher=f"V{place}",
            closed_at=begun,
            invoiced_on=begun.date(),
        )

    return row


def _runs() -> Iterator[str]:
    """Run the job until it says that nothing is left."""
    while True:
        (report,) = run_due(names=("rights.retention",), seconds=600)
        yield report.outcome
        if report.outcome != "out of time":
            return


def retaining(number: int) -> list[Row]:
    """Measure retention over very many rows of which one in a hundred is due, and a run in which nothing is due."""
    filled(number, "orders", _orders(number, 100), Order)
    rules: list[PersonalData] = [declarations.ORDER]
    for one in rules:
        retention.rules.may_run(one, now=timezone.now())
    retention.rules.rows().update(approved_at=timezone.now())  # more than a thousand rows wait for a yes
    found = []
    for what in ("1 % due", "nothing due"):
        outcomes, clock, own = timed(lambda: list(_runs()))
        if outcomes[-1] != "done":
            raise RuntimeError(f"retention ended as {outcomes}")
        figure = f"retention over {number:,} rows, {what}"
        found.append([figure, f"{clock:.0f} s; CPU {own:.0f} s", "1,000,000: ≤ 5 min", "1"])
    if Order.objects.exclude(name="").filter(closed_at__lt=timezone.now() - timedelta(days=3650)).exists():
        raise RuntimeError("something that was due is still there")
    return found


def measured(options: argparse.Namespace) -> list[Row]:
    """Measure everything."""
    rows = [exporting(options.rows)] if options.only in ("", "export") else []
    if options.only in ("", "retention"):
        with temporarily(*declarations.ALL):
            rows += retaining(options.rows)
    return rows


def main(arguments: Any = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of one person, and of the table")
    parser.add_argument("--only", choices=["", "export", "retention"], default="", help="one of the two")
    options = parser.parse_args(arguments)
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        rows = measured(options)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    note = "One run each; CPU is that of our own process, memory the growth of its peak during the export."
    print_table(f"Rights on {connection.display_name}", ["figure", "measured", "budget", "n"], rows, note)


if __name__ == "__main__":
    main()
