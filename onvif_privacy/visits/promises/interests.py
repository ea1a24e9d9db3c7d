"""A profile of interests exists and is used only while somebody agrees, and never of what is sensitive."""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

from django.db import router
from django.db.models import F
from django.test import override_settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import consent
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.models import Decision, Standing, Subject
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered, rolled_back
from onvif_privacy.core.registry import declare, purposes, temporarily
from onvif_privacy.core.registry.personal import SPECIAL
from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import Area, Interest
from onvif_privacy.visits.promises.customised import CUSTOMISED
from onvif_privacy.visits.services import areas
from onvif_privacy.visits.services.interests import INTERESTS, PURPOSE, agreeing, profile, rule, sensitive, writing

AGREED = Promise(
    "customised.agreed", CUSTOMISED, _("What interests somebody is kept and used only while they agree to it.")
)
ORDINARY = Promise("customised.ordinary", CUSTOMISED, _("Nobody's interest in health, religion or the like is kept."))

declare(AGREED, ORDINARY)

MOST = 1_000  # profiles that one look reads, the newest first
GRACE = timedelta(days=1)  # what a withdrawal missed goes with the next hourly job


def _using() -> str:
    return router.db_for_write(Interest)


@check(AGREED, kind=Kind.DATABASE, empty=True)
def profiles_rest_on_a_grant(look: Look) -> Iterable[Finding]:
    """Look for profiles of whom the last decision on record is no grant, or of whom there is none."""
    rows = Interest.objects.using(_using()).order_by("-pk").values_list("visitor", flat=True)[:MOST]
    for visitor in dict.fromkeys(rows):
        look.seen()
        decided = (
            Decision.objects.using(_using()).filter(subject=visitor, purpose=PURPOSE).order_by("-sequence").first()
        )
        if decided is None:
            yield Finding(f"profile {visitor}", "was written without a grant")
        elif decided.outcome != Outcome.GRANTED and decided.decided_at < look.now() - GRACE:
            yield Finding(f"profile {visitor}", "is kept after the grant was taken back")


@check(AGREED, kind=Kind.REFUSAL)
def nobody_is_profiled_without_a_grant(look: Look) -> Iterable[Finding]:
    """Try to write and to read a profile of somebody who was never asked, in a transaction that is undone."""
    look.seen()
    if not conf.INTERESTS:
        return
    with rolled_back(_using()):
        visitor = Subject.objects.using(_using()).create().pk
        area = Area.objects.using(_using()).create(digest=uuid.uuid4().hex, slug="probe").pk
        writing.store({(visitor, area): (1_000.0, int(time.time()))}, _using())
        if Interest.objects.using(_using()).filter(visitor=visitor).exists():
            yield Finding("interests", "are written without a grant")
        writing.add([(visitor, area, 1_000.0, int(time.time()))], _using())
        if profile.read(visitor).scores:
            yield Finding("interests", "are read without a grant")


@check(AGREED, kind=Kind.DATABASE, empty=True)
def who_took_it_back_counts_as_a_stranger(look: Look) -> Iterable[Finding]:
    """Ask of those who withdrew or objected last whether they are taken for somebody who agrees."""
    if PURPOSE not in purposes:
        return
    ended = Standing.objects.using(_using()).filter(purpose=PURPOSE).exclude(outcome=Outcome.GRANTED)
    people = list(ended.order_by("-decided_at").values_list("subject", flat=True)[:MOST])
    look.seen(len(people))
    for one in agreeing.visitors().filter(subject__in=people):
        yield Finding(f"visitor {one['subject']}", "is profiled after a withdrawal")


@contextmanager
def _kept() -> Iterator[None]:
    """Let this be a site that keeps interests, and undo what is written."""
    with ExitStack() as stack:
        stack.enter_context(override_settings(ONVIF_PRIVACY_VISITS_INTERESTS=True))
        if PURPOSE not in purposes:
            stack.enter_context(temporarily(INTERESTS))
        stack.enter_context(rolled_back(_using()))
        yield


def _profile(visitor: uuid.UUID, slug: str = "video") -> None:
    area, _new = Area.objects.using(_using()).get_or_create(slug=slug, defaults={"digest": uuid.uuid4().hex})
    writing.add([(visitor, area.pk, 50.0, int(time.time()))], _using())


