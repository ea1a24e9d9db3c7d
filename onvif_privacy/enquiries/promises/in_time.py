"""Nothing is overdue; what is shows; and no clock that a law sets was paused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.registry import declare
from onvif_privacy.enquiries.models import ClockPause, ClockRule, Enquiry
from onvif_privacy.enquiries.promises.clauses import CONTACT
from onvif_privacy.enquiries.promises.planted import one_complaint
from onvif_privacy.enquiries.services import deadlines
from onvif_privacy.enquiries.services.states import using

IN_TIME = Promise(
    "contact.in_time", CONTACT, _("Comments and complaints are acknowledged, determined and put right in time.")
)

declare(IN_TIME)

AT_MOST = 20
LOOKED_AT = 5_000
GRACE = timedelta(minutes=30)  # the job that works the ends out anew runs each quarter of an hour


@check(IN_TIME, kind=Kind.DATABASE, empty=True)
def nothing_is_overdue(look: Look) -> Iterable[Finding]:
    """Work the clocks of each open case out, and compare the nearest end with the one that the queue shows."""
    rows = list(Enquiry.objects.using(using()).open().order_by("due_at", "pk")[:LOOKED_AT])
    pauses, calendar, found = deadlines.paused_of(rows), deadlines.Calendar.present(), 0
    for one in rows:
        look.seen()
        until = deadlines.nearest(one, calendar=calendar, pauses=pauses[one.pk])
        late = until is not None and until < look.now()
        if late:
            yield Finding(f"enquiry {one.ref}", "is overdue")
        if late and (one.due_at is None or one.due_at > look.now() + GRACE):
            yield Finding(f"enquiry {one.ref}", "is overdue and shows no badge")
        found += late
        if found >= AT_MOST:
            return


@nothing_is_overdue.saboteur
@contextmanager
def a_complaint_that_nobody_answers(plant: Plant) -> Iterator[str]:
    """Leave a complaint alone for two months."""
    deadlines.make_rules(using())
    with one_complaint(days_ago=60) as made:
        yield f"enquiry {made.ref}: is overdue"


@nothing_is_overdue.saboteur
@contextmanager
def overdue_without_a_badge(plant: Plant) -> Iterator[str]:
    """Move the end that the queue shows, and nothing else."""
    deadlines.make_rules(using())
    with one_complaint(days_ago=60, due_at=timezone.now() + timedelta(days=300)) as made:
        yield f"enquiry {made.ref}: is overdue and shows no badge"


@check(IN_TIME, kind=Kind.DATABASE, empty=True)
def no_statutory_clock_is_paused(look: Look) -> Iterable[Finding]:
    """Look for pauses of clocks that nobody pauses, and for clocks of a law that could be."""
    look.seen(ClockRule.objects.using(using()).count())
    for slug in ClockRule.objects.using(using()).filter(statutory=True, pausable=True).values_list("slug", flat=True):
        yield Finding(f"clock {slug}", "is set by law and can be paused")
    rows = ClockPause.objects.using(using()).filter(rule__pausable=False).select_related("enquiry", "rule")
    for one in rows[:AT_MOST]:
        yield Finding(f"enquiry {one.enquiry.ref}", f"a pause of {one.rule.slug}, which nobody pauses")


@no_statutory_clock_is_paused.saboteur
@contextmanager
def a_pause_by_hand(plant: Plant) -> Iterator[str]:
    """Pause the clock of a law past the service."""
    deadlines.make_rules(using())
    with one_complaint() as made:
        rule = ClockRule.objects.using(using()).get(slug="uk_acknowledge")
        today = timezone.localdate()
        ClockPause.objects.using(using()).create(
            enquiry=made, rule=rule, turn=0, since=today, days=30, reason="quiet", by="", at=timezone.now()
        )
        yield f"enquiry {made.ref}: a pause of uk_acknowledge"
