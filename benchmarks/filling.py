"""Millions of visits in a PostgreSQL database: single ones made by the server, their counts by its own GROUP BY.

The counts are thus worked out by somebody else than the room, and what the reports show must equal them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections.abc import Iterable

from django.db import connection

from onvif_privacy.visits.models import (
    Browser,
    BrowserDay,
    FaultDay,
    Page,
    PageDay,
    PageHour,
    Referrer,
    ReferrerDay,
    SiteDay,
    SiteHour,
    UniqueDay,
    Visit,
)
from onvif_privacy.visits.services import clock, dictionary, partitions
from onvif_privacy.visits.services.sketch import Sketch, value_of

DAYS, PAGES, REFERRERS, BROWSERS, PEOPLE_A_DAY = 90, 2_000, 300, 40, 25_000

# squares and cubes of chance make few numbers frequent and many rare
SINGLE = f"""
INSERT INTO {Visit._meta.db_table} (at, page_id, referrer_id, browser_id, method, status, network, visitor)
SELECT at,
       (SELECT min(id) FROM {Page._meta.db_table} WHERE route <> '') + floor({PAGES} * random() ^ 3)::int,
       (SELECT min(id) FROM {Referrer._meta.db_table}) + floor({REFERRERS} * random() ^ 3)::int,
       (SELECT min(id) FROM {Browser._meta.db_table}) + floor({BROWSERS} * random() ^ 2)::int,
       CASE WHEN random() < 0.02 THEN 2 ELSE 1 END,
       CASE WHEN random() < 0.01 THEN 4 ELSE 2 END,
       ('192.0.' || floor(256 * random())::int || '.0')::inet,
       md5(at::date || '-' || floor({PEOPLE_A_DAY} * random())::int)::uuid
FROM (SELECT %s::timestamptz + number * %s::float8 * interval '1 second' AS at
      FROM generate_series(0, %s - 1) AS number) AS moments
"""
# ruff: noqa: S608 - names of our own tables and columns
FOUND = "method = 1 AND status < 4"
DAY = "(at AT TIME ZONE %s)::date"
COUNTS = {
    PageDay: f"""(day, page_id, visits, submissions, failures) SELECT {DAY} AS day, page_id,
        count(*) FILTER (WHERE {FOUND}), count(*) FILTER (WHERE method = 2 AND status < 4),
        count(*) FILTER (WHERE status >= 4) FROM visit GROUP BY 1, 2""",
    PageHour: f"""(hour, page_id, visits) SELECT date_trunc('hour', at, %s) AS hour, page_id, count(*)
        FROM visit WHERE {FOUND} GROUP BY 1, 2""",
    ReferrerDay: f"""(day, referrer_id, visits) SELECT {DAY} AS day, referrer_id, count(*)
        FROM visit WHERE {FOUND} GROUP BY 1, 2""",
    BrowserDay: f"""(day, browser_id, visits) SELECT {DAY} AS day, browser_id, count(*)
        FROM visit WHERE {FOUND} GROUP BY 1, 2""",
    FaultDay: f"""(day, page_id, referrer_id, status, visits) SELECT {DAY} AS day, page_id, referrer_id, status,
        count(*) FROM visit WHERE status >= 4 GROUP BY 1, 2, 3, 4""",
}
SITE = f"(SELECT id FROM {Page._meta.db_table} WHERE route = '' AND path = '')"
SITE_DAYS = f"""
INSERT INTO {SiteDay._meta.db_table} (day, site_id, visits, submissions, failures)
SELECT day, {SITE}, sum(visits), sum(submissions), sum(failures) FROM {PageDay._meta.db_table} GROUP BY day
"""
SITE_HOURS = f"""
INSERT INTO {SiteHour._meta.db_table} (hour, site_id, visits)
SELECT hour, {SITE}, sum(visits) FROM {PageHour._meta.db_table} GROUP BY hour
"""


def fill(number: int) -> None:
    """Put ``number`` visits of the last `DAYS` days into an empty database, with all their counts."""
    dictionary.numbers(Page, {("", "/products/<slug:slug>/", f"/products/{n}/") for n in range(PAGES)}, "default")
    dictionary.numbers(Page, {("", "", "")}, "default")
    dictionary.numbers(Referrer, {(f"{n}.example",) for n in range(REFERRERS)}, "default")
    dictionary.numbers(Browser, {(f"Browser {n}", f"System {n % 7}", "desktop") for n in range(BROWSERS)}, "default")
    start, end = clock.bounds(clock.today() - dt.timedelta(days=DAYS - 1), clock.today())
    days = range(clock.seconds(start), clock.seconds(end), partitions.DAY_SECONDS)
    partitions.make_for(days, partitions.present("default"), "default")
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(SINGLE, [start, (end - start).total_seconds() / number, number])
        for model, select in COUNTS.items():
            statement = f"INSERT INTO {model._meta.db_table} {select.replace('FROM visit', f'FROM {_visits()}')}"
            cursor.execute(statement, [str(clock.zone())])
        for statement in (SITE_DAYS, SITE_HOURS):
            cursor.execute(statement)
    _fill_different(clock.today())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _visits() -> str:
    return Visit._meta.db_table


def _fill_different(today: dt.date) -> None:
    """Fill the sketches of the site, and of each page and day one of the same few, for two periods of 30 days."""
    site = dictionary.numbers(Page, {("", "", "")}, "default")["", "", ""]
    chance = random.Random(1)  # noqa: S311 - no secret
    pages = list(Page.objects.exclude(route="").values_list("pk", flat=True))
    few = [_row(today, site, (chance.randbytes(8) for _n in range(number))) for number in (3, 30, 300, 3_000)]
    rows = []
    for back in range(60):
        day = today - dt.timedelta(days=back)
        start, end = clock.bounds(day, day)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT DISTINCT visitor FROM {_visits()} WHERE at >= %s AND at < %s",
                [start, end],
            )
            rows.append(_row(day, site, (row[0].bytes for row in cursor)))
        for page in pages:
            one = chance.choice(few)
            rows.append(UniqueDay(day=day, page_id=page, registers=one.registers, estimate=one.estimate))
    UniqueDay.objects.bulk_create(rows, 1_000)


def _row(day: dt.date, page: int, people: Iterable[bytes]) -> UniqueDay:
    sketch = Sketch()
    hashes = (hashlib.blake2b(person, digest_size=8).digest() for person in people)
    sketch.add(value_of(int.from_bytes(hashed, "big")) for hashed in hashes)
    return UniqueDay(day=day, page_id=page, registers=sketch.packed(), estimate=sketch.estimate())
