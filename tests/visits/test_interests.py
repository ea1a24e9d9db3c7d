"""Interests (V14, V15): scores that fade, one rule, written and read only under a grant that stands."""

from __future__ import annotations

import datetime as dt
import math
import random
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection, router
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from onvif_privacy.core import consent, jobs, subjects
from onvif_privacy.core.consent import Outcome
from onvif_privacy.core.personal import end_row, rows_of
from onvif_privacy.core.registry import Veto, personal_data, purposes, temporarily
from onvif_privacy.core.testing.factories import SubjectFactory
from onvif_privacy.visits import checks
from onvif_privacy.visits.doors import subject_area
from onvif_privacy.visits.models import Interest, SubjectArea, Visit
from onvif_privacy.visits.services import areas, retention, store
from onvif_privacy.visits.services.interests import PURPOSE, changing, profile, rule, writing
from onvif_privacy.visits.services.interests.sensitive import is_sensitive
from onvif_privacy.visits.services.recorder import Recorder, recorder
from onvif_privacy.visits.services.records import Note, Parcel
from onvif_privacy.visits.services.transports import Direct
from tests.core.factories import UserFactory
from tests.visits.factories import CHROME, RecordFactory
from tests.visits.interested import AREAS, NOW, Choosing, give, kept, scores, store_notes, visitor, visits

pytestmark = pytest.mark.django_db
DAY = 86_400
HALF = 14 * DAY


@pytest.fixture
def on() -> Iterator[None]:
    """A site that keeps interests."""
    with kept():
        yield


