"""Figures of a quarter: worked out from rows that nothing changes, protected, and published by a person for good."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from onvif_privacy.core import ledger
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.counts import Table, protect
from onvif_privacy.core.ledger import canonical
from onvif_privacy.enquiries.models import ClauseLink, Enquiry, Kind, Outcome, Publication, State, Transition
from onvif_privacy.enquiries.services.acts import VERIFY
from onvif_privacy.enquiries.services.clauses import title_of
from onvif_privacy.enquiries.services.clock import months_later
from onvif_privacy.enquiries.services.states import NotNow, by, digest, using

MONTHS, SHOWN = 3, 8
NO_CLAUSE = "-"
DAY = timedelta(days=1)
OUTCOMES = [str(one) for one in Outcome if one]


def quarter_of(day: date) -> date:
    """Return the first day of the quarter of a day."""
    return date(day.year, (day.month - 1) // MONTHS * MONTHS + 1, 1)


def quarter_at(moment: datetime) -> date:
    """Return the first day of the quarter of a moment, in the site's zone."""
    return quarter_of(timezone.localdate(moment, timezone.get_default_timezone()))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())


@dataclass(frozen=True)
class Determination:
    """One determination: its outcome, the clause it was tied to first, and the whole days that it took."""

    outcome: str
    clause: str
    days: int


def _moves(enquiries: Iterable[Any]) -> dict[Any, list[Transition]]:
    found: dict[Any, list[Transition]] = {}
    rows = Transition.objects.using(using()).filter(enquiry__in=list(enquiries)).order_by("number")
    for one in rows:
        found.setdefault(one.enquiry_id, []).append(one)
    return found


def _in(first: date, state: str) -> list[Transition]:
    rows = Transition.objects.using(using()).filter(after=state)
    return list(
        rows.filter(at__gte=_midnight(first), at__lt=_midnight(months_later(first, MONTHS))).order_by("at", "pk")
    )


BEGINS: dict[str, set[tuple[str, str]]] = {
    State.DETERMINED: {("", State.RECEIVED), (State.CLOSED, State.INVESTIGATING)},
    State.REMEDIED: {(State.INVESTIGATING, State.DETERMINED)},
}


def _days(moves: Sequence[Transition], move: Transition) -> int:
    """Return the whole days that a move took, since the last move with which its clock began."""
    begun = next(
        one.at for one in reversed(moves) if one.number < move.number and (one.before, one.after) in BEGINS[move.after]
    )
    return (move.at - begun) // DAY


def _determinations(first: date) -> list[Determination]:
    rows = _in(first, State.DETERMINED)
    moves, links = _moves({one.enquiry_id for one in rows}), dict[Any, list[ClauseLink]]()
    for link in ClauseLink.objects.using(using()).filter(enquiry__in=list(moves)).order_by("at", "slug"):
        links.setdefault(link.enquiry_id, []).append(link)
    found = []
    for one in rows:
        tied = [link.slug for link in links.get(one.enquiry_id, ()) if link.at <= one.at]
        took = _days(moves[one.enquiry_id], one)
        found.append(Determination(one.outcome, tied[0] if tied else NO_CLAUSE, took))
    return found


def _days_to_remedy(first: date) -> list[int]:
    rows = _in(first, State.REMEDIED)
    moves = _moves({one.enquiry_id for one in rows})
    return [_days(moves[one.enquiry_id], one) for one in rows]


def _spread(days: Sequence[int], k: int) -> dict[str, int] | None:
    """Return median and 95th percentile of whole days (the nearest rank); None for fewer than k."""
    if len(days) < max(k, 1):
        return None
    ranked = sorted(days)
    return {name: ranked[math.ceil(share * len(ranked)) - 1] for name, share in (("median", 0.5), ("p95", 0.95))}


def _received(first: date, as_of: datetime) -> Counter[str]:
    rows = Enquiry.objects.using(using()).filter(
        received_at__gte=_midnight(first), received_at__lt=_midnight(months_later(first, MONTHS))
    )
    meant_for_nobody = Transition.objects.using(using()).filter(
        before=State.RECEIVED, after=State.CLOSED, at__lte=as_of
    )
    return Counter(rows.exclude(pk__in=meant_for_nobody.values("enquiry")).values_list("kind", flat=True))


def _open_at(moment: datetime) -> int:
    """Return how many were open at a moment: received by then, and whose last move by then did not close them."""
    last: dict[Any, str] = {}
    rows = Transition.objects.using(using()).filter(at__lt=moment).order_by("enquiry", "number")
    for enquiry, after in rows.values_list("enquiry", "after").iterator():
        last[enquiry] = after
    return sum(after != State.CLOSED for after in last.values())


