"""Public numbers of requests: how many were answered in the last four quarters, in time or late; small ones hidden.

Only quarters that are over are shown, and a request counts in the one in which it was answered. So no number changes
afterwards, and two looks at the page differ by nobody.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.counts import TOTAL, Protected, Table, protect
from onvif_privacy.rights.models import Kind, Request, State
from onvif_privacy.rights.services.clock import later
from onvif_privacy.rights.services.requests.states import using, zone

QUARTERS = 4
MONTHS = 3
OUTCOMES: dict[str, str | LazyText] = {
    "in_time": _("answered in time"),
    "late": _("answered late"),
    "refused": _("refused with a reason"),
    "withdrawn": _("withdrawn by the person"),
}
ANSWERED = {State.REFUSED: "refused", State.WITHDRAWN: "withdrawn"}


@dataclass(frozen=True)
class Row:
    """One line of the page: a kind of request, an outcome, or all; a number for each quarter, None where hidden."""

    label: str | LazyText
    numbers: tuple[int | None, ...]


@dataclass(frozen=True)
class Numbers:
    """What the page shows: the first day of each quarter, newest first, what was asked and how it was answered.

    ``overdue`` is how many wait beyond their day now; None where it is hidden.
    """

    firsts: tuple[date, ...]
    kinds: tuple[Row, ...]
    outcomes: tuple[Row, ...]
    overdue: int | None
    k: int


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone())


def _outcome(request: Request) -> str:
    if request.state in ANSWERED:
        return ANSWERED[State(request.state)]
    return "in_time" if timezone.localdate(request.state_at, zone()) <= request.last_day else "late"


def _quarter(first: date) -> tuple[Protected, Protected]:
    """Return how many requests of each kind, and with each outcome, were answered in a quarter."""
    closed = Request.objects.using(using()).filter(state__in=[State.DONE, *ANSWERED])
    rows = closed.filter(state_at__gte=_midnight(first), state_at__lt=_midnight(later(first, MONTHS)))
    kinds, outcomes = Counter[str](), Counter[str]()
    for one in rows.iterator():
        kinds[str(one.kind)] += 1
        outcomes[_outcome(one)] += 1
    asked = Table(("kind",), {(str(kind),): kinds[str(kind)] for kind in Kind})
    answered = Table(("outcome",), {(outcome,): outcomes[outcome] for outcome in OUTCOMES})
    by_kind, by_outcome = protect([asked, answered], house.K)
    return by_kind, by_outcome


def numbers(*, now: datetime) -> Numbers:
    """Return the numbers as they may be published; one query for each quarter and one for what is overdue."""
    today = timezone.localdate(now, zone())
    at = date(today.year, (today.month - 1) // MONTHS * MONTHS + 1, 1)
    firsts = tuple(later(at, -MONTHS * number) for number in range(1, QUARTERS + 1))
    found = [_quarter(first) for first in firsts]
    labels: dict[str, str | LazyText] = {str(kind): kind.label for kind in Kind}

    def row(name: str, label: str | LazyText, table: int) -> Row:
        return Row(label, tuple(one[table].cells[(name,)] for one in found))

    kinds = (*(row(name, label, 0) for name, label in labels.items()), row(TOTAL, _("all"), 0))
    outcomes = tuple(row(name, label, 1) for name, label in OUTCOMES.items())
    running = Request.objects.using(using()).running().only("due_on", "extended_to")
    overdue = sum(one.last_day < today for one in running)
    hidden = 0 < overdue < house.K
    return Numbers(firsts, kinds, outcomes, None if hidden else overdue, house.K)
