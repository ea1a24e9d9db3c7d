"""The clocks of an enquiry: which run, until when, which are late. Worked out from rows, never counted down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connections, router
from django.utils import timezone

from onvif_privacy.core.models import Subject
from onvif_privacy.enquiries.models import ClockPause, ClockRule, Enquiry, Holiday, Kind
from onvif_privacy.enquiries.services import clock

Event, Unit, Applies = ClockRule.Event, ClockRule.Unit, ClockRule.Applies
STAGES = (50, 75, 90, 100)  # per cent of the time, at which staff are told

# What ships; the owner reads each row, changes what is theirs to decide, and confirms it.
SHIPPED: tuple[dict[str, Any], ...] = (
    {
        "slug": "uk_acknowledge",
        "begins": Event.RECEIVED,
        "ends": Event.ACKNOWLEDGED,
        "amount": 30,
        "unit": Unit.DAYS,
        "start": "next_day",
        "statutory": True,
        "source": "UK Data Protection Act 2018, s. 164A (Data (Use and Access) Act 2025, s. 103)",
    },
    {
        "slug": "uk_outcome",
        "begins": Event.RECEIVED,
        "ends": Event.DETERMINED,
        "amount": None,
        "unit": Unit.DAYS,
        "start": "next_day",
        "statutory": True,
        "source": "the same: “without undue delay”; the owner sets the number",
    },
    {
        "slug": "gdpr_rights",
        "applies": Applies.RIGHTS,
        "begins": Event.RECEIVED,
        "ends": Event.DETERMINED,
        "amount": 1,
        "unit": Unit.MONTHS,
        "start": "next_day",
        "statutory": True,
        "source": "GDPR Art. 12(3)",
    },
    {
        "slug": "eu_us_dpf",
        "begins": Event.RECEIVED,
        "ends": Event.DETERMINED,
        "amount": 45,
        "unit": Unit.DAYS,
        "start": "next_day",
        "statutory": True,
        "source": "EU-U.S. Data Privacy Framework principles, supplemental principle 11(d)(i)",
    },
    {
        "slug": "house_acknowledge",
        "applies": Applies.ALL,
        "begins": Event.RECEIVED,
        "ends": Event.ACKNOWLEDGED,
        "amount": 1,
        "unit": Unit.MINUTES,
        "start": "instant",
        "source": "“promptly”, as the owner means it",
    },
    {
        "slug": "house_determine",
        "begins": Event.RECEIVED,
        "ends": Event.DETERMINED,
        "amount": 10,
        "unit": Unit.BUSINESS_DAYS,
        "start": "next_day",
        "pausable": True,
        "source": "“promptly”, as the owner means it",
    },
    {
        "slug": "house_remedy",
        "begins": Event.DETERMINED,
        "ends": Event.REMEDIED,
        "amount": 20,
        "unit": Unit.BUSINESS_DAYS,
        "start": "next_day",
        "pausable": True,
        "source": "“promptly”, as the owner means it",
    },
)


@dataclass(frozen=True)
class Clock:
    """One clock of one enquiry. ``due`` None: the owner has not set how long; ``ended`` None: it runs."""

    rule: ClockRule
    begun: datetime
    due: datetime | None
    ended: datetime | None

    def is_late(self, now: datetime) -> bool:
        """Whether it has run out, or had when what it waits for happened."""
        return self.due is not None and (self.ended or now) > self.due

    def used(self, now: datetime) -> int:
        """Return the share of the time that is used, in per cent, rounded down to one of `STAGES`; 0 below."""
        if self.due is None or self.ended is not None:
            return 0
        share = (now - self.begun) / (self.due - self.begun) * 100 if self.due > self.begun else 100
        return max((stage for stage in STAGES if share >= stage), default=0)


@dataclass(frozen=True)
class Calendar:
    """Everything that clocks depend on besides the enquiry; read once for many."""

    rules: tuple[ClockRule, ...]
    holidays: frozenset[date]
    zone: tzinfo

    @classmethod
    def present(cls) -> Calendar:
        """Read it; two queries."""
        rules = ClockRule.objects.using(router.db_for_write(ClockRule)).filter(is_on=True)
        days = Holiday.objects.using(router.db_for_write(Holiday)).values_list("day", flat=True)
        return cls(tuple(rules), frozenset(days), timezone.get_default_timezone())


def make_rules(using: str = "default", **kwargs: object) -> None:
    """Make the clocks that ship and are missing; what an owner has changed stays."""
    if not router.allow_migrate_model(using, ClockRule):
        return
    if ClockRule._meta.db_table not in connections[using].introspection.table_names():
        return
    known = set(ClockRule.objects.using(using).values_list("slug", flat=True))
    missing = [ClockRule(**one) for one in SHIPPED if one["slug"] not in known]
    ClockRule.objects.using(using).bulk_create(missing, ignore_conflicts=True)


def _applies(rule: ClockRule, enquiry: Enquiry) -> bool:
    if enquiry.quarantined and rule.ends == Event.ACKNOWLEDGED and not rule.statutory:
        return False  # whoever sent it was told that somebody looks at it first
    if rule.begins == Event.DETERMINED and not enquiry.is_right:
        return False
    if rule.applies == Applies.RIGHTS:
        return enquiry.rights_request
    return rule.applies == Applies.ALL or enquiry.kind == Kind.COMPLAINT


def _event(enquiry: Enquiry, name: str) -> datetime | None:
    moment: datetime | None = getattr(enquiry, f"{name}_at")
    return moment


def _clock(rule: ClockRule, enquiry: Enquiry, paused: Iterable[date], calendar: Calendar) -> Clock | None:
    begun = _event(enquiry, rule.begins)
    if rule.begins == Event.RECEIVED and rule.ends != Event.ACKNOWLEDGED:
        begun = enquiry.begun_at  # opened again, it is determined anew; it was acknowledged once
    if begun is None or not _applies(rule, enquiry):
        return None
    ended = _event(enquiry, rule.ends)
    if ended is None and not enquiry.is_open:
        ended = enquiry.closed_at  # a comment that was answered
    if rule.amount is None:
        return Clock(rule, begun, None, ended)
    until = clock.due(
        begun,
        rule.amount,
        rule.unit,
        next_day=rule.start == ClockRule.Start.NEXT_DAY,
        zone=calendar.zone,
        holidays=calendar.holidays,
        paused=set(paused) if rule.pausable else (),
    )
    return Clock(rule, begun, until, ended)


def _paused(enquiry: Enquiry, pauses: Iterable[ClockPause]) -> dict[Any, list[date]]:
    return {
        one.rule_id: [one.since + timedelta(days=number) for number in range(one.days)]
        for one in pauses
        if one.turn == enquiry.turn
    }


def clocks_of(
    enquiry: Enquiry, *, calendar: Calendar | None = None, pauses: Iterable[ClockPause] | None = None
) -> list[Clock]:
    """Return the clocks of an enquiry, the nearest end first. Three queries, none where both are given."""
    calendar = calendar or Calendar.present()
    if pauses is None:
        pauses = ClockPause.objects.using(router.db_for_write(ClockPause)).filter(enquiry=enquiry)
    paused = _paused(enquiry, pauses)
    found = [_clock(rule, enquiry, paused.get(rule.pk, ()), calendar) for rule in calendar.rules]
    return sorted((one for one in found if one), key=lambda one: (one.due is None, one.due or one.begun, one.rule.slug))


def nearest(
    enquiry: Enquiry, *, calendar: Calendar | None = None, pauses: Iterable[ClockPause] | None = None
) -> datetime | None:
    """Return when the first running clock of an enquiry ends; None where none runs."""
    if not enquiry.is_open:
        return None
    running = [one.due for one in clocks_of(enquiry, calendar=calendar, pauses=pauses) if one.ended is None]
    return next((one for one in running if one is not None), None)


def told(
    enquiry: Enquiry, *, calendar: Calendar | None = None, pauses: Iterable[ClockPause] | None = None
) -> list[Clock]:
    """Return what the person is told of the clocks: of those that run, the nearest end of each event."""
    found: dict[str, Clock] = {}
    for one in clocks_of(enquiry, calendar=calendar, pauses=pauses):
        if one.ended is None and one.due is not None:
            found.setdefault(one.rule.ends, one)
    return list(found.values())


def paused_of(enquiries: Sequence[Enquiry]) -> dict[Any, list[ClockPause]]:
    """Return the pauses of many enquiries by enquiry; one query."""
    found: dict[Any, list[ClockPause]] = {one.pk: [] for one in enquiries}
    for pause in ClockPause.objects.using(router.db_for_write(ClockPause)).filter(enquiry__in=list(found)):
        found[pause.enquiry_id].append(pause)
    return found


def refresh(at_once: int = 500) -> int:
    """Work out anew when each open enquiry is due, after a clock or a holiday was changed; returns how many moved."""
    calendar, moved, using = Calendar.present(), 0, router.db_for_write(Enquiry)
    keys = list(Enquiry.objects.using(using).open().values_list("pk", flat=True))
    for start in range(0, len(keys), at_once):
        rows = list(Enquiry.objects.using(using).filter(pk__in=keys[start : start + at_once]))
        pauses = paused_of(rows)
        for one in rows:
            until = nearest(one, calendar=calendar, pauses=pauses[one.pk])
            if until != one.due_at:
                # only where nobody has moved it meanwhile
                same = Enquiry.objects.using(using).filter(pk=one.pk, state=one.state, due_at=one.due_at)
                moved += same.update(due_at=until)
    return moved


def confirm(rule: ClockRule, *, actor: AbstractBaseUser) -> None:
    """Take note that somebody has read a clock and its source."""
    rule.confirmed_by, rule.confirmed_on = Subject.objects.for_user(actor).reference, timezone.localdate()
    rule.save(update_fields=["confirmed_by", "confirmed_on"])


__all__ = ["SHIPPED", "Calendar", "Clock", "clocks_of", "confirm", "make_rules", "nearest", "refresh"]
