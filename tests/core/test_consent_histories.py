"""Whatever happens in whatever order: a standing equals the fold of its decisions, and a model of the rules (C5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onvif_privacy.core import consent, keys, ledger, subjects
from onvif_privacy.core.consent import Method, ObjectionStands, Outcome, SubjectGone
from onvif_privacy.core.consent.reading import unreconciled
from onvif_privacy.core.models import Decision, Standing, Subject
from tests.core.factories import DecisionFactory, NoticeFactory, SubjectFactory

PEOPLE = 3
SLUGS = ("newsletter", "statistics", "advice")
DEVICE = {"statistics"}

decisions = st.tuples(
    st.just("decide"),
    st.integers(0, PEOPLE - 1),
    st.sampled_from(SLUGS),
    st.sampled_from(list(Outcome)),
    st.sampled_from([Method.CHOSEN, Method.FORM, Method.STAFF, Method.IMPORTED]),
)
replays = st.tuples(st.just("replay"), st.integers(0, 30))
merges = st.tuples(st.just("merge"), st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1))
histories = st.lists(st.one_of(decisions, decisions, replays, merges), max_size=10)


@dataclass
class Model:
    """The rules once more, without a database: who stands where, by person and purpose, and when they decided."""

    standing: dict[tuple[int, str], tuple[str, int]] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)
    clock: int = 0

    def decide(self, person: int, slug: str, outcome: Outcome, method: Method) -> bool:
        """Decide; False where an objection refuses it, or the person lives on in somebody else."""
        self.clock += 1
        before = self.standing.get((person, slug), ("", 0))[0]
        if before == "objected" and outcome != Outcome.OBJECTED:
            if outcome == Outcome.GRANTED and method in (Method.STAFF, Method.IMPORTED):
                return False
            if outcome == Outcome.WITHDRAWN:
                return True
        if outcome == Outcome.GRANTED and person in self.merged:
            return False
        self.standing[person, slug] = (outcome.value, self.clock)
        return True

    def merge(self, visitor: int, into: int) -> bool:
        """Merge; False where it is refused."""
        if visitor == into or self.merged.get(visitor, into) != into:
            return False
        if visitor not in self.merged and into in self.merged:
            return False
        if self.merged.get(visitor) == into:
            return True
        self.merged[visitor] = into
        self.clock += 1
        for slug in SLUGS:
            theirs, mine = self.standing.get((visitor, slug)), self.standing.get((into, slug))
            if theirs is None or (mine is not None and mine[0] in (theirs[0], "objected")):
                continue
            later = mine is None or theirs[1] > mine[1]
            if theirs[0] == "objected" or (later and slug not in DEVICE):
                self.standing[into, slug] = (theirs[0], self.clock)
        return True


class World:
    """The same history in the database."""

    def __init__(self, notice: Any) -> None:
        self.people = [SubjectFactory() for _ in range(PEOPLE)]
        self.notice = notice
        self.made: list[tuple[dict[str, Any], Decision]] = []

    def decide(self, person: int, slug: str, outcome: Outcome, method: Method) -> bool:
        """Decide through the service; False where it refuses."""
        shape: dict[str, Any] = {"subject": self.people[person], "purpose": slug, "outcome": outcome, "method": method}
        shape |= {"key": f"key-{len(self.made)}", "notice": self.notice if outcome == Outcome.GRANTED else None}
        try:
            decision = DecisionFactory(**shape)
        except (ObjectionStands, SubjectGone):
            return False
        if decision.key == shape["key"]:
            self.made.append((shape, decision))
        return True

    def replay(self, number: int) -> None:
        """Send an earlier form again; the same decision comes back."""
        if number < len(self.made):
            shape, decision = self.made[number]
            assert DecisionFactory(**shape) == decision

    def merge(self, visitor: int, into: int) -> bool:
        """Merge through the service; False where it refuses."""
        try:
            subjects.merge(visitor=self.people[visitor], into=self.people[into], key=f"merge-{visitor}-{into}")
        except ValueError:
            return False
        return True


def played(history: list[tuple[Any, ...]], notice: Any) -> tuple[Model, World]:
    """Play a history both ways; each step is refused by both or by neither."""
    model, world = Model(), World(notice)
    for verb, *rest in history:
        if verb == "replay":
            world.replay(rest[0])
        else:
            assert getattr(world, verb)(*rest) == getattr(model, verb)(*rest), (verb, rest)
    return model, world


def agree(both: list[tuple[Model, World]]) -> None:
    """Compare all there is to compare, of many histories at once."""
    expected = {
        (world.people[number].pk, slug): outcome
        for model, world in both
        for (number, slug), (outcome, _when) in model.standing.items()
    }
    people = {person.pk: person for _model, world in both for person in world.people}
    merged = {world.people[number].pk for model, world in both for number in model.merged}
    standings = Standing.objects.filter(subject__in=people)
    assert {(row.subject_id, row.purpose): row.outcome for row in standings} == expected
    sequences: dict[tuple[Any, str], list[int]] = {}
    mine: dict[Any, list[Decision]] = {}
    for one in Decision.objects.filter(subject__in=people).order_by("sequence"):
        sequences.setdefault((one.subject_id, one.purpose), []).append(one.sequence)
        mine.setdefault(one.subject_id, []).append(one)
    assert all(found == list(range(1, len(found) + 1)) for found in sequences.values())
    folded = {(pk, slug): one.value for pk, rows in mine.items() for slug, one in consent.fold(rows).items()}
    assert folded == expected
    assert not unreconciled().filter(subject__in=people).exists()
    for slug in SLUGS:
        reached = set(consent.audience(slug).filter(pk__in=people).values_list("pk", flat=True))
        default = "granted" if slug == "advice" else ""
        assert reached == {pk for pk in people.keys() - merged if expected.get((pk, slug), default) == "granted"}
        some = both[0][1].people
        assert {one.pk for one in some if consent.may(one, slug)} == {one.pk for one in some} & reached


TEN = st.lists(histories, min_size=10, max_size=10)


def ten_agree(ten: list[list[tuple[Any, ...]]]) -> None:
    """Play ten histories, look, and leave nothing behind."""
    with transaction.atomic():
        notice = NoticeFactory(text="asked")
        agree([played(history, notice) for history in ten])
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(TEN)
def test_standings_equal_the_fold_and_the_model_after_any_history(ten: list[list[tuple[Any, ...]]]) -> None:
    ten_agree(ten)


@pytest.mark.full
@pytest.mark.django_db
@settings(max_examples=1_000, suppress_health_check=list(HealthCheck))
@given(TEN)
def test_standings_equal_the_fold_and_the_model_after_ten_thousand_histories(ten: list[list[tuple[Any, ...]]]) -> None:
    ten_agree(ten)


@pytest.mark.django_db
def test_folding_takes_decisions_in_any_order_and_nothing_gives_nothing() -> None:
    first = DecisionFactory()
    DecisionFactory(subject=first.subject, outcome=Outcome.WITHDRAWN)
    DecisionFactory(subject=first.subject, purpose="statistics")
    rows = list(Decision.objects.order_by("sequence"))
    expected = {"newsletter": Outcome.WITHDRAWN, "statistics": Outcome.GRANTED}
    assert consent.fold(rows) == consent.fold(reversed(rows)) == expected
    assert consent.fold([]) == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE onvif_privacy_standing SET outcome = 'granted' WHERE outcome = 'withdrawn'", True),
        ("UPDATE onvif_privacy_standing SET purpose = 'advice' WHERE outcome = 'withdrawn'", True),
        ("DELETE FROM onvif_privacy_standing WHERE outcome = 'withdrawn'", True),
        ("UPDATE onvif_privacy_standing SET outcome = 'withdrawn' WHERE outcome = 'withdrawn'", False),
    ],
    ids=["raised to a grant", "moved", "removed", "untouched"],
)
def test_the_daily_job_names_a_standing_changed_by_sql(sql: str, named: bool, caplog: pytest.LogCaptureFixture) -> None:
    from onvif_privacy.core.jobs import run_due

    DecisionFactory()
    DecisionFactory(outcome=Outcome.WITHDRAWN)
    with connection.cursor() as cursor:
        cursor.execute(sql)
    [result] = run_due(names=("reconcile",))
    assert result.outcome == ("failed" if named else "done")
    assert ("its decisions" in caplog.text or "lost its standing" in caplog.text) == named


@pytest.mark.django_db
def test_the_evidence_of_a_decision_ends_with_its_key_and_the_standing_stays() -> None:
    decision = DecisionFactory()
    keys.destroy(decision.subject.pk, "evidence")
    with pytest.raises(keys.KeyDestroyed):
        ledger.opened(Decision.objects.get().entry)
    assert consent.may(Subject.objects.get(), "newsletter")
