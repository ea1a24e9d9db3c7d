"""Verdicts that never flatter, and saboteurs that must be caught (C33, C34)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from onvif_privacy.core import promises
from onvif_privacy.core.models import Attestation, Heartbeat, Proof
from onvif_privacy.core.promises import Check, Clause, Finding, Kind, Look, Plant, Promise, Verdict
from onvif_privacy.core.promises.running import keep
from onvif_privacy.core.registry import DeclarationError, reopened
from onvif_privacy.core.registry.base import declare
from onvif_privacy.core.signals import verdict_changed
from onvif_privacy.core.testing import guards, saboteurs, temporarily
from onvif_privacy.core.testing.saboteurs import Saboteurs, cases, slipped
from tests.core.factories import UserFactory

CLAUSE = Clause("weather", "Weather")
PROMISE = Promise("weather.dry", CLAUSE, "It stays dry.")
RAIN: list[str] = []


@contextmanager
def it_rains(plant: Plant) -> Iterator[str]:
    RAIN.append("roof")
    try:
        yield "roof"
    finally:
        RAIN.clear()


def make(looker=None, *, kind: Kind = Kind.STATIC, empty: bool = False, ttl: timedelta = timedelta(hours=1)) -> Check:  # type: ignore[no-untyped-def]
    def look_up(look: Look) -> Iterable[Finding]:
        look.seen()
        return [Finding(place, "is wet") for place in RAIN]

    check = Check(PROMISE, kind, timedelta(days=1), ttl, empty, looker or look_up)
    check.saboteurs.append(promises.Saboteur("it_rains", it_rains))
    return check


@pytest.fixture
def weather() -> Iterator[None]:
    with temporarily(CLAUSE, PROMISE):
        yield


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("clause", sorted({check.promise.clause.slug for check, _ in cases()}))
def test_saboteurs_of_a_clause_are_caught(clause: str) -> None:
    planted = [one for one in cases() if one[0].promise.clause.slug == clause]
    if connection.vendor == "mysql":  # putting triggers on and off takes long there: one plant shows that SQL is right
        planted = [(check, one) for check, one in planted if one is check.saboteurs[0]]
    with guards():
        assert [said for check, saboteur in planted if (said := slipped(check, saboteur))] == []


@pytest.mark.django_db(transaction=True)
def test_test_kit_fails_when_a_check_is_edited_to_find_nothing(weather: None, monkeypatch: pytest.MonkeyPatch) -> None:
    blind = make(lambda look: look.seen() or [])
    with temporarily(blind):
        ours = [one for one in cases() if one[0].promise.clause.slug in ("weather", "cookies_choice")]
        assert len(ours) > 1  # the others are planted one by one above
        monkeypatch.setattr(saboteurs, "cases", lambda: ours)
        with pytest.raises(AssertionError, match="let it_rains slip") as failed:
            Saboteurs().test_every_saboteur_is_caught()
    assert len(str(failed.value).splitlines()) == 1


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("check", "saboteur"), cases(), ids=lambda one: getattr(one, "name", ""))
def test_each_check_edited_to_find_nothing_fails_the_build(
    check: Check, saboteur: promises.Saboteur, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sees_and_says_nothing(look: Look) -> Iterable[Finding]:
        look.seen()
        return []

    monkeypatch.setattr(check, "looker", sees_and_says_nothing)
    assert slipped(check, saboteur).startswith(f"{check.name} let {saboteur.name} slip")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("looker", "said"),
    [
        (lambda look: look.seen() or [Finding("cellar", "is wet") for _ in RAIN], "no finding mentions 'roof'"),
        (lambda look: look.seen() or [Finding("roof", "is wet")], "is broken without a plant"),
    ],
)
def test_slipping_in_other_ways_is_named(weather: None, looker: object, said: str) -> None:
    check = make(looker)
    assert said in slipped(check, check.saboteurs[0])


def test_check_without_a_saboteur_is_never_declared(weather: None) -> None:
    with reopened():

        @promises.check(PROMISE, kind=Kind.STATIC)
        def dry(look: Look) -> Iterable[Finding]:
            return []

        assert dry.name not in promises.checks
        dry.saboteur(it_rains)
        assert dry.name in promises.checks


def test_promise_of_another_clause_is_refused() -> None:
    with pytest.raises(DeclarationError, match="must begin with 'weather'"):
        Promise("climate.dry", CLAUSE, "It stays dry.")


def test_saboteurs_refuse_a_database_that_is_no_test_database(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core import mail

    monkeypatch.delattr(mail, "outbox")
    with pytest.raises(RuntimeError, match="test databases only"):
        Plant()


def hang(look: Look) -> Iterable[Finding]:
    look.seen()
    time.sleep(30)
    return []


def crash(look: Look) -> Iterable[Finding]:
    look.seen()
    raise LookupError("ada@example.com")


@pytest.mark.parametrize(
    ("looker", "error"),
    [
        (crash, "LookupError"),
        (hang, "OutOfTime"),
        (lambda look: look.seen() or ["rubbish"], "NotAFinding"),
        (lambda look: look.seen(), "TypeError"),
        (lambda look: [], ""),
    ],
    ids=["raises", "hangs", "rubbish", "no list", "looked at nothing"],
)
def test_check_that_did_not_look_is_unproven_never_kept(looker: object, error: str) -> None:
    looked = promises.look_at(make(looker), seconds=1)
    assert looked.verdict is Verdict.UNPROVEN
    assert looked.error == error


def test_nothing_to_look_at_is_fine_only_where_the_check_says_so() -> None:
    assert promises.look_at(make(lambda look: [], empty=True)).verdict is Verdict.KEPT


@pytest.mark.django_db
def test_verdict_follows_look_and_time(weather: None) -> None:
    check = make()
    with temporarily(check):
        assert promises.of_promise("weather.dry").verdict is Verdict.UNPROVEN
        keep(promises.look_at(check))
        assert promises.of_promise("weather.dry").verdict is Verdict.KEPT
        beat = Heartbeat.objects.get(pk=check.name)
        edge = beat.looked_at + check.ttl
        assert promises.of_promise("weather.dry", edge).verdict is Verdict.KEPT
        assert promises.of_promise("weather.dry", edge + timedelta(seconds=1)).verdict is Verdict.STALE
        with it_rains(Plant()):
            keep(promises.look_at(check))
        late = edge + timedelta(days=9)
        assert promises.of_promise("weather.dry", late).verdict is Verdict.BROKEN  # a finding does not heal by waiting
        assert promises.of_clause("weather") is Verdict.BROKEN


@pytest.mark.django_db
def test_proof_is_kept_for_each_change_of_verdict_only(weather: None, django_capture_on_commit_callbacks) -> None:  # type: ignore[no-untyped-def]
    heard: list[tuple[object, object]] = []

    def hear(before: object, after: object, **kwargs: object) -> None:
        heard.append((before, after))

    check = make()
    verdict_changed.connect(hear)
    try:
        with temporarily(check), django_capture_on_commit_callbacks(execute=True):
            for raining in (False, False, True, True, False):
                RAIN[:] = ["roof"] if raining else []
                keep(promises.look_at(check))
            changes = promises.history("weather", timezone.now() - timedelta(days=1), timezone.now())
    finally:
        verdict_changed.disconnect(hear)
        RAIN.clear()
    assert [row.verdict for row in changes] == ["kept", "broken", "kept"]
    assert heard == [(None, Verdict.KEPT), (Verdict.KEPT, Verdict.BROKEN), (Verdict.BROKEN, Verdict.KEPT)]
    assert Proof.objects.filter(verdict="broken").get().findings == [{"place": "roof", "what": "is wet"}]


@pytest.mark.django_db
def test_word_of_a_person_holds_until_its_last_second(weather: None) -> None:
    check = make(kind=Kind.ATTESTATION)
    until = timezone.now() + timedelta(days=30)
    with temporarily(check):
        assert promises.of_promise("weather.dry").verdict is Verdict.UNPROVEN
        promises.attest(promise="weather.dry", words="I saw it.", evidence="report 7", until=until, actor=UserFactory())
        standing = promises.of_promise("weather.dry")
        assert (standing.verdict, standing.attested_until) == (Verdict.ATTESTED, until)
        assert promises.of_promise("weather.dry", until).verdict is Verdict.UNPROVEN


@pytest.mark.django_db
@pytest.mark.parametrize(("words", "days"), [(" ", 30), ("I saw it.", 0), ("I saw it.", 366)])
def test_word_without_words_or_end_is_refused(weather: None, words: str, days: int) -> None:
    until = timezone.now() + timedelta(days=days)
    with pytest.raises(ValueError, match="attestation"):
        promises.attest(promise="weather.dry", words=words, evidence="", until=until, actor=UserFactory())
    assert not Attestation.objects.exists()


@pytest.mark.django_db
def test_overview_takes_two_queries_whatever_is_declared(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(2):
        assert len(promises.overview()) == len(promises.promises)


def test_clause_of_several_rooms_is_one_and_another_under_its_name_names_both_places() -> None:
    with reopened(), temporarily(CLAUSE):
        declare(CLAUSE)
        assert [one.slug for one in promises.clauses.all()].count("weather") == 1
        with pytest.raises(DeclarationError, match="declared twice"):
            declare(Clause("weather", "Climate"))
