"""What the looks amount to: a verdict for each check, promise and clause, now and on any past day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import router
from django.utils import timezone
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Attestation, Heartbeat, Proof
from onvif_privacy.core.promises.shapes import Check, Kind, Promise, checks, promises


class Verdict(StrEnum):
    """From worst to best. Unproven and stale are never shown as kept."""

    BROKEN = "broken"
    UNPROVEN = "unproven"
    STALE = "stale"
    ATTESTED = "attested"
    KEPT = "kept"

    @property
    def label(self) -> str | LazyText:
        """The verdict in words. The page says "checked", never "compliant"."""
        return {
            Verdict.BROKEN: _("broken"),
            Verdict.UNPROVEN: _("not proven"),
            Verdict.STALE: _("not looked at lately"),
            Verdict.ATTESTED: _("attested"),
            Verdict.KEPT: _("checked"),
        }[self]


_ORDER = tuple(Verdict)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of several; of none, unproven."""
    return min(verdicts, key=_ORDER.index, default=Verdict.UNPROVEN)


@dataclass(frozen=True)
class Standing:
    """Where one promise stands: its verdict, when it was last looked at, and until when a word holds.

    ``holds_until`` is the first moment at which a look is too old or a word has ended; None where nothing holds.
    """

    promise: Promise
    verdict: Verdict
    looked_at: datetime | None
    attested_until: datetime | None = None
    holds_until: datetime | None = None


def _of_check(check: Check, beat: Heartbeat | None, word: Attestation | None, now: datetime) -> Verdict:
    if check.kind is Kind.ATTESTATION:
        return Verdict.ATTESTED if word and now < word.until else Verdict.UNPROVEN
    if beat is None:
        return Verdict.UNPROVEN
    if beat.verdict in (Verdict.BROKEN, Verdict.UNPROVEN):
        return Verdict(beat.verdict)  # neither a finding nor blindness heals by waiting
    if now - beat.looked_at > check.ttl:
        return Verdict.STALE
    return Verdict(beat.verdict)


def _words(now: datetime) -> dict[str, Attestation]:
    rows = Attestation.objects.using(router.db_for_write(Attestation)).filter(until__gt=now).order_by("until")
    return {row.promise: row for row in rows}


def overview(now: datetime | None = None) -> list[Standing]:
    """Return where every declared promise stands, by slug. Two queries."""
    now = now or timezone.now()
    beats = Heartbeat.objects.using(router.db_for_write(Heartbeat)).in_bulk()
    words = _words(now)
    mine: dict[str, list[Check]] = {}
    for check in checks.all():
        mine.setdefault(check.promise.slug, []).append(check)
    found = []
    for promise in promises.all():
        looks = mine.get(promise.slug, [])
        word = words.get(promise.slug)
        verdict = worst(_of_check(check, beats.get(check.name), word, now) for check in looks)
        times = {check: beats[check.name].looked_at for check in looks if check.name in beats}
        until = word.until if word and verdict is Verdict.ATTESTED else None
        ends = [until] if until else []
        if verdict in (Verdict.KEPT, Verdict.ATTESTED):
            ends += [at + check.ttl for check, at in times.items() if check.kind is not Kind.ATTESTATION]
        found.append(Standing(promise, verdict, min(times.values(), default=None), until, min(ends, default=None)))
    return found


def of_promise(slug: str, now: datetime | None = None) -> Standing:
    """Return where one promise stands; raises NotDeclared."""
    promises.get(slug)
    return next(one for one in overview(now) if one.promise.slug == slug)


def of_clause(slug: str, now: datetime | None = None) -> Verdict:
    """Return the worst verdict of a clause's promises; unproven where it has none."""
    return worst(one.verdict for one in overview(now) if one.promise.clause.slug == slug)


def history(clause: str, since: datetime, until: datetime) -> list[Proof]:
    """Return every change of verdict of a clause's checks in a period, oldest first, and the one in force before it."""
    names = [check.name for check in checks.all() if check.promise.clause.slug == clause]
    rows = (
        Proof.objects.using(router.db_for_write(Proof)).filter(check_name__in=names, at__lt=until).order_by("at", "pk")
    )
    before: Mapping[str, Proof] = {row.check_name: row for row in rows if row.at < since}
    return [*before.values(), *(row for row in rows if row.at >= since)]


def verdict_at(clause: str, moment: datetime) -> Verdict:
    """Return what the checks of a clause amounted to at a past moment: the worst of what each had seen last.

    Unproven where one had not looked by then, stale where its last look was too old; words of people are not counted.
    Proofs are append-only, so the answer never changes. Two queries.
    """
    rows = {row.check_name: row for row in history(clause, moment, moment)}
    beats = Heartbeat.objects.using(router.db_for_write(Heartbeat)).in_bulk(list(rows))
    mine = [one for one in checks.all() if one.promise.clause.slug == clause and one.kind is not Kind.ATTESTATION]
    return worst(_seen_at(one, rows.get(one.name), beats.get(one.name), moment) for one in mine)


def _seen_at(check: Check, row: Proof | None, beat: Heartbeat | None, moment: datetime) -> Verdict:
    if row is None:
        return Verdict.UNPROVEN
    # a gap that has ended is a proof of its own; this one may still last
    still = beat is not None and row.verdict == Verdict.KEPT and moment > max(row.at, beat.looked_at) + check.ttl
    return Verdict.STALE if still else Verdict(row.verdict)
