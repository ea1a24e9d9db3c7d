"""Minors: what rests on consent is closed to them, but for what a guardian granted."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import router
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import consent
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.models import Standing, Subject
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import rolled_back
from onvif_privacy.core.registry import Veto, declare, purposes, temporarily
from onvif_privacy.people.models import AgeAnswer, Guardian
from onvif_privacy.people.promises.clauses import IDENTITY
from onvif_privacy.people.services import ages
from onvif_privacy.people.services.devices import PURPOSE

GUARDED = Promise(
    "identity.minors", IDENTITY, _("Nobody who is known to be a minor is reached on a consent that no guardian gave.")
)

declare(GUARDED)


@check(GUARDED, kind=Kind.DATABASE, empty=True)
def minors_are_reached_by_a_guardians_consent_only(look: Look) -> Iterable[Finding]:
    """Look in every audience that rests on consent for minors whose guardian did not decide."""
    minors = AgeAnswer.objects.using(router.db_for_read(AgeAnswer)).filter(until__gt=look.now())
    look.seen(minors.count())
    by_guardian = Exists(
        ages.living(Guardian.objects.filter(minor=OuterRef("subject"), reference=OuterRef("decision__actor")))
    )
    for one in purposes.all():
        if one.basis.asks:
            granted = Standing.objects.filter(by_guardian, purpose=one.slug, outcome=Outcome.GRANTED)
            open_to = consent.audience(one.slug).filter(pk__in=minors.values("subject"))
            number = open_to.exclude(pk__in=granted.values("subject")).count()
            if number:
                yield Finding(f"audience of {one.slug}", f"has {number} minors whose guardian did not decide")


@minors_are_reached_by_a_guardians_consent_only.saboteur
@contextmanager
def minor_without_the_veto(plant: Plant) -> Iterator[str]:
    """Take the veto away while a minor has agreed by themselves."""
    with rolled_back(router.db_for_write(AgeAnswer)), temporarily(without=((Veto, "minors"),)):
        minor = Subject.objects.create()
        AgeAnswer.objects.create(subject=minor, until=ages.of_age_from(2999, 1, ""))
        consent.decide(
            subject=minor,
            purpose=PURPOSE,
            outcome=Outcome.GRANTED,
            method=Method.FORM,
            key=secrets.token_hex(16),
            notice=consent.notice(text="A planted minor", language="en", surface="plant"),
        )
        yield f"audience of {PURPOSE}: has 1 minors"
