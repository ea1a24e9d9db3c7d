"""What the queue, the list of reads, the report and a package cost where there are very many cases and rows."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.site import print_table, set_up

set_up()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks import packing  # noqa: E402
from benchmarks.pages import PAGES, analyse, filled, page  # noqa: E402
from benchmarks.timing import Row, percentile  # noqa: E402
from onvif_privacy.core.guards import create, drop  # noqa: E402
from onvif_privacy.core.jobs import run_due  # noqa: E402
from onvif_privacy.disclosures.models import AccessRecord, Block, Case, Regime  # noqa: E402
from onvif_privacy.disclosures.partners import handing  # noqa: E402
from onvif_privacy.disclosures.services import regimes  # noqa: E402
from onvif_privacy.disclosures.services.transparency import publishing  # noqa: E402
from tests.disclosures import partnership  # noqa: E402
from tests.disclosures.factories import authority, member  # noqa: E402

START = datetime(2025, 1, 10, tzinfo=UTC)
ADMIN = "/admin/onvif_privacy_disclosures/"
COUNTRIES = ("DE", "US", "FR", "AT", "GB", "JP")
OUTCOMES = ("disclosed_full", "disclosed_partial", "no_data", "refused", "incomplete", "withdrawn")
KEYS = ("us_subpoena", "us_warrant", "us_edr", "mlat", "gdpr_dpa")


def cases(number: int, worker: Any) -> None:
    """Store cases of a half-year in every state, each fiftieth of them stopped."""
    regimes.load()
    known = {one.key: one for one in Regime.objects.filter(key__in=KEYS)}
    courts = [authority(f"court-{land.lower()}-{one}") for land in COUNTRIES for one in range(3)]
    for court in courts:
        court.party.country = court.party.slug.split("-")[1].upper()
        court.party.save()
    states = ("received", "verified", "submitted", "approved", "handed_over", *("closed",) * 5)

    def row(place: int) -> Case:
        state, at = states[place % len(states)], START + timedelta(minutes=5 * (place % 45_000))
        closed = {"outcome": OUTCOMES[place % len(OUTCOMES)], "closed_at": at + timedelta(days=9)}
        return Case(
            ref=f"D-2025-{place:06}",
            authority=courts[place % 7919 % len(courts)],
            channel="letter",
            received_at=at,
            regime=known[KEYS[place % 31 % len(KEYS)]],
            handler=worker,
            state=state,
            due_at=None if state == "closed" else at + timedelta(days=place % 400),
            **(closed if state == "closed" else {}),
        )

    filled(number, "cases", row, Case)
    some = list(Case.objects.exclude(state="closed").order_by("ref").values_list("pk", flat=True)[::50])
    filled(len(some), "stops", lambda place: Block(case_id=some[place], kind="clarification", opened_at=START), Block)


def reads(number: int, worker: Any) -> None:
    """Store looks at cases."""
    keys = list(Case.objects.values_list("pk", flat=True)[:5_000])

    def row(place: int) -> AccessRecord:
        at = START + timedelta(seconds=5 * place)
        return AccessRecord(actor=worker, case_id=keys[place % len(keys)], thing=f"case {place}", action="view", at=at)

    filled(number, "reads", row, AccessRecord)


def once(what: str, act: Callable[[], object], budget: str) -> Row:
    """Measure something that is done once."""
    started, worked = time.perf_counter(), time.process_time()
    act()
    return [what, f"{time.perf_counter() - started:.1f} s; CPU {time.process_time() - worked:.1f} s", budget, "1"]


def screens(options: argparse.Namespace) -> list[Row]:
    """Measure what staff open each day, the report, and a run in which nothing is due."""
    worker = member("work", "approve", "audit", superuser=True)
    drop()  # cases are born in the middle of their lives
    cases(options.cases, worker)
    reads(options.reads, worker)
    create()
    client = Client()
    client.force_login(worker)
    analyse(Case, AccessRecord, Block)
    many, more = f"{options.cases:,} cases", f"{options.reads:,} reads"
    found = [
        page(client, f"queue, {many}", f"{ADMIN}case/", "≤ 12 queries, p95 < 150 ms"),
        page(client, f"queue, what needs my yes, {many}", f"{ADMIN}case/?turn=approve", "≤ 12 queries"),
        page(client, f"list of reads, {more}", f"{ADMIN}accessrecord/", "≤ 8 queries, none counts rows"),
        once(f"report of a half-year, {many}", lambda: publishing.computed("2025-H1"), "< 5 s"),
    ]
    run_due(seconds=600)  # what is due
    found.append(once(f"a run with nothing due, {many}", run_due, "< 2 s"))
    return found


def partner(options: argparse.Namespace) -> list[Row]:
    """Measure hand-overs of one person to a partner."""
    times, now = list[float](), datetime(2026, 6, 15, 12, tzinfo=UTC)
    with partnership.shop():
        agreement = partnership.agreed(
            partnership.person("worker"), partnership.person("approver"), cap_each=50, cap_day=50, cap_month=50
        )
        for number, buyer in enumerate(partnership.buyers(PAGES)):
            started = time.perf_counter()
            handing.hand_over(partnership.asked(agreement, [buyer], key=str(number)), now=now)
            times.append(time.perf_counter() - started)
    said = f"p50 {statistics.median(times) * 1000:.0f} ms, p95 {percentile(times, 0.95) * 1000:.0f} ms"
    return [["hand-over of one person to a partner", said, "< 100 ms", str(PAGES)]]


PARTS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "package": lambda options: packing.measured(options.rows),
    "partner": partner,
    "screens": screens,
}


def main(arguments: Any = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--reads", type=int, default=5_000_000)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the package")
    parser.add_argument("--only", choices=[*PARTS], action="append", help="one of them; default: all")
    options = parser.parse_args(arguments)
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        rows = [row for part in options.only or PARTS for row in PARTS[part](options)]
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    print_table(f"Disclosures on {connection.display_name}", ["figure", "measured", "budget", "n"], rows, "")


if __name__ == "__main__":
    main()
