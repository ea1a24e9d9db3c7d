"""Merge at sign-in: what the account takes over from a visitor, all 64 rows of the table (C6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product

import pytest
from django.test import override_settings

from onvif_privacy.core import consent, ledger, subjects
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.models import Decision, Standing, Subject
from onvif_privacy.core.signals import subjects_merged
from onvif_privacy.core.subjects.merging import taken_over
from onvif_privacy.core.testing import temporarily
from tests.core.factories import DecisionFactory, SubjectFactory
from tests.core.threads import at_once

# Account's answer, visitor's answer, what the account has afterwards: where the account decided last, where the
# visitor did, and the same two for a device purpose. "-" undecided, g granted, w withdrawn, o objected.
TABLE = """
- -   - -   - -
- g   g g   - -
- w   w w   - -
- o   o o   o o
g -   g g   g g
g g   g g   g g
g w   g w   g g
g o   o o   o o
w -   w w   w w
w g   w g   w w
w w   w w   w w
w o   o o   o o
o -   o o   o o
o g   o o   o o
o w   o o   o o
o o   o o   o o
"""
OUTCOMES = {"g": Outcome.GRANTED, "w": Outcome.WITHDRAWN, "o": Outcome.OBJECTED}


@dataclass(frozen=True)
class Row:
    """One of the 64 rows."""

    mine: str
    theirs: str
    later: str
    device: bool
    after: str


def rows() -> list[Row]:
    """Read the table."""
    found = []
    for line in TABLE.strip().splitlines():
        mine, theirs, *after = line.split()
        for (device, later), result in zip(product([False, True], ["account", "visitor"]), after, strict=True):
            found.append(Row(mine, theirs, later, device, result))
    return found


def test_the_table_has_all_rows_and_no_grant_beats_an_objection() -> None:
    assert len(set(rows())) == 64
    assert len({(row.mine, row.theirs, row.later, row.device) for row in rows()}) == 64
    assert not [row for row in rows() if "o" in (row.mine, row.theirs) and row.after != "o"]
    assert not [row for row in rows() if row.device and row.after == "g" and row.mine != "g"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "row", rows(), ids=lambda row: f"{row.mine}{row.theirs}-{row.later}-{'device' if row.device else 'site'}"
)
def test_the_account_has_what_the_table_says(row: Row) -> None:
    visitor, account = SubjectFactory(), SubjectFactory()
    purpose = "statistics" if row.device else "newsletter"
    steps = [(visitor, row.theirs), (account, row.mine)]
    for subject, state in steps if row.later == "account" else reversed(steps):
        if state != "-":
            DecisionFactory(subject=subject, purpose=purpose, outcome=OUTCOMES[state])
    before = list(Decision.objects.values_list("pk", flat=True))
    made = subjects.merge(visitor=visitor, into=account, key="sign-in")

    standing = Standing.objects.filter(subject=account, purpose=purpose).first()
    assert (standing.outcome if standing else None) == (OUTCOMES[row.after] if row.after != "-" else None)
    # A decision is written exactly where the account's state changed, and names where it came from.
    assert len(made) == (1 if row.after != row.mine else 0)
    assert list(Decision.objects.exclude(pk__in=before)) == made
    for decision in made:
        source = Decision.objects.get(subject=visitor)
        assert (decision.method, decision.source, decision.notice) == (Method.MERGE, source, source.notice)
        assert ledger.opened(decision.entry)["method"] == "merge"
    assert not consent.may(Subject.objects.get(pk=visitor.pk), purpose)


@pytest.mark.parametrize(("mine", "theirs"), list(product("gwo", repeat=2)))
@pytest.mark.parametrize("device", [False, True])
def test_on_a_tie_the_stricter_answer_wins(mine: str, theirs: str, device: bool) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    one, other = (Decision(outcome=OUTCOMES[state], decided_at=now) for state in (theirs, mine))
    strictness = "gwo"
    expected = strictness.index(theirs) > strictness.index(mine) and (theirs == "o" or not device)
    assert taken_over(one, other, device=device) == expected


def test_a_later_grant_is_taken_over_by_a_moment_and_not_before() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    mine = Decision(outcome=Outcome.WITHDRAWN, decided_at=now)
    for shift, expected in ((-1, False), (0, False), (1, True)):
        theirs = Decision(outcome=Outcome.GRANTED, decided_at=now + timedelta(microseconds=shift))
        assert taken_over(theirs, mine, device=False) == expected


@pytest.mark.django_db
def test_defaults_override_nothing() -> None:
    visitor, refusing = SubjectFactory(), DecisionFactory(purpose="advice", outcome=Outcome.OBJECTED)
    assert subjects.merge(visitor=visitor, into=refusing.subject, key="k") == []
    assert not consent.may(refusing.subject, "advice")


@pytest.mark.django_db
def test_merging_twice_is_merging_once() -> None:
    visitor, account = DecisionFactory().subject, SubjectFactory()
    assert len(subjects.merge(visitor=visitor, into=account, key="k")) == 1
    assert subjects.merge(visitor=visitor, into=account, key="k") == []
    assert Decision.objects.filter(subject=account).count() == 1


@pytest.mark.django_db
def test_a_visitor_joins_one_account_only_and_nobody_joins_themselves() -> None:
    visitor, account = DecisionFactory().subject, SubjectFactory()
    subjects.merge(visitor=visitor, into=account, key="k")
    with pytest.raises(ValueError, match="merged into another"):
        subjects.merge(visitor=visitor, into=SubjectFactory(), key="k")
    with pytest.raises(ValueError, match="into itself"):
        subjects.merge(visitor=account, into=account, key="k")


@pytest.mark.django_db
def test_a_purpose_that_is_no_longer_declared_stays_behind() -> None:
    from onvif_privacy.core.registry import Purpose

    visitor, account = DecisionFactory().subject, SubjectFactory()
    with temporarily(without=((Purpose, "newsletter"),)):
        assert subjects.merge(visitor=visitor, into=account, key="k") == []


@pytest.mark.django_db
def test_where_the_words_came_from_is_taken_over_too() -> None:
    context = consent.ContextRef("policy-4", "ab" * 32)
    theirs = DecisionFactory(context=context, surface="bar", gpc=True)
    [mine] = subjects.merge(visitor=theirs.subject, into=SubjectFactory(), key="k")
    assert (mine.context_reference, mine.context_digest, mine.surface, mine.gpc) == ("policy-4", "ab" * 32, "bar", True)


@override_settings(ONVIF_PRIVACY_LOCK_SECONDS=60)  # a busy machine is no reason to refuse here
@pytest.mark.django_db(transaction=True)
def test_the_same_sign_in_at_once_is_one_merge_and_is_heard_of_once() -> None:
    heard: list[Subject] = []

    def listen(visitor: Subject, **kwargs: object) -> None:
        heard.append(visitor)

    visitor, account = DecisionFactory().subject, DecisionFactory(purpose="statistics").subject
    subjects_merged.connect(listen)
    try:
        merge = partial(subjects.merge, into=account, key="k")
        got = at_once([lambda: merge(visitor=Subject.objects.get(pk=visitor.pk))] * 8)
    finally:
        subjects_merged.disconnect(listen)
    assert sorted(len(one) if isinstance(one, list) else -1 for one in got) == [0] * 7 + [1], got
    assert len(heard) == 1


@override_settings(ONVIF_PRIVACY_LOCK_SECONDS=60)  # a busy machine is no reason to refuse here
@pytest.mark.django_db(transaction=True)
def test_merges_that_cross_each_other_do_not_lock_each_other_out() -> None:
    one, other = DecisionFactory().subject, DecisionFactory(purpose="statistics").subject
    calls = [
        partial(subjects.merge, visitor=one, into=other, key="a"),
        partial(subjects.merge, visitor=other, into=one, key="b"),
    ] * 4
    got = at_once(calls)
    assert not [one for one in got if isinstance(one, consent.ConsentUnavailable)], got