class TestScores:
    @pytest.mark.parametrize("number", [150, pytest.param(10_000, marks=pytest.mark.full)])
    def test_stored_scores_equal_a_plain_sum_however_visits_were_split_into_batches(
        self, on: None, number: int
    ) -> None:
        """V14: the reference adds up every visit by itself; the store sees them late, early and in any parts."""
        dice, using = random.Random(14), router.db_for_write(Interest)
        people = {uuid.UUID(int=dice.getrandbits(128), version=4): random_history(dice) for _person in range(number)}
        notes = [
            Note(at, reference(person), f"/{slug}/", "") for person, history in people.items() for at, slug in history
        ]
        dice.shuffle(notes)
        for start in range(0, len(notes), max(1, len(notes) // 7)):
            batch = notes[start : start + max(1, len(notes) // 7)]
            writing.add([(*key, *value) for key, value in writing.scores(batch, using).items()], using)

        rows: dict[uuid.UUID, list[Any]] = {}
        for person, *row in Interest.objects.values_list("visitor", "area__slug", "score", "as_of", "own"):
            rows.setdefault(person, []).append(row)
        for person, history in people.items():
            found = rule.profile(rows[person], AREAS, NOW + 100 * DAY).scores
            assert found.keys() == {slug for _at, slug in history}
            for slug, score in found.items():
                expected = math.fsum(
                    math.exp(-math.log(2) * (NOW + 100 * DAY - at) / HALF) for at, other in history if other == slug
                )
                assert math.isclose(score, expected, rel_tol=1e-9, abs_tol=1e-9)

    def test_score_halves_every_half_life_by_the_setting(self, on: None, settings: Any) -> None:
        anna = visitor()
        settings.ONVIF_PRIVACY_VISITS_INTERESTS_HALF_LIFE_DAYS = 7
        store_notes(*visits(anna, "video"))
        store_notes(*visits(anna, "video", at=NOW + 7 * DAY))
        assert scores(anna) == {"video": pytest.approx(1.5)}

    def test_a_batch_is_counted_once_however_often_it_is_sent(self, on: None) -> None:
        anna = visitor()
        parcel = Parcel((), notes=visits(anna, "video", "video", "access"))
        for _time in range(3):
            store.write(parcel)
        assert scores(anna) == {"access": 1.0, "video": pytest.approx(2.0, abs=1e-5)}

    def test_a_batch_costs_two_statements_for_all_its_visitors(self, on: None) -> None:
        people = [visitor() for _one in range(3)]
        store_notes(*visits(people[0], "video", "access"))  # what is remembered for later batches
        with CaptureQueriesContext(connection) as queries:
            store.write(Parcel(()))
        without = len(queries)
        with CaptureQueriesContext(connection) as queries:
            store_notes(*(note for person in people for note in visits(person, "video", "access")))
        # the numbers of areas are looked up only where the test's own transaction is open
        asked = [query["sql"] for query in queries if '"digest" IN' not in query["sql"].replace("`", '"')]
        assert len(asked) == without + 2

    def test_notes_that_name_nobody_or_no_area_are_left_out(self, on: None) -> None:
        store_notes(
            Note(NOW, "", "/video/", ""), Note(NOW, "ä" * 22, "/video/", ""), Note(NOW, "A" * 30, "/video/", "")
        )
        store_notes(Note(NOW, visitor().reference, "/elsewhere/", ""))
        assert not Interest.objects.exists()


def random_history(dice: random.Random) -> list[tuple[int, str]]:
    """Up to forty visits of a hundred days to pages of some areas."""
    return [(NOW + dice.randrange(100 * DAY), dice.choice(list(AREAS))) for _visit in range(dice.randint(1, 40))]


def reference(person: uuid.UUID) -> str:
    return SubjectFactory.build(pk=person).reference


@pytest.mark.once
class TestRule:
    def test_uniform_visitor_is_interested_in_nothing_however_often_they_come(self, on: None) -> None:
        """V14: page after page of every area in turn, for sixty days, judged after each page."""
        for step in (600, 3_600, DAY):
            seen: list[tuple[int, str]] = []
            for number in range(60 if step == DAY else 100):
                seen.append((NOW + number * step, list(AREAS)[number % len(AREAS)]))
                last = seen[-1][0]
                found = {
                    area: sum(rule.faded(1.0, last - at, HALF) for at, slug in seen if slug == area) for area in AREAS
                }
                if number >= len(AREAS):
                    assert rule.Profile(found, {}, AREAS).interests == ()

    @pytest.mark.parametrize(
        ("found", "interests"),
        [
            ({}, ()),
            ({"video": 2.9}, ()),  # below the threshold
            ({"video": 3.0}, ("video",)),
            ({"video": 9.0, "access": 4.0}, ("video",)),  # 4 is less than one and a half times the mean of 3.25
            ({"video": 9.0, "access": 8.0}, ("video", "access")),
            ({"video": 9.0, "access": 9.0, "audio": 9.0, "light": 9.0}, ()),
            ({"video": 5.0, "access": 3.0, "audio": 3.0, "light": 3.0}, ()),
            ({"elsewhere": 4.0}, ("elsewhere",)),  # named by a view only
        ],
    )
    def test_threshold_and_mean_decide(self, on: None, found: dict[str, float], interests: tuple[str, ...]) -> None:
        assert rule.Profile(found, {}, AREAS).interests == interests

    def test_own_word_beats_the_score(self, on: None) -> None:
        judged = rule.Profile({"video": 9.0}, {"access": True, "video": False}, AREAS)
        assert judged.interests == ("access",)

    def test_site_with_one_area_knows_no_interest(self, on: None) -> None:
        assert rule.Profile({"video": 100.0}, {}, ["video"]).interests == ()

    def test_clock_that_goes_back_adds_nothing(self) -> None:
        assert rule.faded(2.0, -5 * HALF, HALF) == 2.0


class TestAgreement:
    @pytest.mark.parametrize(
        ("outcomes", "written"),
        [
            ((Outcome.GRANTED,), True),
            ((Outcome.WITHDRAWN,), False),
            ((Outcome.OBJECTED,), False),
            ((Outcome.GRANTED, Outcome.WITHDRAWN), False),
            ((Outcome.GRANTED, Outcome.WITHDRAWN, Outcome.GRANTED), True),
        ],
    )
    def test_profile_is_written_and_read_only_while_a_grant_stands(
        self, on: None, outcomes: tuple[Outcome, ...], written: bool
    ) -> None:
        person = visitor(*outcomes)
        store_notes(*visits(person, "video"))
        assert bool(scores(person)) is written
        give(person, video=50.0)  # as somebody who writes past the service
        assert bool(profile.read(person.pk).interests) is written

    @pytest.mark.parametrize(
        "state", ["nobody", "erased", "restricted", "account restricted", "account objects", "minor"]
    )
    def test_who_may_not_be_profiled_is_not(self, on: None, state: str) -> None:
        person, account = visitor(), SubjectFactory(user=UserFactory())
        if state.startswith("account"):
            subjects.merge(visitor=person, into=account, key="m")
        if state.endswith("restricted"):
            subjects.restrict(account if "account" in state else person)
        if state == "account objects":
            visitor(Outcome.OBJECTED, subject=account)
        if state == "erased":
            type(person).objects.filter(pk=person.pk).update(erased_at=dt.datetime.now(dt.UTC))
        if state == "nobody":
            person = SubjectFactory()
        veto = Veto("minors", "*", lambda people: people.filter(pk=person.pk if state == "minor" else uuid.uuid4()))
        with temporarily(veto):
            store_notes(*visits(person, "video"))
            give(person, video=50.0)
            assert profile.read(person.pk).interests == ()
            assert scores(person) == {"video": 50.0}
            assert changing.expire() is False
            assert scores(person) == {}

    def test_joining_an_account_moves_nothing_and_ends_nothing(
        self, on: None, django_capture_on_commit_callbacks: Any
    ) -> None:
        """What a browser's visitor did stays theirs; the account is not told, and the browser's grant still holds."""
        person, account = visitor(), SubjectFactory(user=UserFactory())
        store_notes(*visits(person, "video"))
        with django_capture_on_commit_callbacks(execute=True):
            subjects.merge(visitor=person, into=account, key="m")
        store_notes(*visits(person, "video", at=NOW + 1))
        assert scores(person) == {"video": pytest.approx(2.0, abs=1e-5)}
        assert scores(account) == {}

    def test_renewed_purpose_is_asked_again_before_anything_is_read(self, on: None) -> None:
        person = visitor()
        give(person, video=50.0)
        consent.renew(PURPOSE, reference="wider")
        assert profile.read(person.pk).interests == ()


class TestEnding:
    def test_withdrawal_deletes_the_profile_on_commit(self, on: None, django_capture_on_commit_callbacks: Any) -> None:
        """V15: not read from the commit on, gone with its callbacks; visits stay as their own retention says."""
        person, other = visitor(), visitor()
        store.write(Parcel((RecordFactory(at=int(time.time()), visitor=person.reference),)))
        for one in (person, other):
            store_notes(*visits(one, "video", "access"))
        with django_capture_on_commit_callbacks(execute=True):
            visitor(Outcome.WITHDRAWN, subject=person)
        assert scores(person) == {}
        assert len(scores(other)) == 2
        assert Visit._default_manager.get().visitor == person.pk

    def test_withdrawal_whose_callback_was_lost_is_carried_out_by_the_next_run(self, on: None) -> None:
        person = visitor()
        give(person, video=50.0)
        visitor(Outcome.WITHDRAWN, subject=person)  # its callback never runs: this test's transaction is rolled back
        assert profile.read(person.pk).interests == ()
        assert scores(person) == {"video": 50.0}
        assert [result.outcome for result in jobs.run_due(names=("visits.retention",))] == ["done"]
        assert scores(person) == {}

    def test_objection_of_an_account_ends_the_profiles_of_its_browsers(
        self, on: None, django_capture_on_commit_callbacks: Any
    ) -> None:
        person, account = visitor(), SubjectFactory(user=UserFactory())
        give(person, video=50.0)
        subjects.merge(visitor=person, into=account, key="m")
        with django_capture_on_commit_callbacks(execute=True):
            visitor(Outcome.OBJECTED, subject=account)
        assert scores(person) == {}

    def test_old_scores_go_and_own_words_stay(self, on: None, settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_INTERESTS_DAYS = 30
        person = visitor()
        store_notes(*visits(person, "video", at=int(time.time()) - 31 * DAY))
        store_notes(*visits(person, "access", at=int(time.time()) - 29 * DAY))
        changing.correct(person.pk, "audio", True)
        Interest.objects.filter(own=True).update(as_of=0)
        assert retention.expire() is False
        assert scores(person).keys() == {"access", "audio"}

    def test_site_that_switches_interests_off_forgets_them(self, on: None, settings: Any) -> None:
        person = visitor()
        give(person, video=50.0)
        settings.ONVIF_PRIVACY_VISITS_INTERESTS = False
        assert retention.expire() is False
        assert scores(person) == {}

    def test_profile_is_in_the_persons_export_and_goes_with_an_erasure(self, on: None) -> None:
        person, other = visitor(), visitor()
        for one in (person, other):
            give(one, video=5.0)
        ours = personal_data.get("onvif_privacy_visits.interest")
        (row,) = rows_of(ours, person)
        assert (row.get_area_display(), row.score, bool(row.get_as_of_display())) == ("video", 5.0, True)
        end_row(ours, row, ours.fields)
        assert (scores(person), scores(other)) == ({}, {"video": 5.0})


class TestCorrecting:
    def test_no_holds_against_every_later_visit(self, on: None) -> None:
        person = visitor()
        store_notes(*visits(person, "video", "video"))
        changing.correct(person.pk, "video", False)
        store_notes(*visits(person, "video", "access", at=NOW + 10))
        assert scores(person) == {"access": 1.0, "video": 0.0}
        assert profile.read(person.pk).own == {"video": False}
        changing.correct(person.pk, "video", None)
        store_notes(*visits(person, "video", at=int(time.time()) + 10))
        assert scores(person)["video"] == pytest.approx(1.0)

    def test_who_does_not_agree_keeps_no_word_either(self, on: None) -> None:
        changing.correct(SubjectFactory().pk, "video", True)
        assert not Interest.objects.exists()

    def test_reset_leaves_nothing_of_one_person(self, on: None) -> None:
        person, other = visitor(), visitor()
        for one in (person, other):
            give(one, video=5.0, access=1.0)
        changing.correct(person.pk, "audio", True)
        assert changing.reset(person.pk) == 3
        assert (scores(person), len(scores(other))) == ({}, 2)


@pytest.mark.usefixtures("inline", "on")
class TestFromPages:
    def test_visits_of_who_agrees_make_a_profile_and_others_do_not(self, monkeypatch: pytest.MonkeyPatch) -> None:
        person = visitor()
        for granted, profiled in (
            (("interests",), True),
            (("interests", "popularity"), True),
            (("popularity",), False),
        ):
            monkeypatch.setattr(consent, "of", lambda request, granted=granted: Choosing(person, *granted))
            Client().get("/camera/7/", secure=True, headers=HEADERS)
            assert (scores(person).keys() == {"video", "lighting", "night-vision"}) is profiled
            Interest.objects.all().delete()

    def test_who_declines_to_be_counted_may_still_want_content_chosen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        person = visitor()

        class Objecting(Choosing):
            def __init__(self, request: Any) -> None:
                super().__init__(person, "interests")
                self.silent.state = lambda slug: consent.State.REFUSED

        monkeypatch.setattr(consent, "of", Objecting)
        Client().get("/camera/7/", secure=True, headers=HEADERS)
        assert not Visit._default_manager.exists()
        assert len(scores(person)) == 3

    @pytest.mark.parametrize(
        "address", ["/conversation/1/", "/missing/", "/broken/", "/moved/", "/data/", "/download/"]
    )
    def test_what_is_no_page_that_a_person_saw_says_nothing(
        self, monkeypatch: pytest.MonkeyPatch, address: str, settings: Any
    ) -> None:
        settings.ONVIF_PRIVACY_VISITS_SUBJECT_AREAS = {"all": ["/"]}
        person = visitor()
        monkeypatch.setattr(consent, "of", lambda request: Choosing(person, "interests"))
        client = Client(raise_request_exception=False)
        client.get(address, secure=True, headers=HEADERS)
        client.post("/", secure=True, headers=HEADERS)
        client.get("/", secure=True, headers=HEADERS | {"sec-purpose": "prefetch"})
        assert scores(person) == {}

    def test_page_itself_asks_nothing_of_the_database_and_nothing_aloud(self, monkeypatch: pytest.MonkeyPatch) -> None:
        choice = Choosing(visitor(), "interests")
        monkeypatch.setattr(consent, "of", lambda request: choice)
        monkeypatch.setattr("onvif_privacy.visits.middleware.write_now", lambda: None)
        with CaptureQueriesContext(connection) as queries:
            Client().get("/camera/7/", secure=True, headers=HEADERS)
        assert (len(queries), choice.asked) == (0, False)
        assert recorder.books().balanced


HEADERS = {"user-agent": CHROME, "accept": "text/html"}


def test_notes_that_wait_are_bounded(on: None, settings: Any) -> None:
    settings.ONVIF_PRIVACY_VISITS_BUFFER_VISITS = 5
    own, person = Recorder(Direct()), visitor()
    for note in visits(person, *["video"] * 20):
        own.note(note)
    assert own.send()
    assert scores(person) == {"video": pytest.approx(5.0, abs=1e-4)}
    assert own.books().accepted == 0


class TestSensitive:
    @pytest.mark.parametrize(
        "name",
        [
            *(
                "health",
                "Mental health",
                "religion",
                "politics",
                "sex_life",
                "trade-union-news",
                "hiv",
                "offences",
                "race",
            ),
            *("Gesundheit", "muslim-friends", "krankheiten", "Gewerkschaft", "médical", "ethnic-food", "union"),
        ],
    )
    def test_areas_of_special_categories_are_known(self, name: str) -> None:
        assert is_sensitive(name)

    @pytest.mark.parametrize(
        "name",
        ["video", "racecourse", "sensors", "access-control", "wealth", "trace", "union-jack-fittings", "", "Ökologie"],
    )
    def test_ordinary_areas_are_not(self, name: str) -> None:
        assert not is_sensitive(name)

    def test_refused_at_the_start_where_interests_are_kept(self, on: None, settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_SUBJECT_AREAS = {**AREAS, "health": ["/health/"]}
        SubjectArea.objects.create(slug="fine", label="Religion")
        found = {message.id for message in run_checks(databases=["default"])}
        assert {"onvif_privacy_visits.E004", "onvif_privacy_visits.E005"} <= found
        settings.ONVIF_PRIVACY_VISITS_INTERESTS = False
        ids = {message.id for message in run_checks(databases=["default"])}
        assert not ids & {"onvif_privacy_visits.E004", "onvif_privacy_visits.E005"}

    def test_refused_where_a_view_names_it(self, on: None, settings: Any) -> None:
        settings.ROOT_URLCONF = Marked()
        assert [message.id for message in checks.interests_are_not_sensitive(None)] == ["onvif_privacy_visits.E004"]

    def test_left_out_where_a_template_or_an_object_names_it(self, on: None) -> None:
        person = visitor()
        store_notes(Note(NOW, person.reference, "/", "", ("health", "video")))
        assert scores(person) == {"video": 1.0}
        with pytest.raises(ValueError, match="nobody"):
            changing.correct(person.pk, "health", True)


class Marked:
    """A site with a view about illnesses."""

    def __init__(self) -> None:
        from django.urls import include, path

        view = subject_area("illness")(lambda request: None)
        self.urlpatterns = [path("deep/", include([path("er/", view)]))]


class TestQuiet:
    def test_site_that_did_not_ask_for_it_has_no_purpose_no_note_and_no_query(self) -> None:
        assert PURPOSE not in purposes
        request = RequestFactory().get("/")
        request.privacy = Choosing(SubjectFactory(), "interests")  # type: ignore[attr-defined]
        with CaptureQueriesContext(connection) as queries:
            assert profile.of_request(request) is rule.STRANGER
        assert (len(queries), request.privacy.asked) == (0, False)  # type: ignore[attr-defined]

    def test_declared_areas_may_have_a_name_and_a_description(self, settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_SUBJECT_AREAS = {
            "video": {"places": ["/video/"], "label": "Video", "description": "Cameras and recorders"}
        }
        assert checks.subject_areas_are_lists(None) == []
        found = areas.declared()["video"]
        assert (found.label, found.description, found.places) == ("Video", "Cameras and recorders", ("/video/",))
        settings.ONVIF_PRIVACY_VISITS_SUBJECT_AREAS = {"video": {"places": ["/"], "colour": "red"}}
        assert len(checks.subject_areas_are_lists(None)) == 1