def figures(first: date, *, as_of: datetime, k: int) -> dict[str, Any]:
    """Return the figures of the quarter that begins on ``first``; None stands for what is not shown.

    Read from moves, ties and the day of receipt, which nothing changes; so a recount gives the same. How many were open
    is rounded down to a multiple of k: exact numbers of two quarters would tell the difference.
    """
    kinds, decided = _received(first, as_of), _determinations(first)
    outcomes, slugs = Counter(one.outcome for one in decided), Counter(one.clause for one in decided)
    (by_kind,) = protect([Table(("kind",), {(str(kind),): kinds[kind] for kind in Kind})], k)
    tables = [
        Table(("outcome",), {(name,): outcomes[name] for name in OUTCOMES}),
        Table(("clause",), {(slug,): number for slug, number in sorted(slugs.items())} or {(NO_CLAUSE,): 0}),
    ]
    by_outcome, by_clause = protect(tables, k)
    still_open = _open_at(_midnight(months_later(first, MONTHS)))
    return {
        "received": {place[0]: number for place, number in by_kind.cells.items()},
        "determined": {place[0]: number for place, number in by_outcome.cells.items()},
        "clauses": {place[0]: number for place, number in by_clause.cells.items()},
        "days_to_determine": _spread([one.days for one in decided], k),
        "days_to_remedy": _spread(_days_to_remedy(first), k),
        "open": still_open - still_open % k if still_open >= k else None,
        "k": k,
    }


def figures_digest(first: date, found: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of figures with their quarter."""
    lines = [[name, sorted_pairs(value)] for name, value in sorted(found.items())]
    return digest(canonical({"figures": lines, "quarter": first.isoformat(), "v": 1}))


def sorted_pairs(value: Any) -> Any:
    """Return a dictionary as a sorted list of pairs: its keys are clauses, which need not fit the ledger's names."""
    return [[key, value[key]] for key in sorted(value)] if isinstance(value, Mapping) else value


def publish(*, quarter: date, actor: AbstractBaseUser, now: datetime | None = None) -> Publication:
    """Publish the figures of a quarter that is over, once. Raises PermissionDenied, NotNow."""
    if not actor.has_perm(VERIFY):  # type: ignore[attr-defined]
        raise PermissionDenied
    now, first = now or timezone.now(), quarter_of(quarter)
    if _midnight(months_later(first, MONTHS)) > now:
        raise NotNow("This quarter is not over.")
    with transaction.atomic(using=using()):
        if Publication.objects.using(using()).filter(quarter=first).exists():
            raise NotNow("The figures of this quarter are published.")
        found = figures(first, as_of=now, k=house.K)
        made = Publication(
            quarter=first,
            figures=found,
            digest=figures_digest(first, found),
            published_by=by(actor),
            published_at=now,
        )
        made.save(using=using())
        payload = {"quarter": first.isoformat(), "digest": made.digest}
        ledger.record("enquiries.published", payload=payload, actor=actor)
    return made


def waiting(now: datetime) -> list[date]:
    """Return the quarters that are over, in which something came, and whose figures nobody has published yet."""
    first = Enquiry.objects.using(using()).order_by("received_at").values_list("received_at", flat=True).first()
    if first is None:
        return []
    known = set(Publication.objects.using(using()).values_list("quarter", flat=True))
    zone = timezone.get_default_timezone()
    at, found = quarter_of(timezone.localdate(first, zone)), list[date]()
    while _midnight(months_later(at, MONTHS)) <= now:
        if at not in known:
            found.append(at)
        at = months_later(at, MONTHS)
    return found


@dataclass(frozen=True)
class Shown:
    """One published quarter as the page prints it: rows of words and number, None where it is not shown."""

    quarter: date
    received: list[tuple[str, int | None]]
    outcomes: list[tuple[str, int | None]]
    clauses: list[tuple[str, int | None]]
    figures: Mapping[str, Any]
    published_at: datetime


def _rows(cells: Mapping[str, Any], names: Iterable[tuple[str, Any]]) -> list[tuple[str, int | None]]:
    return [(str(label), cells[name]) for name, label in names if name in cells]


def shown() -> list[Shown]:
    """Return the published quarters, the newest first, in the reader's language. One query."""
    found = []
    for one in Publication.objects.using(using()).order_by("-quarter")[:SHOWN]:
        cells = one.figures
        slugs = [(slug, title_of(slug)) for slug in cells["clauses"] if slug not in ("*", NO_CLAUSE)]
        found.append(
            Shown(
                one.quarter,
                _rows(cells["received"], [(str(kind), kind.label) for kind in Kind]),
                _rows(cells["determined"], [(str(one), one.label) for one in Outcome if one]),
                sorted(_rows(cells["clauses"], slugs)),
                cells,
                one.published_at,
            )
        )
    return found


__all__ = ["figures", "figures_digest", "publish", "quarter_of", "shown", "waiting"]
