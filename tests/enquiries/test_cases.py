"""Determined and remedied are two dated facts; somebody else looks; who it is about does nothing. SQL included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from onvif_privacy.core import ledger, subjects, testing
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Alarm, Entry, Heartbeat, Proof
from onvif_privacy.core.promises import checks
from onvif_privacy.core.promises.planting import by_hand
from onvif_privacy.enquiries.models import (
    ALLOWED,
    ClauseLink,
    ClockPause,
    ClockRule,
    Concern,
    Enquiry,
    Holiday,
    Kind,
    Letter,
    Outcome,
    Remedy,
    State,
    Transition,
)
from onvif_privacy.enquiries.services import acts, cases, deadlines, reading
from onvif_privacy.enquiries.services.acts import ACTS, why_not
from onvif_privacy.enquiries.services.clauses import verdict_at
from onvif_privacy.enquiries.services.states import NotNow
from tests.core.counts import few_or_all
from tests.core.factories import UserFactory
from tests.enquiries.world import (
    REASONS,
    determined,
    investigated,
    letters,
    put_right,
    received,
    remedied,
    staff,
    verified,
)

TABLE = "onvif_privacy_enquiries_enquiry"


@pytest.fixture
def guarded(transactional_db: None) -> Iterator[None]:
    """Put the guards on; MariaDB commits on creating a trigger, so the test needs a database of its own."""
    deadlines.make_rules("default")
    with testing.guards():
        yield


def sql(statement: str, *values: object) -> None:
    with transaction.atomic():
        by_hand("default", statement, *values)


def refused(statement: str, *values: object) -> bool:
    try:
        sql(statement, *values)
    except DatabaseError:
        return True
    return False


# The way of a complaint


@pytest.mark.django_db
def test_a_complaint_goes_its_way_and_every_step_is_recorded(rules: None) -> None:
    clerk, other = staff("work"), staff("work", "verify")
    enquiry = verified(received(address="ada@example.org"), clerk, other)
    assert enquiry.state == State.VERIFIED
    assert [one.what for one in Letter.objects.order_by("created_at")] == ["acknowledged", "determined", "outcome"]
    assert len(letters()) == 3
    enquiry.refresh_from_db()
    assert enquiry.state == State.CLOSED
    moves = list(Transition.objects.filter(enquiry=enquiry).values_list("after", flat=True))
    assert moves == [
        "received",
        "acknowledged",
        "investigating",
        "determined",
        "remedying",
        "remedied",
        "verified",
        "closed",
    ]
    times = [enquiry.determined_at, enquiry.remedied_at, enquiry.verified_at]
    assert all(times)
    assert times == sorted(times, key=str)
    assert enquiry.due_at is None
    kinds = list(Entry.objects.filter(kind="enquiries.moved").values_list("kind", flat=True))
    assert len(kinds) == len(moves) - 1
    for one in Entry.objects.filter(kind__startswith="enquiries."):
        assert REASONS[:20] not in str(ledger.opened(one))


@pytest.mark.django_db
def test_who_gave_no_address_reads_it_on_the_page_and_the_case_closes(rules: None) -> None:
    enquiry = verified(received(), staff("work"), staff("verify"))
    assert enquiry.state == State.CLOSED
    assert not Letter.objects.exists()


@pytest.mark.django_db
def test_a_comment_is_answered_and_closed_and_a_complaint_is_not(rules: None) -> None:
    clerk = staff("work")
    comment, complaint = received(Kind.COMMENT, address="ada@example.org"), received()
    for one in (comment, complaint):
        cases.assign(enquiry=one, actor=clerk)
    cases.answer(enquiry=comment, words="Thank you", actor=clerk)
    assert comment.state == State.CLOSED
    with pytest.raises(NotNow, match="comment"):
        cases.answer(enquiry=complaint, words="Thank you", actor=clerk)
    assert "Thank you" not in str(letters()[-1].message())
    assert [one.words for one in reading.for_person(comment)][-1] == "Thank you"


@pytest.mark.django_db
def test_determining_asks_for_reasons_an_outcome_and_a_clause(rules: None) -> None:
    enquiry, clerk = investigated(received(), staff("work")), staff("work")
    cases.assign(enquiry=enquiry, actor=clerk)
    bad: list[tuple[type[Exception], dict[str, Any]]] = [
        (ValueError, {"reasons": "short", "outcome": Outcome.UPHELD, "no_clause": True}),
        (ValueError, {"reasons": REASONS, "outcome": Outcome.NONE, "no_clause": True}),
        (NotNow, {"reasons": REASONS, "outcome": Outcome.UPHELD}),
    ]
    for error, changes in bad:
        with pytest.raises(error):
            cases.determine(enquiry=enquiry, actor=clerk, **changes)
    cases.link(enquiry=enquiry, slug="contact", actor=clerk)
    cases.determine(enquiry=enquiry, outcome=Outcome.PARTLY, reasons=REASONS, actor=clerk)
    assert enquiry.outcome == "partly"


@pytest.mark.django_db
def test_putting_right_asks_for_evidence_and_for_what_notices_it_next_time(rules: None) -> None:
    enquiry, clerk = investigated(received(), clerk := staff("work"), "contact"), clerk
    cases.determine(enquiry=enquiry, outcome=Outcome.UPHELD, reasons=REASONS, actor=clerk)
    with pytest.raises(NotNow):
        cases.remedied(enquiry=enquiry, actor=clerk)
    for changes in ({"evidence": " "}, {"words": ""}, {"regression": Remedy.Regression.IMPOSSIBLE}):
        with pytest.raises(ValueError, match="Please"):
            put_right(enquiry, clerk, **changes)
    put_right(enquiry, clerk)
    with pytest.raises(NotNow, match="notice"):
        cases.remedied(enquiry=enquiry, actor=clerk)
    put_right(enquiry, clerk, regression=Remedy.Regression.SABOTEUR)
    cases.remedied(enquiry=enquiry, actor=clerk)
    assert enquiry.state == State.REMEDIED


@pytest.mark.django_db
def test_somebody_else_looks_at_exactly_what_there_is(rules: None) -> None:
    clerk, other = staff("work", "verify"), staff("verify")
    enquiry = remedied(received(), clerk)
    with pytest.raises(NotNow, match="Another person"):
        cases.verify(enquiry=enquiry, seen=cases.seen_digest(enquiry), actor=clerk)
    with pytest.raises(NotNow, match="changed"):
        cases.verify(enquiry=enquiry, seen="0" * 64, actor=other)
    cases.send_back(enquiry=enquiry, because="The list is still there", actor=other)
    assert (enquiry.state, enquiry.remedied_at, enquiry.remedied_by) == (State.REMEDYING, None, "")
    seen = cases.seen_digest(enquiry)
    put_right(enquiry, clerk, evidence="T-18")
    cases.remedied(enquiry=enquiry, actor=clerk)
    with pytest.raises(NotNow, match="changed"):
        cases.verify(enquiry=enquiry, seen=seen, actor=other)
    cases.verify(enquiry=enquiry, seen=cases.seen_digest(enquiry), actor=other)
    assert enquiry.state == State.CLOSED


@pytest.mark.django_db
def test_a_clause_that_is_not_green_needs_a_reason(rules: None) -> None:
    clerk, other = staff("work"), staff("verify")
    enquiry = investigated(received(), clerk, "contact")
    cases.determine(enquiry=enquiry, outcome=Outcome.UPHELD, reasons=REASONS, actor=clerk)
    put_right(enquiry, clerk, regression=Remedy.Regression.TIGHTENED)
    cases.remedied(enquiry=enquiry, actor=clerk)
    seen = cases.seen_digest(enquiry)
    with pytest.raises(NotNow, match="green"):
        cases.verify(enquiry=enquiry, seen=seen, actor=other)
    cases.verify(enquiry=enquiry, seen=seen, because="The mailbox is moved tonight", actor=other)


@pytest.mark.django_db
def test_opened_again_old_dates_stay_and_the_clocks_are_right(rules: None) -> None:
    clerk, other = staff("work"), staff("verify")
    enquiry = verified(received(), clerk, other)
    first = {one.after: one.at for one in Transition.objects.filter(enquiry=enquiry)}
    later = timezone.now() + timedelta(days=3)
    cases.reopen(enquiry=enquiry, words="It happened again", actor=clerk, now=later)
    assert (enquiry.outcome, enquiry.determined_at, enquiry.remedied_at, enquiry.verified_at) == ("", None, None, None)
    rows = {one.rule.slug: one for one in deadlines.clocks_of(enquiry)}
    assert rows["house_determine"].begun == later
    assert rows["house_acknowledge"].ended is not None
    assert "house_remedy" not in rows
    cases.assign(enquiry=enquiry, actor=clerk)
    cases.determine(enquiry=enquiry, outcome=Outcome.NOT_UPHELD, reasons=REASONS, no_clause=True, actor=clerk)
    history = [(one.after, one.outcome) for one in Transition.objects.filter(enquiry=enquiry)]
    assert [one for one in history if one[0] == "determined"] == [
        ("determined", "upheld"),
        ("determined", "not_upheld"),
    ]
    assert {one.after: one.at for one in Transition.objects.filter(enquiry=enquiry, number__lte=8)} == first


# Who may do what, and when


CALLS: dict[str, Callable[[Enquiry, Any], object]] = {
    "release": lambda one, who: cases.release(enquiry=one, actor=who),
    "discard": lambda one, who: cases.discard(enquiry=one, actor=who),
    "classify": lambda one, who: cases.classify(enquiry=one, actor=who),
    "acknowledge": lambda one, who: cases.acknowledge(enquiry=one, actor=who),
    "assign": lambda one, who: cases.assign(enquiry=one, actor=who),
    "investigate": lambda one, who: cases.investigate(enquiry=one, actor=who),
    "write": lambda one, who: cases.write(enquiry=one, words="words", actor=who),
    "note": lambda one, who: cases.note(enquiry=one, words="words", actor=who),
    "answer": lambda one, who: cases.answer(enquiry=one, words="words", actor=who),
    "link": lambda one, who: cases.link(enquiry=one, slug="contact", actor=who),
    "concern": lambda one, who: cases.concern(
        enquiry=one, person=subjects.for_user(UserFactory()).reference, actor=who
    ),
    "rights": lambda one, who: cases.mark_rights(enquiry=one, actor=who),
    "pause": lambda one, who: cases.pause(
        enquiry=one,
        rule=ClockRule.objects.get(slug="house_determine"),
        since=date(2026, 1, 1),
        days=3,
        reason="ill",
        actor=who,
    ),
    "determine": lambda one, who: cases.determine(
        enquiry=one, outcome=Outcome.UPHELD, reasons=REASONS, no_clause=True, actor=who
    ),
    "conclude": lambda one, who: cases.conclude(enquiry=one, actor=who),
    "remedy": lambda one, who: put_right(one, who),
    "remedied": lambda one, who: cases.remedied(enquiry=one, actor=who),
    "verify": lambda one, who: cases.verify(enquiry=one, seen=cases.seen_digest(one), actor=who),
    "send_back": lambda one, who: cases.send_back(enquiry=one, because="not right", actor=who),
    "reopen": lambda one, who: cases.reopen(enquiry=one, words="again", actor=who),
}


def in_state(state: State, clerk: Any, other: Any) -> Enquiry:
    """Return one that was brought into a state by the services."""
    if state == State.RECEIVED:
        return received(quarantined="many")
    enquiry = received()
    steps: list[tuple[State, Callable[[], object]]] = [
        (State.INVESTIGATING, lambda: investigated(enquiry, clerk)),
        (State.DETERMINED, lambda: CALLS["determine"](enquiry, clerk)),
        (State.REMEDYING, lambda: put_right(enquiry, clerk)),
        (State.REMEDIED, lambda: cases.remedied(enquiry=enquiry, actor=clerk)),
        (State.CLOSED, lambda: CALLS["verify"](enquiry, other)),
    ]
    for reached, step in steps:
        if enquiry.state == state:
            break
        step()
        assert enquiry.state == reached
    return enquiry


@pytest.mark.django_db
@pytest.mark.parametrize("state", [one for one in State if one != State.VERIFIED])
@pytest.mark.parametrize("whole", few_or_all(0, 1))
def test_every_act_is_refused_to_everybody_who_may_not_do_it_now(state: State, whole: int, rules: None) -> None:
    clerk, other = staff("work", "verify"), staff("work", "verify")
    concerned = UserFactory(is_staff=True, is_superuser=True)
    enquiry = in_state(state, clerk, other)
    Concern(enquiry=enquiry, person=subjects.for_user(concerned).reference, noted_by="x", at=timezone.now()).save()
    people = {"reader": staff(), "clerk": clerk, "concerned": concerned}
    if whole:
        people |= {"nobody": UserFactory(), "other": other}
    assert set(CALLS) == set(ACTS)
    tried = done = 0
    for slug, call in CALLS.items():
        for name, person in people.items():
            allowed = why_not(enquiry, slug, person) == ""
            with transaction.atomic():
                try:
                    call(enquiry, person)
                except NotNow:
                    happened = False
                else:
                    happened = True
                transaction.set_rollback(True)
            enquiry = Enquiry.objects.get(pk=enquiry.pk)
            assert happened <= allowed, (slug, name)
            assert not happened or (state in ACTS[slug].states and name not in ("nobody", "reader", "concerned"))
            tried += 1
            done += happened
    assert tried == len(ACTS) * len(people)
    assert done


@pytest.mark.django_db
def test_a_superuser_whom_it_is_about_does_nothing_in_it(rules: None) -> None:
    boss, clerk = UserFactory(is_staff=True, is_superuser=True), staff("work")
    enquiry = received()
    cases.assign(enquiry=enquiry, actor=boss)
    assert enquiry.handler == subjects.for_user(boss).reference
    cases.concern(enquiry=enquiry, person=subjects.for_user(boss).reference, actor=clerk)
    assert enquiry.handler == ""
    for slug in ACTS:
        assert why_not(enquiry, slug, boss) != ""
    with pytest.raises(ValueError, match="no such person"):
        cases.concern(enquiry=enquiry, person="nobody", actor=clerk)


def test_the_table_of_moves_is_the_table_of_the_database(guarded: None) -> None:
    clerk, other = staff("work"), staff("verify")
    enquiry = received()
    for before in State:
        for after in State:
            if before == after:
                continue
            with transaction.atomic():
                testing_row = f"UPDATE {TABLE} SET state = %s WHERE id = %s"
                if (str(before), str(after)) in ALLOWED or before != enquiry.state:
                    continue
                assert refused(testing_row, str(after), enquiry.pk), (before, after)
    for step in (lambda: remedied(enquiry, clerk), lambda: CALLS["verify"](enquiry, other)):
        step()
        for after in State:
            if after != enquiry.state and (str(enquiry.state), str(after)) not in ALLOWED:
                assert refused(f"UPDATE {TABLE} SET state = %s WHERE id = %s", str(after), enquiry.pk), after


def test_the_database_holds_what_the_services_hold(guarded: None) -> None:
    clerk, other = staff("work"), staff("verify")
    person, boss = subjects.for_user(clerk).reference, subjects.for_user(UserFactory()).reference
    enquiry, about = remedied(received(), clerk), received()
    cases.concern(enquiry=about, person=boss, actor=clerk)
    statements: list[tuple[str, tuple[object, ...]]] = [
        # closed without anybody having looked, and by who put it right
        (f"UPDATE {TABLE} SET state = 'closed', closed_at = received_at WHERE id = %s", (enquiry.pk,)),
        (
            f"UPDATE {TABLE} SET state = 'verified', verified_at = remedied_at, verified_by = %s WHERE id = %s",
            (person, enquiry.pk),
        ),
        # another day, kind, number; an outcome from nowhere
        (f"UPDATE {TABLE} SET received_at = '2020-01-01 00:00:00' WHERE id = %s", (enquiry.pk,)),
        (f"UPDATE {TABLE} SET kind = 'comment' WHERE id = %s", (enquiry.pk,)),
        (f"UPDATE {TABLE} SET ref = 'PE-00000000' WHERE id = %s", (enquiry.pk,)),
        (f"UPDATE {TABLE} SET outcome = 'not_upheld' WHERE id = %s", (about.pk,)),
        (f"UPDATE {TABLE} SET outcome = 'not_upheld' WHERE id = %s", (enquiry.pk,)),
        # whom it is about, in every role
        *(
            (f"UPDATE {TABLE} SET {role} = %s WHERE id = %s", (boss, about.pk))
            for role in ("handler", "determined_by", "remedied_by", "verified_by")
        ),
        # evidence
        ("UPDATE onvif_privacy_enquiries_transition SET at = '2020-01-01 00:00:00'", ()),
        ("DELETE FROM onvif_privacy_enquiries_transition", ()),
        ("UPDATE onvif_privacy_enquiries_remedy SET evidence = 'x'", ()),
        ("DELETE FROM onvif_privacy_enquiries_concern", ()),
        ("UPDATE onvif_privacy_enquiries_entry SET direction = 'out' WHERE direction = 'in'", ()),
        ("UPDATE onvif_privacy_enquiries_entry SET body = author WHERE direction = 'in'", ()),
        ("UPDATE onvif_privacy_enquiries_clockrule SET pausable = statutory", ()),
    ]
    if connection.vendor == "postgresql":
        statements = [one for one in statements if "body = author" not in one[0]]
    for statement, values in statements:
        assert refused(statement, *values), statement
    with pytest.raises(DatabaseError), transaction.atomic():
        Remedy(
            enquiry=about, turn=0, kind="other", evidence="x", evidence_digest="x", done_by=boss, at=timezone.now()
        ).save()
    with pytest.raises(DatabaseError), transaction.atomic():
        Concern(enquiry=enquiry, person=person, noted_by="x", at=timezone.now()).save()
    statutory = ClockRule.objects.get(slug="uk_acknowledge")
    with pytest.raises(DatabaseError), transaction.atomic():
        paused(about, statutory)
    with pytest.raises(DatabaseError), transaction.atomic():
        Enquiry.objects.create(kind="complaint", channel="form", state="closed", received_at=timezone.now())
    cases.verify(enquiry=enquiry, seen=cases.seen_digest(enquiry), actor=other)
    assert enquiry.state == State.CLOSED


def test_remedied_without_evidence_is_refused_by_the_database(guarded: None) -> None:
    clerk = staff("work")
    enquiry = determined(received(), clerk)
    person = subjects.for_user(clerk).reference
    sql(f"UPDATE {TABLE} SET state = 'remedying' WHERE id = %s", enquiry.pk)
    statement = f"UPDATE {TABLE} SET state = 'remedied', remedied_at = determined_at, remedied_by = %s WHERE id = %s"
    assert refused(statement, person, enquiry.pk)
    put_right(enquiry, clerk)
    sql(statement, person, enquiry.pk)


def paused(enquiry: Enquiry, rule: ClockRule, **changes: Any) -> ClockPause:
    shape = {"turn": enquiry.turn, "since": timezone.localdate(), "days": 5, "reason": "x", "by": "x"}
    return ClockPause.objects.create(enquiry=enquiry, rule=rule, at=timezone.now(), **{**shape, **changes})


# Clocks


@pytest.mark.django_db
def test_a_statutory_clock_is_paused_by_nobody(rules: None) -> None:
    clerk, enquiry = staff("work"), received()
    statutory = ClockRule.objects.get(slug="uk_acknowledge")
    with pytest.raises(NotNow, match="nobody"):
        cases.pause(enquiry=enquiry, rule=statutory, since=date(2026, 1, 1), days=3, reason="ill", actor=clerk)
    with pytest.raises(DatabaseError), transaction.atomic():
        ClockRule.objects.filter(pk=statutory.pk).update(pausable=True)


@pytest.mark.django_db
def test_a_pause_moves_the_end_once_and_by_no_more_than_thirty_days(rules: None) -> None:
    clerk, enquiry = staff("work"), received()
    rule, before = ClockRule.objects.get(slug="house_determine"), enquiry.due_at
    call = {"rule": rule, "since": timezone.localdate() + timedelta(days=1), "reason": "ill", "actor": clerk}
    for bad in ({"days": 31}, {"days": 0}, {"days": 3, "reason": " "}):
        with pytest.raises((ValueError, Exception)):
            cases.pause(enquiry=enquiry, **{**call, **bad})
    assert not ClockPause.objects.exists()
    cases.pause(enquiry=enquiry, days=14, **call)
    assert before is not None
    assert enquiry.due_at is not None
    assert enquiry.due_at > before
    with pytest.raises(NotNow, match="already"):
        cases.pause(enquiry=enquiry, days=14, **call)
    for days in (0, 31):
        with pytest.raises(DatabaseError), transaction.atomic():
            paused(enquiry, rule, days=days, turn=1)


@pytest.mark.django_db
def test_the_nearest_end_follows_rules_and_holidays(rules: None) -> None:
    enquiry = received()
    first = enquiry.due_at
    assert first is not None
    Holiday.objects.create(day=timezone.localdate(first), name="Day of the mayor")
    assert deadlines.refresh() == 1
    enquiry.refresh_from_db()
    assert enquiry.due_at is not None
    assert enquiry.due_at > first
    assert deadlines.refresh() == 0
    ClockRule.objects.filter(slug="house_determine").update(amount=1, unit="hours", start="instant", pausable=False)
    deadlines.refresh()
    enquiry.refresh_from_db()
    assert enquiry.due_at == enquiry.received_at + timedelta(hours=1)


@pytest.mark.django_db
def test_staff_are_told_once_for_each_stage(rules: None) -> None:
    enquiry = received(received_at=timezone.now() - timedelta(days=40))
    for _time in range(2):
        assert run_due(names=("enquiries.clocks",))[0].outcome == "done"
    found = set(Alarm.objects.filter(kind="enquiries.clock").values_list("reference", flat=True))
    assert f"{enquiry.ref}-0-house_determine-100" in found
    assert f"{enquiry.ref}-0-eu_us_dpf-75" in found
    assert len(found) == Alarm.objects.count()


@pytest.mark.django_db
def test_rules_that_ship_are_made_once_and_changes_stay(rules: None) -> None:
    ClockRule.objects.filter(slug="uk_outcome").update(amount=60)
    ClockRule.objects.filter(slug="eu_us_dpf").delete()
    deadlines.make_rules("default")
    assert ClockRule.objects.get(slug="uk_outcome").amount == 60
    assert ClockRule.objects.count() == len(deadlines.SHIPPED)
    assert not ClockRule.objects.filter(statutory=True, pausable=True).exists()
    rule = ClockRule.objects.get(slug="gdpr_rights")
    deadlines.confirm(rule, actor=staff("work"))
    assert rule.confirmed_on == timezone.localdate()
    enquiry = received()
    assert "gdpr_rights" not in [one.rule.slug for one in deadlines.clocks_of(enquiry)]
    cases.mark_rights(enquiry=enquiry, actor=staff("work"))
    assert "gdpr_rights" in [one.rule.slug for one in deadlines.clocks_of(enquiry)]


# The clause, as it stood


@pytest.mark.django_db
def test_a_complaint_shows_the_verdict_of_its_day(rules: None) -> None:
    names = [one.name for one in checks.all() if one.promise.clause.slug == "cookies_nature"]
    assert names
    now = timezone.now()

    def found(days: int, verdict: str) -> None:
        for name in names:
            Proof(promise="x", check_name=name, verdict=verdict, findings=[], at=now - timedelta(days=days)).save()

    found(60, "kept")
    found(40, "broken")
    found(20, "kept")
    Heartbeat.objects.all().delete()
    enquiry = received(complained_on=timezone.localdate(now - timedelta(days=30)), clauses=["cookies_nature"])
    link = ClauseLink.objects.get(enquiry=enquiry)
    assert (link.verdict_on, link.verdict_received) == ("broken", "kept")
    assert len(link.history_digest) == 64
    assert verdict_at("cookies_nature", now - timedelta(days=70)) == "unproven"
    # whatever is found or bound later changes nothing of it
    found(0, "broken")
    link.refresh_from_db()
    assert (link.verdict_on, link.verdict_received) == ("broken", "kept")


@pytest.mark.django_db
def test_reading_by_staff_is_an_entry_with_who_read(rules: None) -> None:
    enquiry, clerk = received(text="Only for your eyes"), staff("work")
    lines = reading.for_staff(enquiry, actor=clerk)
    assert [one.words for one in lines] == ["Only for your eyes"]
    looked = ledger.opened(Entry.objects.get(kind="enquiries.looked"))
    assert looked == {"enquiry": enquiry.ref, "actor": subjects.for_user(clerk).reference}
    assert Entry.objects.filter(kind="gate.read").exists()


@pytest.mark.django_db
def test_what_is_meant_for_nobody_is_closed_kept_and_not_counted(rules: None) -> None:
    clerk, enquiry = staff("work"), received(quarantined="trap")
    assert enquiry.due_at is not None  # a statutory clock runs whoever sent it
    cases.discard(enquiry=enquiry, actor=clerk)
    assert enquiry.state == State.CLOSED
    assert not Enquiry.objects.counted().exists()
    other = received(quarantined="trap", address="ada@example.org")
    cases.release(enquiry=other, actor=clerk)
    assert other.state == State.ACKNOWLEDGED
    assert len(letters()) == 1


@pytest.mark.django_db
def test_acts_name_only_states_and_kinds_that_there_are() -> None:
    for act in ACTS.values():
        assert set(act.states) <= set(State)
        assert act.permission in (acts.WORK, acts.VERIFY)
