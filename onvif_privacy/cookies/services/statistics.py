"""What came of the bar, by day, language and version: for staff, as a page and as a file.

The denominator is entries, not people. Grants are read from decisions and are exact; the rest is `counting`'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from onvif_privacy.cookies.models import ChoiceCount, PolicyText
from onvif_privacy.cookies.services import counting
from onvif_privacy.core.models import Decision, Method, Outcome
from onvif_privacy.core.registry import purposes

PERIODS = (30, 90, 396)
PREFIX = "policy-"

Event = ChoiceCount.Event


@dataclass
class Numbers:
    """What is counted. ``recorded`` entries and ``unseen`` ones together were accepted, chosen, declined, or left."""

    recorded: int = 0
    gpc: int = 0
    accepted: int = 0
    chosen: int = 0
    declined: int = 0
    elsewhere: int = 0
    withdrawn: int = 0
    left: int = field(default=0, init=False)
    unseen: int = field(default=0, init=False)

    @property
    def answered(self) -> int:
        """Entries that ended in an answer."""
        return self.accepted + self.chosen + self.declined

    @property
    def shown(self) -> int:
        """The denominator: entries counted, and answers whose entry was not (lost with a process, or blocked)."""
        return self.recorded + self.unseen

    def settle(self) -> None:
        """Say how many entries were left without a choice, and how many answers came without a counted entry."""
        self.left = max(0, self.recorded - self.answered)
        self.unseen = max(0, self.answered - self.recorded)

    def share(self, number: int) -> str:
        """Return a share of the denominator in per cent, ``–`` where there is none."""
        return f"{100 * number / self.shown:.1f} %" if self.shown else "–"

    @property
    def share_granted(self) -> str:
        """Entries that ended in a grant of anything."""
        return self.share(self.accepted + self.chosen)

    @property
    def share_left(self) -> str:
        """Entries that ended without a choice."""
        return self.share(self.left)


@dataclass(frozen=True, order=True)
class Place:
    """What a row is about."""

    day: date
    language: str
    policy: int


@dataclass(frozen=True)
class Report:
    """Rows by day, language and version, newest first, and their sums."""

    first: date
    last: date
    rows: tuple[tuple[Place, Numbers], ...]
    days: tuple[tuple[date, Numbers], ...]
    total: Numbers


def report(days: int) -> Report:
    """Count the last ``days`` days (UTC), today included. Three queries."""
    last = counting.today()
    first = last - timedelta(days=days - 1)
    found: dict[Place, Numbers] = defaultdict(Numbers)
    words = _Words()
    for one in ChoiceCount.objects.filter(day__range=(first, last)):
        numbers = found[Place(one.day, words.language(one.policy, one.language), one.policy)]
        _add(numbers, one)
    for place, name, number in _grants(first, last, words):
        setattr(found[place], name, getattr(found[place], name) + number)
    for numbers in found.values():
        numbers.settle()
    every = [first + timedelta(days=number) for number in range(days)]
    by_day = tuple((day, _sum(numbers for place, numbers in found.items() if place.day == day)) for day in every)
    rows = tuple(sorted(found.items(), key=lambda row: (-row[0].day.toordinal(), row[0].language, row[0].policy)))
    return Report(first, last, rows, by_day, _sum(found.values()))


def _add(numbers: Numbers, one: ChoiceCount) -> None:
    if one.event == Event.SHOWN:
        numbers.recorded += one.number
        numbers.gpc += one.number if one.gpc else 0
    elif one.event == Event.DECLINED:
        numbers.declined += one.number
    elif one.event == Event.ELSEWHERE:
        numbers.elsewhere += one.number
    elif one.event == Event.WITHDRAWN:
        numbers.withdrawn += one.number


def _sum(several: Iterable[Numbers]) -> Numbers:
    total = Numbers()
    for numbers in several:
        for one in fields(Numbers):
            setattr(total, one.name, getattr(total, one.name) + getattr(numbers, one.name))
    return total


class _Words:
    """In which language something was shown. Where a text falls back to another one, both are that language."""

    def __init__(self) -> None:
        self._by_language: dict[tuple[int, str], str] = {}
        self._by_notice: dict[tuple[int, str], str] = {}
        texts = PolicyText.objects.order_by("version__number", "language")
        for number, language, banner, dialog in texts.values_list(
            "version__number", "language", "banner_id", "dialog_id"
        ):
            one = self._by_notice.setdefault((number, banner), language)
            self._by_notice.setdefault((number, dialog), one)
            self._by_language[number, language] = one

    def language(self, policy: int, language: str) -> str:
        """Return the language that a bar in ``language`` spoke."""
        return self._by_language.get((policy, language), language)

    def of_notice(self, policy: int, notice: str) -> str:
        """Return the language of the words that a decision rests on."""
        return self._by_notice.get((policy, notice), "")


def _grants(first: date, last: date, words: _Words) -> Iterator[tuple[Place, str, int]]:
    """Yield every choice that granted something, counted once however many purposes it granted."""
    start = datetime.combine(first, time.min, UTC)
    rows = (
        Decision.objects.filter(
            purpose__in=[purpose.slug for purpose in purposes.all() if purpose.device],
            decided_at__range=(start, datetime.combine(last, time.max, UTC)),
            outcome=Outcome.GRANTED,
            method__in=(Method.ACCEPT_ALL, Method.CHOSEN),
            context_reference__startswith=PREFIX,
        )
        .annotate(day=TruncDate("decided_at", tzinfo=UTC))
        .values("day", "method", "surface", "context_reference", "notice_id")
        .annotate(number=Count("key", distinct=True))
        .order_by()
    )
    for row in rows:
        policy = int(row["context_reference"].removeprefix(PREFIX))
        place = Place(row["day"], words.of_notice(policy, row["notice_id"]), policy)
        name = "accepted" if row["method"] == Method.ACCEPT_ALL else "chosen"
        if policy:  # what was granted before the first publishing was not counted
            yield place, name if row["surface"] in counting.BAR else "elsewhere", row["number"]


def unit() -> str:
    """Return what an entry is here: without referrers every page looks like one."""
    policy: Any = settings.SECURE_REFERRER_POLICY or ""  # a text, a list, or None
    names = [name.strip() for name in policy.split(",")] if isinstance(policy, str) else list(policy)
    return _("pages") if names[-1:] == ["no-referrer"] else _("entries")


COLUMNS = ("accepted", "chosen", "declined", "left", "gpc", "unseen", "elsewhere", "withdrawn")


def table(found: Report) -> Iterator[tuple[object, ...]]:
    """Yield the numbers as lines of a file, the names of the columns first."""
    yield ("day", "language", "version", "shown", *COLUMNS)
    for place, numbers in found.rows:
        yield (place.day, place.language, place.policy, numbers.shown, *(getattr(numbers, name) for name in COLUMNS))
