"""Days and hours as the counts know them."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

# The smallest step in which any time zone changes its offset or its day: 15 minutes.
QUARTER = 900


class Slot(NamedTuple):
    """The day (in the site's time zone) and the hour that an instant belongs to."""

    day: dt.date
    hour: dt.datetime


def zone() -> dt.tzinfo:
    """Return the site's time zone."""
    return timezone.get_default_timezone()


def moment(seconds: int) -> dt.datetime:
    """Return an instant as the database layer wants it: aware UTC, or local and naive on sites without ``USE_TZ``."""
    aware = dt.datetime.fromtimestamp(seconds, tz=dt.UTC)
    return aware if settings.USE_TZ else timezone.make_naive(aware, zone())


def seconds(instant: dt.datetime) -> int:
    """Return the seconds since 1970 of an instant as the database layer gives it; the reverse of `moment`."""
    aware = instant if timezone.is_aware(instant) else timezone.make_aware(instant, zone())
    return int(aware.timestamp())


class Slots(dict[int, Slot]):
    """Slots of one batch, worked out once for each quarter of an hour. Key: seconds since 1970 // `QUARTER`."""

    def __missing__(self, quarter: int) -> Slot:
        aware = dt.datetime.fromtimestamp(quarter * QUARTER, tz=dt.UTC)
        local = aware.astimezone(zone())
        hour = moment(quarter * QUARTER - local.minute * 60 - local.second)
        slot = self[quarter] = Slot(local.date(), hour)
        return slot


def today() -> dt.date:
    """Return the present day in the site's time zone."""
    return timezone.now().astimezone(zone()).date() if settings.USE_TZ else dt.date.today()  # noqa: DTZ011


def bounds(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Return the first instant of ``first`` and the one after the end of ``last``."""
    start = dt.datetime.combine(first, dt.time())
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time())
    if not settings.USE_TZ:
        return start, end
    return timezone.make_aware(start, zone()), timezone.make_aware(end, zone())
