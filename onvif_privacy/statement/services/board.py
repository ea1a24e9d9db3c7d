"""Where each clause stands, for staff: what is wrong first, with everything that leads to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import router
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from onvif_privacy.core import promises
from onvif_privacy.core.models import Attestation, Heartbeat, Proof
from onvif_privacy.core.promises import Check, Kind, Looked, Standing, Verdict
from onvif_privacy.statement.conf import conf
from onvif_privacy.statement.services import keeping, reading, standing, status
from onvif_privacy.statement.services.keeping import Line
from onvif_privacy.statement.services.sentences import sentences
from onvif_privacy.statement.services.standing import ClauseStanding

SOON = timedelta(days=30)
DAYS = timedelta(days=90)
NEWEST = 50
_ORDER = tuple(Verdict)


@dataclass(frozen=True)
class Row:
    """One clause with its title in the reader's language."""

    title: str
    clause: ClauseStanding


@dataclass(frozen=True)
class Score:
    """What the saboteurs of the last build did; ``at`` is when, in aware UTC."""

    planted: int
    caught: int
    slipped: tuple[str, ...]
    at: datetime | None


@dataclass(frozen=True)
class Board:
    """The whole page. ``rows`` begin with the worst; ``oldest`` is the look that is furthest back.

    ``score`` is None where no build left one, ``signed_at`` where nothing was signed.
    """

    rows: Sequence[Row]
    counts: Sequence[tuple[Verdict, int]]
    oldest: datetime | None
    lapsing: Sequence[Attestation]
    unbound: Sequence[Line]
    score: Score | None
    signed_at: datetime | None
    is_public: bool


def board(language: str, now: datetime | None = None) -> Board | None:
    """Return what the board shows; None while no statement is in force. A fixed number of queries."""
    now, found = now or timezone.now(), status.authoritative()
    if found is None:
        return None
    titles = titles_in(language)
    clauses = standing.clauses(sentences(found.text.source), now)
    rows = [Row(titles.get(one.slug, one.slug), one) for one in clauses]
    rows.sort(key=lambda row: _ORDER.index(row.clause.verdict))
    newest = status.newest() if conf.PUBLIC else None
    return Board(
        rows=rows,
        counts=[(verdict, sum(one.verdict is verdict for one in clauses)) for verdict in Verdict],
        oldest=min((one.proved_at for one in clauses if one.proved_at), default=None),
        lapsing=lapsing(now),
        unbound=[line for line in keeping.lines_of(found.version) if not line.kept.is_bound],
        score=score(),
        signed_at=newest.at if newest else None,
        is_public=conf.PUBLIC,
    )


def titles_in(language: str) -> dict[str, str]:
    """Return the titles of the clauses in force, by slug."""
    found = reading.current(language)
    return {one.slug: one.title for one in reading.clauses(found.text.words)} if found else {}


def lapsing(now: datetime, within: timedelta = SOON) -> list[Attestation]:
    """Return the words of people that end soon and that no later word of the same promise follows; one query."""
    rows = Attestation.objects.using(router.db_for_write(Attestation)).filter(until__gt=now).order_by("until")
    last = {row.promise: row for row in rows}
    return [row for row in last.values() if row.until <= now + within]


def score() -> Score | None:
    """Return what ``privacy_check --saboteurs --json`` of the last build said; None where its file says nothing."""
    try:
        said = json.loads(Path(conf.SABOTEURS).read_text(encoding="utf-8")) if conf.SABOTEURS else {}
        found = said.get("saboteurs")
        at = parse_datetime(said["generated_at"]) if found else None
        return Score(int(found["planted"]), int(found["caught"]), tuple(found["slipped"]), at) if found else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


@dataclass(frozen=True)
class Seen:
    """One check: when it last looked and at how much; ``proof`` holds what it found when its verdict last changed."""

    check: Check
    beat: Heartbeat | None
    proof: Proof | None

    @property
    def says(self) -> Verdict:
        """What it saw last; unproven before the first look."""
        return Verdict(self.beat.verdict) if self.beat else Verdict.UNPROVEN


@dataclass(frozen=True)
class Opened:
    """A clause opened: its promises with their checks, and the changes of 90 days, the newest first."""

    title: str
    promises: Sequence[tuple[Standing, Sequence[Seen]]]
    missing: Sequence[str]
    history: Sequence[Proof]


def opened(slug: str, language: str, now: datetime | None = None) -> Opened | None:
    """Return one clause of the statement in force; None where it has none of that name."""
    now, found, titles = now or timezone.now(), status.authoritative(), titles_in(language)
    if found is None or slug not in titles:
        return None
    wanted = promises_of(slug)
    standings = {one.promise.slug: one for one in promises.overview(now) if one.promise.slug in wanted}
    checks = [one for one in promises.checks.all() if one.promise.slug in standings]
    names = [one.name for one in checks]
    beats = Heartbeat.objects.using(router.db_for_write(Heartbeat)).in_bulk(names)
    proofs = list(Proof.objects.using(router.db_for_write(Proof)).filter(check_name__in=names).order_by("at", "pk"))
    last = {row.check_name: row for row in proofs}
    seen = [Seen(check, beats.get(check.name), last.get(check.name)) for check in checks]
    rows = [(one, [each for each in seen if each.check.promise is one.promise]) for one in standings.values()]
    rows.sort(key=lambda row: _ORDER.index(row[0].verdict))
    recent = [row for row in reversed(proofs) if row.at > now - DAYS][:NEWEST]
    return Opened(titles[slug], rows, sorted(wanted - set(standings)), recent)


def promises_of(slug: str) -> set[str]:
    """Return the promises that keep sentences of a clause of the statement in force."""
    found = status.authoritative()
    clauses = standing.clauses(sentences(found.text.source)) if found else []
    return next((set(one.promises) for one in clauses if one.slug == slug), set())


def look_now(slug: str) -> list[Looked]:
    """Run every check of a clause's promises and keep what they saw; outside any transaction."""
    wanted = promises_of(slug)
    checks = [one for one in promises.checks.all() if one.promise.slug in wanted and one.kind is not Kind.ATTESTATION]
    return list(promises.run_checks(checks))
