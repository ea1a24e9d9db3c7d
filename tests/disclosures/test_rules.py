"""Two people, one table of states, frozen scopes: held by the services and, past them, by the database."""

from __future__ import annotations

import itertools
import random
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from onvif_privacy.core import subjects
from onvif_privacy.core.models import Subject
from onvif_privacy.core.querysets import AppendOnly
from onvif_privacy.disclosures.legal.services import authenticity
from onvif_privacy.disclosures.models import (
    MOVES,
    STRONG,
    Approval,
    AuthenticityCheck,
    Authority,
    Case,
    Package,
    Scope,
    ScopeItem,
    Side,
    State,
    Step,
)
from onvif_privacy.disclosures.services import approvals, building, digest, handovers
from onvif_privacy.disclosures.services.errors import Refused
from tests.core.factories import UserFactory
from tests.disclosures.factories import RECENT, House, age_key, member, scope_of


def ada() -> Subject:
    return subjects.for_user(UserFactory())


def refused(act: Callable[[], Any]) -> bool:
    """Whether the database says no."""
    try:
        with transaction.atomic():
            act()
    except (IntegrityError, AppendOnly):
        return True
    return False


def sql(statement: str, *values: Any) -> Callable[[], Any]:
    """Return an act that goes past every model."""

    def run() -> None:
        key = models.UUIDField()
        prepared = [key.get_db_prep_value(one, connection) if isinstance(one, uuid.UUID) else one for one in values]
        with connection.cursor() as cursor:
            cursor.execute(statement, prepared)

    return run


CASE = "onvif_privacy_disclosures_case"


# 1: no strong check, no `verified`


def test_every_subset_of_checks_agrees_with_the_truth_table() -> None:
    """All 2^8 subsets of the kinds of check that may pass."""
    kinds = list(AuthenticityCheck.Kind.values)
    strong = {"call_back", "signature", "docket", "service"}
    for number in range(2 ** len(kinds)):
        chosen = {kind for place, kind in enumerate(kinds) if number >> place & 1}
        assert authenticity.is_strong(chosen) == bool(chosen & strong), chosen


def test_weak_checks_verify_nothing_whoever_asks(house: House) -> None:
    case = house.received()
    authenticity.countersign(case=case, about=case.pk, actor=house.approver, strength=RECENT)
    for kind in sorted(set(AuthenticityCheck.Kind.values) - set(STRONG)):
        authenticity.check(case=case, actor=house.worker, kind=kind, result="pass", evidence="looked at")
    with pytest.raises(Refused, match="strong"):
        authenticity.verify(case=case, actor=house.worker)
    case.refresh_from_db()
    step = Step(case=case, number=case.version + 1, action="verify", kind="work", actor=house.worker)
    step.from_state, step.to_state, step.at = "received", "verified", timezone.now()
    by_hand = sql(f"UPDATE {CASE} SET state = 'verified', version = version + 1 WHERE id = %s", case.pk)
    with transaction.atomic():
        step.save()
        assert refused(by_hand)
        transaction.set_rollback(True)
    authenticity.check(case=case, actor=house.worker, kind="docket", result="pass", evidence="the court's own list")
    case.refresh_from_db()
    assert authenticity.lacking(case) == []


def test_a_failed_check_stands_until_the_other_side_has_countersigned_it(house: House) -> None:
    case = house.received()
    authenticity.check(case=case, actor=house.worker, kind="call_back", result="pass", evidence="by telephone")
    failed = authenticity.check(case=case, actor=house.worker, kind="dkim", result="fail", evidence="broken")
    authenticity.countersign(case=case, about=case.pk, actor=house.approver, strength=RECENT)
    with pytest.raises(Refused, match="failed"):
        authenticity.verify(case=case, actor=house.worker)
    with pytest.raises(Refused, match="other side"):
        authenticity.countersign(case=case, about=failed.pk, actor=_both(house.worker), strength=RECENT)
    authenticity.countersign(case=case, about=failed.pk, actor=house.approver, strength=RECENT)
    assert authenticity.verify(case=case, actor=house.worker).state == "verified"


