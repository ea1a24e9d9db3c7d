"""What evidence, keys and consent cost, on a database of its own: every figure that the kernel promises.

CPU time is what one core spent in our own code; wall time includes the database and whoever shares the machine.
"""

from __future__ import annotations

import argparse
import statistics
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from benchmarks.site import print_table, set_up

set_up()

from django.core.cache import cache  # noqa: E402 - the settings must stand first
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from benchmarks.core_keys import finding, people, reading, rotating  # noqa: E402
from benchmarks.core_ledger import appending, sealing, verifying  # noqa: E402
from benchmarks.timing import Row, Times, percentile, timed  # noqa: E402
from onvif_privacy.cookies.middleware import CookieMiddleware  # noqa: E402
from onvif_privacy.core import consent  # noqa: E402
from onvif_privacy.core.models import Subject  # noqa: E402
from onvif_privacy.core.registry import Basis, Purpose, temporarily  # noqa: E402

ASKED = Purpose("benchmark", label="B", text="B", basis=Basis.CONSENT, clause="use")
NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SET LOCAL")
CACHE = ("get", "get_many", "set", "set_many", "add", "incr", "touch", "delete", "delete_many", "has_key")


@contextmanager
def cache_calls() -> Iterator[list[str]]:
    """Count what is asked of the cache."""
    calls: list[str] = []
    with ExitStack() as stack:
        for name in CACHE:
            asked = getattr(cache, name)

            def counted(*args: Any, name: str = name, asked: Callable[..., Any] = asked, **kwargs: Any) -> Any:
                calls.append(name)
                return asked(*args, **kwargs)

            stack.enter_context(patch.object(cache, name, counted))
        yield calls


def asking(request: HttpRequest) -> HttpResponse:
    """Be a page that asks for the visitor's choice."""
    return HttpResponse(str(consent.of(request).allows(ASKED.slug)))


def deciding(number: int) -> list[Row]:
    """Measure a decision, and count the queries of everything that asks for one."""
    notice = consent.notice(text="May we?", language="en", surface="benchmark")
    subject = Subject.objects.create()

    def decide() -> None:
        consent.decide(
            subject=subject,
            purpose=ASKED.slug,
            outcome=consent.Outcome.GRANTED,
            method=consent.Method.FORM,
            key=uuid.uuid4().hex,
            notice=notice,
        )

    def queries(call: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as seen:
            call()
        return len([one for one in seen if not one["sql"].startswith(NOT_COUNTED)])

    page = CookieMiddleware(asking)
    with cache_calls() as cached:
        first = queries(decide)
        counts = [
            queries(lambda: page(RequestFactory().get("/"))),
            queries(lambda: consent.may(subject, ASKED.slug)),
            queries(lambda: consent.state(subject)),
            queries(decide),
        ]
    clock, own = timed(decide, number, "decisions")
    words = f"{' · '.join(map(str, counts))} ({first} the first time); {len(cached)} of the cache"
    return [
        ["queries: request.privacy · may · state · decide", words, "0 · 1 · 1 · ≤ 7 (9); 0 of the cache", "1"],
        ["decide", _late((clock, own)), "p95 ≤ 50 ms on PostgreSQL", f"{number:,}"],
    ]


def _late(times: Times) -> str:
    clock, own = times
    return f"p95 {percentile(clock, 0.95) * 1000:.1f} ms; CPU p50 {statistics.median(own) * 1000:.1f} ms"


def measured(options: argparse.Namespace) -> list[Row]:
    """Measure everything."""
    writers = 1 if connection.vendor == "sqlite" else 8
    rows = [appending(options.entries, number) for number in sorted({1, writers})]
    rows += [*sealing(options.rounds), verifying(options.verify)]
    with temporarily(ASKED):
        rows += deciding(options.entries // 2)
    people(options.people)
    rows += [reading(options.people, options.rounds), finding(options.rows, options.searches)]
    return [*rows, *rotating(options.people)]  # last: the new key is not kept


def main(arguments: Any = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=4000, help="entries that are appended one by one")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of what takes long; the median is printed")
    parser.add_argument("--verify", type=int, default=1_000_000, help="entries for the stand-alone verifier")
    parser.add_argument("--people", type=int, default=10_000, help="people, each with a key and encrypted values")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows that are searched by their blind index")
    parser.add_argument("--searches", type=int, default=500, help="searches")
    options = parser.parse_args(arguments)
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        rows = measured(options)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    note = "Medians unless said otherwise; CPU is that of our own process."
    print_table(f"Kernel on {connection.display_name}", ["figure", "measured", "budget", "n"], rows, note)


if __name__ == "__main__":
    main()
