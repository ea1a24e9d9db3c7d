"""From cases to a published report: drafted by anybody who may, signed off by two, and fixed from then on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import router, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core import ledger
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.ledger.seals import sign
from onvif_privacy.disclosures.models import (
    Block,
    Case,
    Gag,
    HandOver,
    Notice,
    NoticeMode,
    Regime,
    ReportRelease,
    Review,
    Scope,
    ScopeItem,
)
from onvif_privacy.disclosures.services.transparency.columns import ALL, bounds
from onvif_privacy.disclosures.services.transparency.counting import Fact, Line, counted
from onvif_privacy.disclosures.services.transparency.files import CSV_NAME, JSON_NAME, as_csv, as_datapackage, as_json
from onvif_privacy.disclosures.services.transparency.protecting import Release, Shown, released

PUBLISH: Final = "onvif_privacy_disclosures.publish_report"
APPROVE: Final = "onvif_privacy_disclosures.approve_disclosure"
OFFICER: Final = "onvif_privacy_disclosures.officer_disclosure"
_AT_ONCE: Final = 2000
_OUTCOMES: Final = {
    Case.Outcome.FULL: "disclosed",
    Case.Outcome.PARTIAL: "disclosed",
    Case.Outcome.NO_DATA: "no_data",
    Case.Outcome.PRESERVED: "preserved",
    Case.Outcome.REFUSED: "refused",
    Case.Outcome.INCOMPLETE: "incomplete",
    Case.Outcome.WITHDRAWN: "withdrawn",
    Case.Outcome.FRAUDULENT: "fraudulent",
}


class NotPublished(Exception):
    """The report cannot be published like this."""


def using() -> str:
    """Return the database of reports."""
    return router.db_for_write(ReportRelease)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


class _Details:
    """What is asked of many cases at once: a query for each kind of thing, whatever their number."""

    def __init__(self, cases: list[Case]) -> None:
        keys = [case.pk for case in cases]
        self.first: dict[Any, HandOver] = {}
        self.recalled: set[Any] = set()
        for made in HandOver.objects.using(using()).filter(case__in=keys).order_by("-at"):
            self.first[made.case_id] = made
            if made.recalled_at is not None:
                self.recalled.add(made.case_id)
        self.scopes = {
            one.pk: one for one in Scope.objects.using(using()).filter(pk__in=[case.scope_id for case in cases])
        }
        self.asked: dict[Any, set[str]] = {}
        self.matched: dict[Any, set[str]] = {}
        self.refused: set[Any] = set()
        items = ScopeItem.objects.using(using()).filter(scope__in=list(self.scopes)).order_by()
        for scope, tag, key, verdict in items.values_list("scope", "tag", "position", "verdict"):
            self.asked.setdefault(scope, set()).add(tag or f"nobody {key}")
            if tag:
                self.matched.setdefault(scope, set()).add(tag)
            if verdict == ScopeItem.Verdict.REFUSED:
                self.refused.add(scope)
        self.notices: dict[Any, list[Notice]] = {}
        for notice in Notice.objects.using(using()).filter(case__in=keys).defer("subject", "contact"):
            self.notices.setdefault(notice.case_id, []).append(notice)
        self.gags: dict[Any, list[Gag]] = {}
        for gag in Gag.objects.using(using()).filter(case__in=keys):
            self.gags.setdefault(gag.case_id, []).append(gag)
        objections = Block.objects.using(using()).filter(case__in=keys, kind="objection")
        self.contested = set(objections.values_list("case", flat=True))
        bad = Review.objects.using(using()).filter(case__in=keys, verdict=Review.Verdict.BAD)
        self.failed = set(bad.values_list("case", flat=True))


def _notices(rows: Iterable[Notice], given_on: date) -> Counter[str]:
    """Return for how many accounts which way of telling holds."""
    found: Counter[str] = Counter()
    for notice in rows:
        if notice.state == Notice.State.SENT and notice.sent_at is not None:
            found["notified_before" if _day(notice.sent_at) < given_on else "notified_after"] += 1
        elif notice.state == Notice.State.NOT_NEEDED:
            found["notice_not_needed"] += 1
        elif notice.mode == NoticeMode.BY_AUTHORITY:
            found["notice_by_authority"] += 1
        else:
            found["notice_waiting"] += 1
    return found


def _silent(gags: Iterable[Gag], day: date) -> bool:
    return any(
        gag.since <= day and (gag.lifted_on is None or gag.lifted_on > day) and (gag.until is None or gag.until >= day)
        for gag in gags
    )


def _fact(case: Case, details: _Details) -> Fact:
    given = details.first.get(case.pk)
    outcome = "disclosed" if given is not None else _OUTCOMES.get(case.outcome, "")  # type: ignore[call-overload]
    decided = given.at if given is not None else case.closed_at
    scope = details.scopes.get(case.scope_id) if case.scope_id else None
    day = _day(given.at) if given is not None else None
    notices = _notices(details.notices.get(case.pk, ()), day) if day is not None else Counter[str]()
    return Fact(
        regime=case.regime.key,
        instrument=case.regime.instrument,
        ground=scope.ground if scope else case.regime.ground,
        country=case.authority.party.country or "?",
        authority=str(case.authority_id),
        received_on=_day(case.received_at),
        decided_on=_day(decided) if decided and outcome else None,
        outcome=outcome if decided else "",
        is_full=case.outcome == Case.Outcome.FULL,
        has_content=bool(scope and scope.has_content),
        selectors_asked=len(details.asked.get(case.scope_id, ())),
        # who is told was matched, even where a later version of the scope does not name them any more
        accounts_matched=max(len(details.matched.get(case.scope_id, ())), sum(notices.values())),
        notices=notices,
        was_gagged=bool(day) and _silent(details.gags.get(case.pk, ()), day or date.min),
        was_narrowed=case.scope_id in details.refused,
        was_contested=case.pk in details.contested,
        was_recalled=case.pk in details.recalled,
        failed_review=case.pk in details.failed and outcome == "disclosed",
    )


def facts(period: str) -> Iterator[Fact]:
    """Yield a fact for each case that was alive in a half-year, drills left out; ten queries for 2,000 cases."""
    _first, after = bounds(period)
    end = datetime(after.year, after.month, after.day, tzinfo=UTC)
    rows = Case.objects.using(using()).filter(received_at__lt=end, is_drill=False).defer("file_number")
    rows = rows.select_related("regime", "authority__party").order_by("pk")
    found = list(rows[:_AT_ONCE])
    while found:
        details = _Details(found)
        yield from (_fact(case, details) for case in found)
        found = list(rows.filter(pk__gt=found[-1].pk)[:_AT_ONCE]) if len(found) == _AT_ONCE else []


def release_of(row: ReportRelease) -> Release:
    """Return what a stored version says."""
    return Release(row.period, row.version, tuple(Shown(**one) for one in row.rows))


def latest(period: str) -> Release | None:
    """Return the newest published version of a half-year."""
    rows = ReportRelease.objects.using(using()).filter(period=period, published_at__isnull=False)
    row = rows.order_by("-version").first()
    return release_of(row) if row else None


def published() -> list[ReportRelease]:
    """Return the newest published version of each half-year, in their order."""
    rows = ReportRelease.objects.using(using()).filter(published_at__isnull=False).order_by("period", "version")
    return list({row.period: row for row in rows}.values())


def _preceding(period: str) -> str:
    year, half = int(period[:4]), period[-1]
    return f"{year}-H1" if half == "2" else f"{year - 1}-H2"


def _apart(lines: Iterable[Fact], period: str, bands: Mapping[str, str]) -> list[Line]:
    found = counted((fact for fact in lines if fact.regime in bands), period, k=1)
    return [line for line in found if line.regime != ALL]


def computed(period: str) -> Release:
    """Work out the report of a half-year from the cases; raises ValueError where it would not be safe or true."""
    every = list(facts(period))
    bands = dict(Regime.objects.using(using()).exclude(band="").order_by("version").values_list("key", "band"))
    before, previous = latest(_preceding(period)), latest(period)
    kept = [
        (row.regime, row.instrument, row.ground, row.jurisdiction)
        for one in (before, previous)
        if one
        for row in one.rows
    ]
    lines = counted(
        (fact for fact in every if fact.regime not in bands),
        period,
        k=house.K,
        keep=[key for key in kept if key[0] not in bands],
    )
    apart = _apart(every, period, bands)
    return released(lines, period, k=house.K, bands=bands, apart=apart, previous=previous, before=before)


def digest_of(release: Release) -> str:
    """Return the SHA-256 (hex) of a release as its CSV says it."""
    return hashlib.sha256(as_csv([release])).hexdigest()


def draft(period: str, *, actor: AbstractBaseUser) -> ReportRelease:
    """Store the next version of a half-year that is over; a draft that waits is replaced. Raises NotPublished."""
    if not actor.has_perm(PUBLISH):  # type: ignore[attr-defined]
        raise PermissionDenied(PUBLISH)
    if bounds(period)[1] > _day(timezone.now()):
        raise NotPublished(_("This half-year is not over."))
    try:
        release = computed(period)
    except ValueError as error:
        raise NotPublished(str(error)) from error
    rows = [{**vars(row), "cells": dict(row.cells)} for row in release.rows]
    with transaction.atomic(using=using()):
        ReportRelease.objects.using(using()).filter(period=period, published_at__isnull=True).delete()
        return ReportRelease.objects.using(using()).create(
            period=period,
            version=release.version,
            rows=rows,
            digest=digest_of(release),
            drafted_by_id=actor.pk,
            drafted_at=timezone.now(),
        )


def approve(row: ReportRelease, *, actor: AbstractBaseUser, digest: str, as_officer: bool = False) -> bool:
    """Say yes to exactly these numbers; the second yes publishes. Returns whether it is public now.

    One of the two is an approver and the other the privacy officer; neither has drafted it. Raises NotPublished.
    """
    permission = OFFICER if as_officer else APPROVE
    if not actor.has_perm(permission):  # type: ignore[attr-defined]
        raise PermissionDenied(permission)
    with transaction.atomic(using=using()):
        found = ReportRelease.objects.using(using()).select_for_update().get(pk=row.pk)
        if found.published_at or found.digest != digest or digest_of(release_of(found)) != digest:
            raise NotPublished(_("This is not what waits for approval."))
        other = found.approved_by_id if as_officer else found.officer_id
        if actor.pk in (found.drafted_by_id, other):
            raise NotPublished(_("It takes another person."))
        if as_officer:
            found.officer = actor
        else:
            found.approved_by = actor
        if found.officer_id and found.approved_by_id:
            found.signature = sign(as_csv([release_of(found)]))[1].hex()
            found.published_at = timezone.now()
            payload = {"what": "report_published", "digest": digest, "thing": f"{found.period}-{found.version}"}
            ledger.record("disclosures", payload=payload, actor=actor)
        found.save(using=using())
    row.refresh_from_db(using=using())
    return row.published_at is not None


def files() -> dict[str, bytes]:
    """Return every file of the report by name: CSV, JSON, the data package that names both, and its signature."""
    releases = [release_of(row) for row in published()]
    found = {CSV_NAME: as_csv(releases), JSON_NAME: as_json(releases)}
    package = as_datapackage(found, organisation=house.ORGANISATION)
    return found | {"datapackage.json": package, "datapackage.json.ed25519": sign(package)[1]}
