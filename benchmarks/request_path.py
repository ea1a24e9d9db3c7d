"""What the rooms add to one request, measured inside one process, request by request in turn."""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.site import Table, print_table, set_up

set_up()

from django.contrib.auth import get_user_model  # noqa: E402 - the settings must stand first
from django.core.handlers.base import BaseHandler  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from django.test import Client, RequestFactory, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from tqdm import tqdm  # noqa: E402

from benchmarks.stacks import AGENT, BARE, BOTH, Handler, absent, stacks  # noqa: E402
from onvif_privacy.visits.services import salts  # noqa: E402
from onvif_privacy.visits.services.recorder import recorder  # noqa: E402
from onvif_privacy.visits.services.records import Parcel, Receipt  # noqa: E402
from onvif_privacy.visits.services.transports import Direct  # noqa: E402

HEADER = ["stack", "median µs", "added", "p99 µs", "ratio", "CPU µs", "added", "queries"]
WRITING = ("django-request", "django-tracking2", "django-user-visit")  # these write to their tables in the request


class Times(NamedTuple):
    """Microseconds of each request: by the clock, and of the processor."""

    wall: list[float]
    cpu: list[float]


def handler_of(middleware: list[str]) -> Handler:
    """Return the whole stack as one callable."""
    with override_settings(MIDDLEWARE=middleware):
        handler = BaseHandler()
        handler.load_middleware()
    return handler.get_response


def requests(cookie: str = "") -> Callable[[], HttpRequest]:
    """Return a maker of requests as a server hands them over."""
    factory = RequestFactory()
    headers: dict[str, Any] = {
        "HTTP_USER_AGENT": AGENT,
        "HTTP_REFERER": "https://search.example/find?q=camera",
        "HTTP_ACCEPT": "text/html",
        **({"HTTP_COOKIE": cookie} if cookie else {}),
    }
    return lambda: factory.get("/products/camera-4k/", secure=True, **headers)


def measure(handlers: dict[str, Handler], make: Callable[[], HttpRequest], number: int) -> dict[str, Times]:
    """Return the times of each stack; stacks take turns within each round."""
    times = {name: Times([], []) for name in handlers}
    names, chance = list(handlers.items()), random.Random(1)  # noqa: S311 - no secret
    gc.disable()
    for _round in tqdm(range(number), disable=None):
        chance.shuffle(names)  # who follows a slow one pays for cold caches: that must not be always the same
        for name, handler in names:
            request = make()
            cpu, started = time.thread_time_ns(), time.perf_counter_ns()
            handler(request)
            wall = time.perf_counter_ns() - started
            times[name].cpu.append((time.thread_time_ns() - cpu) / 1000)
            times[name].wall.append(wall / 1000)
        if _round % 500 == 0:
            gc.collect()
            recorder.send()  # here and not in the recorder's thread, which would take turns with what is measured
    gc.enable()
    return times


def throw_away(transport: Direct, parcel: Parcel) -> Receipt:
    """Take the place of the store: this measures taking in."""
    return Receipt(stored=len(parcel.records))


def queries(handler: Handler, make: Callable[[], HttpRequest]) -> int:
    """Return the number of queries of one request."""
    with CaptureQueriesContext(connection) as context:
        handler(make())
    return len(context)


def row(name: str, times: Times, base: Times, asked: int) -> list[str]:
    """One line of the table."""
    wall, cpu = statistics.median(times.wall), statistics.median(times.cpu)
    base_wall, base_cpu = statistics.median(base.wall), statistics.median(base.cpu)
    p99 = statistics.quantiles(times.wall, n=100)[98]
    added = [f"{wall:.1f}", f"{wall - base_wall:+.1f}", f"{p99:.1f}", f"{wall / base_wall:.2f}"]
    return [name, *added, f"{cpu:.1f}", f"{cpu - base_cpu:+.1f}", str(asked)]


def sign_in() -> str:
    """Return the cookie of somebody who is signed in."""
    user = get_user_model()._default_manager.create_user("benchmark")
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


def table(title: str, names: list[str], handlers: dict[str, Handler], cookie: str, number: int) -> Table:
    """Measure some stacks; the first is the base."""
    chosen, make = {name: handlers[name] for name in names}, requests(cookie)
    measure(chosen, make, 50)
    times = measure(chosen, make, number)
    rows = [row(name, times[name], times[names[0]], queries(handler, make)) for name, handler in chosen.items()]
    rows += [[name, reason, *[""] * (len(HEADER) - 2)] for name, reason in absent()]
    note = (
        f"n = {number:,} requests a stack, interleaved in one process, without a server; {connection.vendor} for those "
        "that write in the request. CPU is that of this process alone, without the database's."
    )
    return Table(title, HEADER, rows, note)


def tables(number: int) -> list[Table]:
    """Measure what does not write in the request, then the others beside bare and ours, then somebody signed in.

    Those that write stand apart: they leave cold caches to whoever comes next.
    """
    with override_settings(
        ROOT_URLCONF="benchmarks.stacks",
        ALLOWED_HOSTS=["*"],
        ONVIF_PRIVACY_VISITS_RECORDING="thread",
        ONVIF_PRIVACY_VISITS_FLUSH_SECONDS=60,
        ONVIF_PRIVACY_VISITS_FLUSH_VISITS=100_000,
    ):
        Direct.send = throw_away  # type: ignore[method-assign]
        database = connection.creation.create_test_db(verbosity=0, autoclobber=True)  # for the peers
        try:
            recorder.start()
            while not salts.marks(int(time.time()), "192.0.2.1", AGENT, ""):  # the day's salt comes by the thread
                time.sleep(0.1)
            handlers = {name: handler_of(middleware) for name, middleware in stacks().items()}
            writing = [name for name in handlers if any(peer in name for peer in WRITING)]
            beside = [BARE, BOTH, *writing]
            few = max(number // 4, 50)
            return [
                table("One request", [name for name in handlers if name not in writing], handlers, "", number),
                table("One request, beside those that write in it", beside, handlers, "", few),
                table("One request of somebody who is signed in", beside, handlers, sign_in(), few),
            ]
        finally:
            recorder.stop()
            connection.creation.destroy_test_db(database, verbosity=0)


def main(arguments: Any = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=4_000, help="requests for each stack")
    for found in tables(parser.parse_args(arguments).requests):
        print_table(*found)


if __name__ == "__main__":
    main()