def test_a_number_of_the_letter_is_no_call_back(house: House) -> None:
    case = house.received()
    known = house.authority.call_back
    for spelling in (known, known.replace(" ", ""), "030 1234567", "0049-30-1234567"):
        with pytest.raises(Refused, match="stands on the letter"):
            authenticity.check(
                case=case, actor=house.worker, kind="call_back", result="pass", evidence="x", on_letter=[spelling]
            )
    Authority.objects.filter(pk=house.authority.pk).update(found_at=timezone.now(), found_by=house.worker)
    case = Case.objects.get(pk=case.pk)
    with pytest.raises(Refused, match="cannot be the one who calls"):
        authenticity.check(case=case, actor=house.worker, kind="call_back", result="pass", evidence="x")
    assert not AuthenticityCheck.objects.exists()


def _both(person: Any) -> Any:
    """Give somebody every permission, as a superuser has."""
    type(person)._default_manager.filter(pk=person.pk).update(is_superuser=True)
    return type(person)._default_manager.get(pk=person.pk)


# 3: two sides


@pytest.mark.parametrize("steps", [40, pytest.param(10_000, marks=pytest.mark.full)])
def test_nobody_is_ever_on_two_sides_whatever_way_is_tried(house: House, steps: int) -> None:
    """Random acts of random people, through services, the ORM and SQL; the invariant is looked at after each."""
    rng, crew = random.Random(20261127), [member("work", "approve", "officer", superuser=True) for _one in range(4)]
    case = house.drafted([ada()])
    approvals.submit(case=case, actor=house.worker)
    rows = "onvif_privacy_disclosures_"

    def ways(actor: Any, other: Any) -> list[Callable[[], Any]]:
        now, scope = timezone.now(), scope_of(case)
        number = Case.objects.get(pk=case.pk).version + 1
        made = {"case": case, "number": number, "actor": actor, "at": now}
        return [
            lambda: Side(case=case, actor=actor, kind=rng.choice(["work", "approve", "review"]), at=now).save(),
            lambda: Side.objects.bulk_create([Side(case=case, actor=actor, kind="work", at=now)]),
            lambda: Step(action="note", kind="work", from_state="submitted", to_state="submitted", **made).save(),
            lambda: Step(action="vote", kind="approve", from_state="submitted", to_state="submitted", **made).save(),
            lambda: approvals.approve(case=case, shown=scope.digest, actor=actor, strength=RECENT),
            lambda: approvals.amend(case=case, actor=actor),
            lambda: approvals.submit(case=case, actor=actor),
            sql(f"UPDATE {rows}side SET kind = 'approve' WHERE actor_id = %s", actor.pk),
            sql(f"UPDATE {rows}side SET actor_id = %s WHERE actor_id = %s", actor.pk, other.pk),
            sql(f"DELETE FROM {rows}side WHERE actor_id = %s", actor.pk),
            sql(f"UPDATE {rows}step SET actor_id = %s WHERE kind = 'approve'", actor.pk),
            sql(f"UPDATE {rows}approval SET actor_id = %s", actor.pk),
            lambda: Approval(
                case=case, action="scope", decision="yes", about=scope.pk, digest=scope.digest, actor=actor,
                method="recent", at=now,
            ).save(),
        ]  # fmt: skip

    for _step in range(steps):
        actor, other = rng.sample([*crew, house.worker, house.approver], 2)
        try:
            with transaction.atomic():
                rng.choice(ways(actor, other))()
        except (IntegrityError, AppendOnly, Refused):
            pass
        worked = set(Step.objects.filter(case=case, kind="work").values_list("actor", flat=True))
        decided = set(Step.objects.filter(case=case, kind="approve").values_list("actor", flat=True))
        decided |= set(Approval.objects.filter(case=case).values_list("actor", flat=True))
        assert not worked & decided
        assert (
            Side.objects.filter(case=case).count() == Side.objects.filter(case=case).values("actor").distinct().count()
        )


