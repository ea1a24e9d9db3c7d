"""What the rooms add to one request, measured inside one process, request by request in turn."""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from benchmarks.site import print_table, set_up

set_up()

from django.conf import settings  # noqa: E402 - the settings must stand first
from django.core.handlers.base import BaseHandler  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.http.response import HttpResponseBase  # noqa: E402
from django.test import RequestFactory, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import path  # noqa: E402
from tqdm import tqdm  # noqa: E402

from onvif_privacy.visits.services.recorder import recorder  # noqa: E402

COOKIES = "onvif_privacy.cookies.middleware.CookieMiddleware"
VISITS = "onvif_privacy.visits.middleware.PageVisitMiddleware"
CONSENT_PEER = "cookie_consent.middleware.CleanCookiesMiddleware"
VISITS_PEER = "request.middleware.RequestMiddleware"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"

Handler = Callable[[HttpRequest], HttpResponseBase]
_floor: deque[tuple[str, int]] = deque(maxlen=8_192)


def page(request: HttpRequest, slug: str) -> HttpResponse:
    """A page that costs nothing, so that what is added shows."""
    return HttpResponse("<p>page</p>")


urlpatterns = [path("products/<slug:slug>/", page)]


class AppendMiddleware:
    """The least a recorder can do."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        _floor.append((request.path, response.status_code))
        return response


def stacks() -> dict[str, list[str]]:
    """Return the middleware of each stack by name; the first is the base of all ratios."""
    bare = [name for name in settings.MIDDLEWARE if name not in (COOKIES, VISITS)]
    found = {
        "bare stack": bare,
        "append to a deque": [*bare, "benchmarks.request_path.AppendMiddleware"],
        "cookies": [COOKIES, *bare],
        "visits": [*bare, VISITS],
        "cookies and visits": [COOKIES, *bare, VISITS],
    }
    if "cookie_consent" in settings.PEERS:
        found["django-cookie-consent"] = [*bare, CONSENT_PEER]
    if "request" in settings.PEERS:
        found["django-request"] = [*bare, VISITS_PEER]
    if len(settings.PEERS) == 2:
        found["django-cookie-consent and django-request"] = [*bare, CONSENT_PEER, VISITS_PEER]
    return found


def handler_of(middleware: list[str]) -> Handler:
    """Return the whole stack as one callable."""
    with override_settings(MIDDLEWARE=middleware):
        handler = BaseHandler()
        handler.load_middleware()
    return handler.get_response


def requests() -> Callable[[], HttpRequest]:
    """Return a maker of requests as a server hands them over."""
    factory = RequestFactory()
    headers: dict[str, Any] = {
        "HTTP_USER_AGENT": AGENT,
        "HTTP_REFERER": "https://search.example/find?q=camera",
        "HTTP_ACCEPT": "text/html",
    }
    return lambda: factory.get("/products/camera-4k/", secure=True, **headers)


def measure(handlers: dict[str, Handler], number: int) -> dict[str, list[float]]:
    """Return the microseconds of each request, by stack; stacks take turns within each round."""
    times: dict[str, list[float]] = {name: [] for name in handlers}
    make, names, chance = requests(), list(handlers.items()), random.Random(1)  # noqa: S311 - no secret
    gc.disable()
    for _round in tqdm(range(number), disable=None):
        chance.shuffle(names)  # who follows a slow one pays for cold caches: that must not be always the same
        for name, handler in names:
            request = make()
            started = time.perf_counter_ns()
            handler(request)
            times[name].append((time.perf_counter_ns() - started) / 1000)
        if _round % 500 == 0:
            gc.collect()
            recorder.begin_anew()  # the buffer must not fill up: this measures taking in, not the store
    gc.enable()
    return times


def queries(handler: Handler) -> int:
    """Return the number of queries of one request."""
    with CaptureQueriesContext(connection) as context:
        handler(requests()())
    return len(context)


def row(name: str, times: list[float], base: list[float], number: int) -> list[str]:
    """One line of the table."""
    median, middle = statistics.median(times), statistics.median(base)
    p99 = statistics.quantiles(times, n=100)[98]
    return [name, f"{median:.1f}", f"{median - middle:+.1f}", f"{p99:.1f}", f"{median / middle:.2f}", str(number)]


def main(arguments: Any = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=4_000, help="requests for each stack")
    number = parser.parse_args(arguments).requests
    with override_settings(
        ROOT_URLCONF="benchmarks.request_path",
        ALLOWED_HOSTS=["*"],
        ONVIF_PRIVACY_VISITS_RECORDING="thread",
        ONVIF_PRIVACY_VISITS_FLUSH_SECONDS=60,
        ONVIF_PRIVACY_VISITS_FLUSH_VISITS=100_000,
    ):
        recorder.start = lambda: None  # type: ignore[method-assign] # nothing of ours is stored here
        database = connection.creation.create_test_db(verbosity=0, autoclobber=True)  # for the peers
        handlers = {name: handler_of(middleware) for name, middleware in stacks().items()}
        measure(handlers, 50)
        tables = [table(names, handlers, number) for names in _groups(list(handlers))]
        connection.creation.destroy_test_db(database, verbosity=0)
    header = ["stack", "median µs", "added", "p99 µs", "ratio", "queries"]
    for rows in tables:
        print_table(
            "One request",
            header,
            rows,
            f"n = {number} requests a stack, interleaved, no server and no database of ours.",
        )


def _groups(names: list[str]) -> list[list[str]]:
    """Stacks that are measured against each other.

    Those that write in the request stand apart, with the bare stack and ours beside them again: they leave cold caches
    to whoever comes next.
    """
    writing = [name for name in names if "django-request" in name]
    quick = [name for name in names if name not in writing]
    return [quick, ["bare stack", "cookies and visits", *writing]] if writing else [quick]


def table(names: list[str], handlers: dict[str, Handler], number: int) -> list[list[str]]:
    """Measure some stacks; the first is the base."""
    chosen = {name: handlers[name] for name in names}
    times = measure(chosen, number)
    return [row(name, times[name], times[names[0]], queries(handler)) for name, handler in chosen.items()]


if __name__ == "__main__":
    main()
