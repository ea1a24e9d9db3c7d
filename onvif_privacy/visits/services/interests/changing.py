"""What ends a profile or changes it: the person, their withdrawal, another account, time."""

from __future__ import annotations

import time
import uuid
from typing import Any

from django.db import router, transaction

from onvif_privacy.core.models import Decision, Outcome, Subject
from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import Area, Interest
from onvif_privacy.visits.services import dictionary
from onvif_privacy.visits.services.interests import PURPOSE, agreeing
from onvif_privacy.visits.services.interests.rule import DAY_SECONDS
from onvif_privacy.visits.services.interests.sensitive import is_sensitive

CHUNK = 10_000


def _using() -> str:
    return router.db_for_write(Interest)


def correct(visitor: uuid.UUID, area: str, own: bool | None) -> None:
    """Keep what the person says of one area themselves: yes, no, or None for nothing.

    Yes and no hold until they say otherwise, whatever they visit. With no, the score goes. Does nothing for who does
    not agree. Raises ValueError for an area of a special category.
    """
    if is_sensitive(area):
        raise ValueError("nobody's interest in this area is kept")
    number = dictionary.numbers(Area, {(area,)}, _using())[(area,)]
    values: dict[str, Any] = {"own": own} | ({"score": 0.0} if own is False else {})
    with transaction.atomic(using=_using()):
        if agreeing.visitors().filter(subject=visitor).exists():
            now = int(time.time())
            Interest.objects.using(_using()).update_or_create(
                visitor=visitor, area_id=number, defaults=values, create_defaults={**values, "as_of": now}
            )


def reset(visitor: uuid.UUID) -> int:
    """Delete the whole profile, the person's own words included; gives the number of areas."""
    return Interest.objects.using(_using()).filter(visitor=visitor).delete()[0]


def decided(sender: Any, *, decision: Decision, **kwargs: Any) -> None:
    """Delete the profile of whoever takes the grant back, or whose account objects; receiver of the house's signal."""
    if decision.purpose == PURPOSE and decision.outcome != Outcome.GRANTED:
        people = [decision.subject_id]
        if decision.outcome == Outcome.OBJECTED:
            people += Subject.objects.filter(merged_into=decision.subject_id).values_list("pk", flat=True)
        Interest.objects.using(_using()).filter(visitor__in=people).delete()


def expire() -> bool:
    """Delete a chunk of what may not stay; gives whether there may be more.

    That is everything where interests are off, else scores that are too old and profiles of whoever does not agree any
    more, though the withdrawal itself did not reach them.
    """
    rows = Interest.objects.using(_using())
    if not conf.INTERESTS:
        return _deleted(rows.all())
    oldest = int(time.time()) - conf.INTERESTS_DAYS * DAY_SECONDS
    more = _deleted(rows.filter(as_of__lt=oldest, own=None))
    return _deleted(rows.exclude(visitor__in=agreeing.visitors())) or more


def _deleted(rows: Any) -> bool:
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK])
    if keys:
        Interest.objects.using(_using()).filter(pk__in=keys).delete()
    return len(keys) == CHUNK
