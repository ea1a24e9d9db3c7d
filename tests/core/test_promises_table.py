"""The verdict of a promise for every state its checks can be in (C34): never better than its worst check."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from onvif_privacy.core import promises
from onvif_privacy.core.models import Attestation, Heartbeat
from onvif_privacy.core.promises import Check, Clause, Finding, Kind, Look, Promise, Verdict
from onvif_privacy.core.testing import temporarily
from tests.core.factories import UserFactory

CLAUSE = Clause("sky", "Sky")
PROMISE = Promise("sky.blue", CLAUSE, "It is blue.")
TTL = timedelta(hours=1)
NOW = timezone.now()

# state of a check: kind, stored verdict (None: it never ran), seconds since; and what that amounts to, by section 9
STATES: dict[str, tuple[Kind, Verdict | None, int, Verdict]] = {
    "never ran": (Kind.STATIC, None, 0, Verdict.UNPROVEN),
    "kept": (Kind.STATIC, Verdict.KEPT, 0, Verdict.KEPT),
    "kept, its last second": (Kind.STATIC, Verdict.KEPT, 3600, Verdict.KEPT),
    "kept, ttl + 1 s": (Kind.STATIC, Verdict.KEPT, 3601, Verdict.STALE),
    "could not look": (Kind.STATIC, Verdict.UNPROVEN, 0, Verdict.UNPROVEN),
    "could not look long ago": (Kind.STATIC, Verdict.UNPROVEN, 90_000, Verdict.UNPROVEN),
    "broken": (Kind.STATIC, Verdict.BROKEN, 0, Verdict.BROKEN),
    "broken long ago": (Kind.STATIC, Verdict.BROKEN, 90_000, Verdict.BROKEN),
    "nobody's word": (Kind.ATTESTATION, None, 0, Verdict.UNPROVEN),
    "a word": (Kind.ATTESTATION, None, 1, Verdict.ATTESTED),
    "a word that ended": (Kind.ATTESTATION, None, -1, Verdict.UNPROVEN),
}
RANK = [Verdict.BROKEN, Verdict.UNPROVEN, Verdict.STALE, Verdict.ATTESTED, Verdict.KEPT]


def _check(name: str, kind: Kind) -> Check:
    def look_up(look: Look) -> Iterable[Finding]:
        return []

    look_up.__name__ = name
    return Check(PROMISE, kind, TTL, TTL, False, look_up)


@pytest.mark.django_db
@pytest.mark.parametrize("first", STATES)
def test_a_promise_is_as_good_as_its_worst_check(first: str) -> None:
    actor = UserFactory()
    for second in STATES:
        chosen = [STATES[first], STATES[second]]
        words = {seconds for kind, _verdict, seconds, _result in chosen if kind is Kind.ATTESTATION}
        if len(words) > 1:
            continue  # a promise has one word, not two
        checks = [_check(f"look_{number}", one[0]) for number, one in enumerate(chosen)]
        Heartbeat.objects.filter(promise=PROMISE.slug).delete()
        with temporarily(CLAUSE, PROMISE, *checks):
            for check, (_kind, verdict, seconds, _result) in zip(checks, chosen, strict=True):
                if verdict:
                    at = NOW - timedelta(seconds=seconds)
                    Heartbeat.objects.create(
                        check_name=check.name, promise=PROMISE.slug, looked_at=at, count=1, verdict=verdict
                    )
            ended = words == {-1}
            Attestation.objects.filter(promise=PROMISE.slug)._raw_delete("default")
            if words - {0}:
                until = timezone.now() + timedelta(hours=1)
                promises.attest(promise=PROMISE.slug, words="I saw it.", evidence="R-1", until=until, actor=actor)
            moment = NOW + timedelta(hours=2) if ended else NOW
            if ended and any(one[1] for one in chosen):
                continue  # the moved clock would age the other check; its own row covers that
            expected = min((one[3] for one in chosen), key=RANK.index)
            assert promises.of_promise(PROMISE.slug, moment).verdict is expected, (first, second)
            assert promises.of_clause("sky", moment) is expected


def test_the_ranks_of_the_table_are_those_of_the_code() -> None:
    assert list(Verdict) == RANK
    assert {result for _kind, _verdict, _seconds, result in STATES.values()} == set(Verdict)
    assert len(list(product(STATES, STATES))) == 121