# 4: no one-person path


def test_a_superuser_alone_gets_nowhere(house: House) -> None:
    alone = member("work", "approve", "officer", superuser=True)
    crew = House(worker=alone, approver=alone, officer=alone, authority=house.authority, regime=house.regime)
    case = crew.received()
    authenticity.check(case=case, actor=alone, kind="call_back", result="pass", evidence="by telephone")
    with pytest.raises(Refused, match="other side"):
        authenticity.countersign(case=case, about=case.pk, actor=alone, strength=RECENT)
    authenticity.countersign(case=case, about=case.pk, actor=house.approver, strength=RECENT)
    authenticity.verify(case=case, actor=alone)
    case = crew.submitted([ada()], case=case)
    with pytest.raises(Refused, match="other side"):
        approvals.approve(case=case, shown=scope_of(case).digest, actor=alone, strength=RECENT)
    with pytest.raises(Refused, match="Show again"):
        approvals.approve(case=case, shown=scope_of(case).digest, actor=house.approver, strength=type(RECENT).SIGNED_IN)
    assert Case.objects.get(pk=case.pk).state == "submitted"


def test_every_path_through_the_table_needs_two_people() -> None:
    """Search the table itself: from the letter to a hand-over, acts of both sides are on every path."""
    paths: list[tuple[str, frozenset[str]]] = [(State.RECEIVED.value, frozenset({"work"}))]
    seen, ends = set(paths), []
    while paths:
        state, parts = paths.pop()
        for one in MOVES:
            for part in one.parts:
                if state in one.sources and one.to:
                    found = (one.to, parts | ({part} & {"work", "approve"}))
                    if found not in seen:
                        seen.add(found)
                        paths.append(found)
                        ends += [found] if one.to == State.HANDED_OVER else []
    assert ends
    assert all(parts == {"work", "approve"} for _state, parts in ends)


def test_two_people_suffice_and_three_are_needed_where_it_says_so(house: House) -> None:
    assert house.approved([ada()]).state == "approved"
    case = house.submitted([ada()], ground="b", notice_mode="by_authority")
    shown = scope_of(case).digest
    assert approvals.approve(case=case, shown=shown, actor=house.approver, strength=RECENT).state == "submitted"
    other = member("approve")
    assert approvals.approve(case=case, shown=shown, actor=other, strength=RECENT).state == "submitted"
    assert approvals.approve(case=case, shown=shown, actor=house.officer, strength=RECENT).state == "approved"


def test_a_yes_copied_from_another_scope_is_refused_by_the_database(house: House) -> None:
    first = house.approved([ada()])
    second = house.submitted([ada()])
    taken = Approval.objects.filter(case=first, action="scope").get()
    scope = scope_of(second)
    Side(case=second, actor=house.officer, kind="approve", at=timezone.now()).save()
    values = {"action": "scope", "decision": "yes", "actor": house.officer, "method": "recent", "at": timezone.now()}
    assert refused(Approval(case=second, about=scope.pk, digest=taken.digest, **values).save)
    assert refused(Approval(case=second, about=taken.about, digest=taken.digest, **values).save)
    assert refused(sql(f"UPDATE {CASE} SET state = 'approved' WHERE id = %s", second.pk))


# 2: what is frozen


