"""How often the bar was shown and what came of it, counted in memory and written once a minute.

Counted are a day (UTC), an event, a language, a version and whether a privacy signal was sent; never who. Grants are
not counted here: their decisions are on record. Source: statement clause ``cookies_choice``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, timedelta
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.models import ChoiceCount
from onvif_privacy.cookies.services.choice import Choice
from onvif_privacy.cookies.services.tally import Tally
from onvif_privacy.cookies.services.visitor import Silent
from onvif_privacy.core.consent import State

Event = ChoiceCount.Event

KEPT_DAYS = 761  # 25 months: what the CNIL allows for measuring an audience
ANSWERS = frozenset({"accept", "decline", "save"})
BAR = ("bar", "dialog")  # what a decision on record names where the bar was answered
CHANGED = "settings"  # the dialog, opened when nothing was asked any more


class Counted(NamedTuple):
    """What a number belongs to."""

    day: date
    event: str
    method: str
    language: str
    policy: int
    gpc: bool


buffer: Tally[Counted] = Tally()


def today() -> date:
    """Return the day that is counted, in UTC, whatever the time zone of the site."""
    return timezone.now().astimezone(UTC).date()


def counts(policy: int) -> bool:
    """Say whether entries are counted: the site has not switched it off, and a policy is published."""
    return conf.STATISTICS and policy > 0


def shown(privacy: Silent, *, language: str, policy: int) -> None:
    """Count one entry on which the bar was seen, under the version that the page was made from."""
    if counts(privacy.declaration.number) and 0 < policy <= privacy.declaration.number:
        _add(Event.SHOWN, "", language, policy, privacy.gpc)


def surface(privacy: Silent, name: str) -> str:
    """Return where a decision came from, as it is recorded: the dialog answers the bar only while something is open."""
    return CHANGED if name == "dialog" and not privacy.open_purposes() else name


def answered(
    privacy: Silent,
    choice: Choice,
    *,
    action: str,
    surface: str,
    fresh: Collection[str],
    language: str,
    policy: int,
    scripted: bool,
) -> None:
    """Count what a decision was, unless it is a grant; an answer without script counts its own entry, too.

    ``privacy`` is the visitor as they were before, ``fresh`` what they granted now.
    """
    number = privacy.declaration.number
    policy = policy if 0 < policy <= number else number
    if not counts(number) or action == "record":
        return
    in_bar = surface in BAR and action in ANSWERS and bool(privacy.open_purposes())
    if in_bar and not scripted:
        _add(Event.SHOWN, "", language, policy, privacy.gpc)
    before = {slug for slug, state in privacy.states().items() if state is State.GRANTED}
    taken = any(not choice.answers[slug].granted for slug in before & choice.answers.keys())
    if taken:
        _add(Event.WITHDRAWN, choice.method, language, policy, privacy.gpc)
    if not fresh and (in_bar or not taken):
        _add(Event.DECLINED if in_bar else Event.ELSEWHERE, choice.method, language, policy, privacy.gpc)


def _add(event: str, method: str, language: str, policy: int, gpc: bool) -> None:
    buffer.add(Counted(today(), str(event), method, language, policy, gpc))


def flush() -> int:
    """Write what was counted; returns the number of rows. What cannot be written is counted again."""
    found = buffer.drain()
    try:
        with transaction.atomic():
            write(found)
    except Exception:
        for counted, number in found.items():
            buffer.add(counted, number)
        raise
    return len(found)


def write(found: Mapping[Counted, int]) -> None:
    """Add numbers to the table."""
    for counted, number in sorted(found.items()):  # in one order, so that two processes do not wait for each other
        if _increase(counted, number):
            continue
        try:
            with transaction.atomic():
                ChoiceCount.objects.create(**counted._asdict(), number=number)
        except IntegrityError:  # another process was first
            _increase(counted, number)


def _increase(counted: Counted, number: int) -> int:
    return ChoiceCount.objects.filter(**counted._asdict()).update(number=F("number") + number)


def ended() -> QuerySet[ChoiceCount]:
    """Return the counts that are older than 25 months."""
    return ChoiceCount.objects.filter(day__lt=today() - timedelta(days=KEPT_DAYS))