def _decided(*outcomes: Outcome) -> Subject:
    subject = Subject.objects.using(_using()).create()
    for outcome in outcomes:
        notice = consent.notice(text="May we?", language="en", surface="page") if outcome == Outcome.GRANTED else None
        consent.decide(
            subject=subject,
            purpose=PURPOSE,
            outcome=outcome,
            method=Method.CHOSEN,
            key=uuid.uuid4().hex,
            notice=notice,
        )
    return subject


def _everybody() -> Any:
    """Whom a service that does not look takes for agreeing: every subject there is."""
    return _Subjects(Subject.objects.all())


class _Subjects:
    """Subjects under the name by which standings know them."""

    def __init__(self, rows: Any) -> None:
        self._rows = rows.values("pk")

    def filter(self, **wanted: Any) -> Any:
        """Narrow down as the true query set would."""
        rows = self._rows.filter(**{name.replace("subject", "pk"): value for name, value in wanted.items()})
        return rows.values(subject=F("pk"))


@profiles_rest_on_a_grant.saboteur
@contextmanager
def profile_of_somebody_never_asked(plant: Plant) -> Iterator[str]:
    """Write a profile past the service."""
    with _kept():
        _profile(uuid.uuid4())
        yield "was written without a grant"


@profiles_rest_on_a_grant.saboteur
@contextmanager
def profile_that_outlived_its_grant(plant: Plant) -> Iterator[str]:
    """Keep the profile of somebody who said no, for longer than may be; grace ran out before it began."""
    with _kept(), altered(sys.modules[__name__], "GRACE", -GRACE):
        _profile(_decided(Outcome.GRANTED, Outcome.WITHDRAWN).pk)
        yield "is kept after the grant was taken back"


@nobody_is_profiled_without_a_grant.saboteur
@contextmanager
def writer_that_does_not_ask(plant: Plant) -> Iterator[str]:
    """Write and read profiles of everybody."""
    with _kept(), altered(agreeing, "visitors", _everybody):
        yield "are written without a grant"


@nobody_is_profiled_without_a_grant.saboteur
@contextmanager
def reader_that_does_not_ask(plant: Plant) -> Iterator[str]:
    """Read whatever rows there are."""

    def read(visitor: uuid.UUID) -> Any:
        rows = Interest.objects.filter(visitor=visitor).values_list("area__slug", "score", "as_of", "own")
        return rule.profile(list(rows), areas.places.all())

    with _kept(), altered(profile, "read", read):
        yield "are read without a grant"


@who_took_it_back_counts_as_a_stranger.saboteur
@contextmanager
def profile_read_after_withdrawal(plant: Plant) -> Iterator[str]:
    """Take everybody who ever agreed for somebody who does."""
    with _kept(), altered(agreeing, "visitors", _everybody):
        _decided(Outcome.GRANTED, Outcome.WITHDRAWN)
        yield "is profiled after a withdrawal"


@check(ORDINARY, kind=Kind.DATABASE)
def no_interest_is_sensitive(look: Look) -> Iterable[Finding]:
    """Look whether special categories are known for what they are, and for a profile or an area that is of one."""
    for name in SPECIAL:
        look.seen()
        if not sensitive.is_sensitive(name):
            yield Finding(f"area {name}", "is not known as sensitive")
    if not conf.INTERESTS:
        return
    kept = Interest.objects.using(_using()).values_list("area__slug", flat=True).distinct()
    for slug in {*kept, *areas.places.all()}:
        look.seen()
        if any(part in SPECIAL for part in slug.replace("-", "_").split("_")) or sensitive.is_sensitive(slug):
            yield Finding(f"area {slug}", "is sensitive, and interest in it is kept")


@no_interest_is_sensitive.saboteur
@contextmanager
def interest_in_health(plant: Plant) -> Iterator[str]:
    """Keep that somebody is interested in health."""
    with _kept():
        _profile(uuid.uuid4(), "health")
        yield "area health: is sensitive"


@no_interest_is_sensitive.saboteur
@contextmanager
def area_of_religion_declared(plant: Plant) -> Iterator[str]:
    """Declare an area in the settings that the start of the site would have refused."""
    with _kept(), override_settings(ONVIF_PRIVACY_VISITS_SUBJECT_AREAS={"religion": ["/religion/"]}):
        areas.places.forget()
        try:
            yield "area religion: is sensitive"
        finally:
            areas.places.forget()


@no_interest_is_sensitive.saboteur
@contextmanager
def nothing_counts_as_sensitive(plant: Plant) -> Iterator[str]:
    """Forget what is sensitive."""
    with altered(sensitive, "is_sensitive", lambda *names: False):
        yield "is not known as sensitive"