def test_a_frozen_scope_neither_changes_nor_gains_nor_loses_rows(house: House) -> None:
    case = house.submitted([ada()])
    scope, items = scope_of(case), "onvif_privacy_disclosures_scopeitem"
    item = ScopeItem.objects.get(scope=scope)
    extra = ScopeItem.objects.get(pk=item.pk)
    extra.pk, extra.position, extra._state.adding = uuid.uuid4(), 9, True
    ways: list[Callable[[], Any]] = [
        sql("UPDATE onvif_privacy_disclosures_scope SET ground = 'c' WHERE id = %s", scope.pk),
        sql("UPDATE onvif_privacy_disclosures_scope SET frozen_at = NULL WHERE id = %s", scope.pk),
        sql(f"UPDATE {items} SET field = 'password' WHERE id = %s", item.pk),
        sql(f"DELETE FROM {items} WHERE id = %s", item.pk),
        sql(
            f"INSERT INTO {items} (id, scope_id, case_id, position, selector, tag, model, field, data_class, zone, "
            f"verdict, reason) SELECT %s, scope_id, case_id, 9, selector, 'other', model, field, data_class, zone, "
            f"'refused', 'overbroad' FROM {items} WHERE id = %s",
            uuid.uuid4(),
            item.pk,
        ),
        lambda: ScopeItem.objects.filter(pk=item.pk).update(verdict="refused", reason="overbroad"),
        lambda: Scope.objects.filter(pk=scope.pk).update(approvals_needed=0),
        lambda: ScopeItem.objects.filter(pk=item.pk).delete(),
        lambda: Scope.objects.filter(pk=scope.pk).delete(),
    ]
    assert [place for place, way in enumerate(ways) if not _held(way)] == []
    assert digest.holds(Scope.objects.get(pk=scope.pk))


def _held(way: Callable[[], Any]) -> bool:
    try:
        return refused(way)
    except models.ProtectedError:
        return True


def test_nothing_above_the_ceiling_and_no_credential_can_be_granted_by_anybody(house: House) -> None:
    case = house.drafted([ada()])
    item = ScopeItem.objects.get(scope=scope_of(case))
    rows = ScopeItem.objects.filter(pk=item.pk)
    for name in ("content", "billing", "special:health", "credential", ""):
        assert refused(lambda name=name: rows.update(data_class=name)), name  # type: ignore[misc]
    assert not refused(lambda: rows.update(data_class="identity"))


# 6: nothing outside the table


@pytest.mark.parametrize("most", [60, pytest.param(10_000, marks=pytest.mark.full)])
def test_every_state_and_pair_outside_the_table_is_refused_by_the_database(house: House, most: int) -> None:
    case = house.received()
    for state in State.values:
        assert refused(sql(f"UPDATE {CASE} SET state = %s WHERE id = %s", state, case.pk)) == (state != "received")
    actions = [one.action for one in MOVES]
    pairs = itertools.product(State.values, State.values)
    tries = list(itertools.product(actions, ("work", "approve", "stop"), pairs))
    random.Random(6).shuffle(tries)
    for action, kind, (source, to) in tries[:most]:
        line = next(one for one in MOVES if one.action == action)
        fits = kind in line.parts and source in line.sources and to == (line.to or source)
        if fits:
            continue
        actor = house.worker if kind == "work" else house.approver
        if kind == "approve" and not Side.objects.filter(case=case, actor=actor).exists():
            Side(case=case, actor=actor, kind="approve", at=timezone.now()).save()
        made = Step(case=case, number=99, action=action, kind=kind, actor=actor, at=timezone.now())
        made.from_state, made.to_state = source, to
        assert refused(made.save), (action, kind, source, to)


def test_a_package_needs_two_people_and_what_was_approved(house: House) -> None:
    house.key, _secret = age_key(house.authority)
    case = house.approved([ada()])
    package = building.build(case=case, actor=house.worker)
    with pytest.raises(Refused, match="does not seal"):
        building.seal(case=case, package=package, actor=_both(house.worker), strength=RECENT)
    rows = Package.objects.filter(pk=package.pk)
    values = {"sealed_at": timezone.now(), "signature": "s", "file_digest": "f"}
    assert refused(lambda: rows.update(sealed_by=house.worker, **values))
    assert refused(lambda: rows.update(sealed_by=member("approve"), **values))
    assert refused(lambda: rows.update(manifest_digest="0" * 64))
    with pytest.raises(Refused, match="no sealed package"):
        handovers.hand_over(case=case, package=package, actor=house.approver, strength=RECENT)
