"""How fast the Popularity page and each of its tables are over millions of visits, against GROUP BY over the visits.

Needs PostgreSQL in ``DATABASE_URL``; uses a database of its own, which is dropped afterwards.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.site import Table, print_table, set_up

set_up()

from django.contrib.auth import get_user_model  # noqa: E402 - the settings must stand first
from django.db import connection  # noqa: E402
from django.db.models import Count, Q  # noqa: E402
from django.db.models.functions import ExtractHour, TruncDate  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from tqdm import tqdm  # noqa: E402

from benchmarks import filling  # noqa: E402
from benchmarks.processor import database_seconds  # noqa: E402
from onvif_privacy.visits.models import Visit  # noqa: E402
from onvif_privacy.visits.querysets import Use  # noqa: E402
from onvif_privacy.visits.services import clock, reports  # noqa: E402
from onvif_privacy.visits.services.periods import Choice, Period  # noqa: E402

SERVICES = {"Catalogue": ["/products/"], "First hundred": ["/products/1"], "Others": ["/products/9", "/products/8"]}
Rows = list[Any]


def questions(asked: reports.Asked) -> dict[str, tuple[Callable[[], Any], Callable[[], Rows] | None]]:
    """Return each table of the page, and the same from single visits by GROUP BY where those can answer."""
    first = asked.period.previous.first
    start, end = clock.bounds(first, asked.period.last)
    middle, _end = clock.bounds(asked.period.first, asked.period.last)
    single = Visit.objects.used_for(Use.STATISTICS).filter(at__gte=start, at__lt=end, method=1, status__lt=4).order_by()
    now, before = Count("pk", filter=Q(at__gte=middle)), Count("pk", filter=Q(at__lt=middle))
    zone = clock.zone()

    def top(*names: str) -> Callable[[], Rows]:
        return lambda: list(single.values(*names).annotate(now=now, before=before).order_by("-now")[:50])

    day, hour = TruncDate("at", tzinfo=zone), ExtractHour("at", tzinfo=zone)
    top_pages = [row["page_id"] for row in reports.tables.page_rows(asked)]
    return {
        "visits by day": (
            lambda: reports.by_day(asked),
            lambda: list(single.annotate(d=day).values("d").annotate(n=Count("pk"))),
        ),
        "different visitors": (
            lambda: reports.visitors(asked, top_pages),
            lambda: list(single.annotate(d=day).values("d").annotate(n=Count("visitor", distinct=True))),
        ),
        "visits by hour": (
            lambda: reports.by_hour(asked),
            lambda: list(single.filter(at__gte=middle).annotate(h=hour).values("h").annotate(n=Count("pk"))),
        ),
        "pages": (lambda: reports.pages(asked), top("page_id")),
        "services": (lambda: reports.services(asked), None),
        "referring sites": (lambda: reports.referrers(asked), top("referrer_id")),
        "browsers": (lambda: reports.technology(asked), top("browser_id")),
        "failed requests": (
            lambda: reports.quality(asked),
            lambda: list(
                Visit.objects.used_for(Use.QUALITY)
                .filter(at__gte=middle, at__lt=end, status__gte=4)
                .order_by()
                .values("page_id", "referrer_id", "status")
                .annotate(n=Count("pk"))
                .order_by("-n")[:50]
            ),
        ),
        "last 30 minutes": (lambda: reports.live(asked), None),
        "the books": (reports.ledger, None),
    }


class Took(NamedTuple):
    """Milliseconds by the clock, and of the processor, here and in the database."""

    wall: float
    cpu: float


def milliseconds(what: Callable[[], Any], runs: int) -> Took:
    """Return the median times of several runs, after one that warms the caches."""
    what()
    found = []
    for _run in range(runs):
        there, here, started = database_seconds(), time.process_time(), time.perf_counter()
        what()
        wall, cpu = time.perf_counter() - started, time.process_time() - here
        found.append((wall * 1000, (cpu + database_seconds() - there) * 1000))
    return Took(*(statistics.median(part) for part in zip(*found, strict=True)))


def lines(asked: reports.Asked, runs: int) -> list[list[str]]:
    """Measure every table, and the same by GROUP BY."""
    rows = []
    for name, (ours, single) in tqdm(questions(asked).items(), disable=None):
        with CaptureQueriesContext(connection) as context:
            ours()
        quick = milliseconds(ours, runs)
        slow = milliseconds(single, 1) if single else None  # these take seconds
        against = [f"{slow.cpu:,.0f}", f"{slow.cpu / quick.cpu:,.0f}"] if slow else ["–", "–"]
        rows.append([name, f"{quick.wall:.1f}", f"{quick.cpu:.1f}", str(len(context)), *against])
    return rows


def page(runs: int) -> list[str]:
    """Measure the whole page in the admin, session and user included."""
    if not get_user_model()._default_manager.filter(username="benchmark").exists():
        get_user_model()._default_manager.create_superuser("benchmark", "", "benchmark")
    client = Client(headers={"host": "testserver"})
    client.login(username="benchmark", password="benchmark")  # noqa: S106 - of a database that is dropped
    address = reverse("admin:onvif_privacy_visits_popularity_changelist")

    def load() -> None:
        if client.get(address, {"period": Choice.MONTH.value}, secure=True).status_code != 200:
            raise SystemExit("The Popularity page cannot be opened.")

    load()
    with CaptureQueriesContext(connection) as context:
        load()
    about = sum(1 for query in context.captured_queries if "onvif_privacy_visits" in query["sql"])
    others = len(context) - about
    took = milliseconds(load, runs)
    return ["**whole page in the admin**", f"{took.wall:.1f}", f"{took.cpu:.1f}", f"{about} (+ {others})"]


def off_by(asked: reports.Asked) -> tuple[float, float]:
    """Return how far the different visitors are off the exact number: in sum, and on the worst day; in percent."""
    found = reports.visitors(asked)
    start, end = clock.bounds(asked.period.first, asked.period.last)
    single = Visit.objects.used_for(Use.STATISTICS).filter(at__gte=start, at__lt=end).order_by()
    by_day = single.annotate(d=TruncDate("at", tzinfo=clock.zone())).values("d")
    exact = {row["d"]: row["n"] for row in by_day.annotate(n=Count("visitor", distinct=True))}
    if found is None:
        raise SystemExit("Different visitors are not counted on this site.")
    total = sum(exact.values())
    worst = max(abs(found.days[day] - number) / number for day, number in exact.items())
    return abs(found.visits - total) / total * 100, worst * 100


def measure(number: int, runs: int, *, filled: bool = False) -> Table:
    """Fill a database of its own, measure, drop it; or measure the one that an earlier run has filled."""
    if connection.vendor != "postgresql":
        raise SystemExit("The reports are measured on PostgreSQL: set DATABASE_URL.")
    name = "" if filled else connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        if not filled:
            filling.fill(number)
        with connection.cursor() as cursor:  # the time of helping processes could not be seen
            cursor.execute("SET max_parallel_workers_per_gather = 0")
        period = Period.ending(clock.today(), Choice.MONTH)
        asked = reports.Asked(period=period, use=Use.STATISTICS)
        with override_settings(ONVIF_PRIVACY_VISITS_SERVICES=SERVICES, ALLOWED_HOSTS=["*"]):
            rows = [*lines(asked, runs), [*page(runs), "–", "–"]]
        total, worst = off_by(asked)
    finally:
        if name:
            connection.creation.destroy_test_db(name, verbosity=0)
    note = (
        f"{number:,} visits of {filling.DAYS} days, {filling.PAGES:,} pages, {filling.REFERRERS} sites, about "
        f"{filling.PEOPLE_A_DAY:,} visitors a day; 30 days against the 30 before; n = {runs}, medians (GROUP BY: the "
        f"second of two). Different visitors are off by {total:.2f} % in sum and by {worst:.1f} % on the worst day. "
        "CPU: here and in the database. Queries of the page in brackets: session, user, log of the admin."
    )
    header = ["table", "ms", "CPU ms", "queries", "GROUP BY, CPU ms", "times less"]
    return Table("The Popularity page", header, rows, note)


def main(arguments: Any = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--filled", action="store_true", help="measure the database in DATABASE_URL as it is")
    options = parser.parse_args(arguments)
    print_table(*measure(options.visits, options.runs, filled=options.filled))


if __name__ == "__main__":
    main()
