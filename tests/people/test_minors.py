"""Who is not of age: nothing but what a guardian granted is open, and what the minor refused stays closed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from onvif_privacy.core import consent, jobs, subjects
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.models import Decision, Subject, Telling
from onvif_privacy.core.registry import Basis, Needs, Purpose, Use, purposes, temporarily
from onvif_privacy.core.testing.factories import DecisionFactory, NoticeFactory, SubjectFactory
from onvif_privacy.people import services
from onvif_privacy.people.doors import special
from onvif_privacy.people.models import AgeAnswer, Guardian, Letter
from onvif_privacy.people.services import ages, guardians, minors
from onvif_privacy.people.services.devices import PURPOSE as DEVICE
from onvif_privacy.people.services.errors import PeopleError, ProofRefused, TooMany
from onvif_privacy.people.testing import EmailFactory

pytestmark = pytest.mark.django_db

HEALTH = "special_health_meals"
NEWS = Purpose("minors_news", label="News", text="to write to you", basis=Basis.CONSENT, clause="identity")
PROFILE = Purpose(
    "minors_ads",
    label="Advertising",
    text="to show you advertising that fits",
    basis=Basis.CONSENT,
    clause="identity",
    use=Use.MARKETING,
    data_classes=("profile",),
)
ASKED = (NEWS.slug, PROFILE.slug, HEALTH)
AGE = "/privacy/people/age/"


@pytest.fixture(autouse=True)
def _guarded(settings: Any) -> Iterator[None]:
    settings.ONVIF_PRIVACY_PEOPLE_MINORS = "guardian"
    settings.ONVIF_PRIVACY_BASE_URL = "https://example.org"
    with temporarily(NEWS, PROFILE, special("health", "meals", label="Meals", text="…"), Needs("tell", by="minors")):
        yield


def years_ago(years: int, today: date) -> date:
    """Return the birthday of somebody who turns so many years today."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # born on 29 February
        return today.replace(year=today.year - years, day=28)


def answered(born: date, country: str = "DE", subject: Subject | None = None) -> Subject:
    subject = subject or SubjectFactory()
    services.answer_age(subject=subject, year=born.year, month=born.month, country=country)
    return subject


def a_child(subject: Subject | None = None) -> Subject:
    return answered(years_ago(10, timezone.localdate()), subject=subject)


def a_guardian(minor: Subject, address: str = "parent@example.org") -> tuple[Guardian, str]:
    guardian = services.ask_guardian(minor=minor, address=address)
    return guardian, token_of(guardian)


def token_of(guardian: Guardian) -> str:
    return guardians.link(guardian).rstrip("/").rpartition("/")[2]


def decides(token: str, *granted: str) -> Guardian:
    return services.guardian_decides(token=token, granted=granted, notice=NoticeFactory(surface="guardian"))


def open_to(subject: Subject) -> set[str]:
    """Return the purposes that are open, by `may` and by the audience, which must agree."""
    found = {slug for slug in ASKED if consent.may(subject, slug)}
    assert found == {slug for slug in ASKED if consent.audience(slug).filter(pk=subject.pk).exists()}
    return found


def wants_all(subject: Subject) -> None:
    for slug in ASKED:
        DecisionFactory(subject=subject, purpose=slug)


def guardian_says_yes(subject: Subject) -> None:
    decides(a_guardian(subject)[1], NEWS.slug)


def guardian_takes_it_back(subject: Subject) -> None:
    guardian, token = a_guardian(subject)
    decides(token_of(decides(token, NEWS.slug)))
    assert guardian.pk


def nobody_says_anything(subject: Subject) -> None:
    """No guardian is asked."""


@pytest.mark.parametrize(
    ("act", "opens"), [(nobody_says_anything, False), (guardian_says_yes, True), (guardian_takes_it_back, False)]
)
@pytest.mark.parametrize(("country", "age"), [("SE", 13), ("AT", 14), ("FR", 15), ("DE", 16)])
def test_only_what_a_guardian_granted_is_open_until_the_month_after_the_birthday(
    country: str, age: int, act: Callable[[Subject], None], opens: bool
) -> None:
    today = timezone.localdate()
    for shift in (-1, 0, 1):
        born = years_ago(age, today) + timedelta(days=shift)
        subject = answered(born, country)
        wants_all(subject)
        # the day is not asked: who was born this month is of age with the next
        of_age = (born.year + age, born.month) < (today.year, today.month)
        assert services.is_minor(subject) is not of_age
        if of_age:
            assert open_to(subject) == set(ASKED)
        else:
            act(subject)
            assert open_to(subject) == ({NEWS.slug} if opens else set())
        assert consent.may(subject, "operation")


def test_the_month_of_birth_is_kept_nowhere_and_an_answer_stands() -> None:
    subject = a_child()
    before = AgeAnswer.objects.get(subject=subject)
    assert before.until == ages.of_age_from(timezone.localdate().year - 10, timezone.localdate().month, "DE")
    answered(date(1970, 1, 1), subject=subject)
    assert services.is_minor(subject)
    grown = answered(date(1970, 1, 1))
    assert AgeAnswer.objects.get(subject=grown).until is None
    a_child(subject=grown)  # whoever says later that they are younger is taken at their word
    assert services.is_minor(grown)


@pytest.mark.parametrize(
    ("year", "month", "country", "first"),
    [
        (2010, 12, "DE", date(2027, 1, 1)),
        (2012, 2, "SE", date(2025, 3, 1)),
        (2011, 6, "JP", date(2027, 7, 1)),
        (2011, 6, "XX", date(2027, 7, 1)),
    ],
)
def test_of_age_is_counted_by_country(year: int, month: int, country: str, first: date, settings: Any) -> None:
    assert timezone.localdate(ages.of_age_from(year, month, country)) == first
    settings.ONVIF_PRIVACY_PEOPLE_MINOR_AGES = {country: 18}
    assert timezone.localdate(ages.of_age_from(year, month, country)).year == year + 18 + (month == 12)


def test_what_was_allowed_lapses_with_the_age_and_the_person_is_asked() -> None:
    subject = a_child()
    guardian_says_yes(subject)
    wants = DecisionFactory(subject=subject, purpose=PROFILE.slug)
    assert open_to(subject) == {NEWS.slug}
    AgeAnswer.objects.update(until=timezone.now() + timedelta(milliseconds=1))
    assert wants.decided_at < AgeAnswer.objects.get().until  # type: ignore[operator]
    while services.is_minor(subject):
        pass
    assert open_to(subject) == set()  # by the date alone
    assert minors.come_of_age(10) is False
    assert Telling.objects.filter(subject=subject).count() == 1
    assert guardians.current(subject) is None
    assert minors.come_of_age(10) is False
    assert Telling.objects.filter(subject=subject).count() == 1
    DecisionFactory(subject=subject, purpose=NEWS.slug)
    assert open_to(subject) == {NEWS.slug}


def test_decisions_name_the_guardian_and_the_words_they_saw() -> None:
    subject = a_child()
    guardian, token = a_guardian(subject)
    decides(token, NEWS.slug)
    decision = consent.history(subject, NEWS.slug)[0]
    assert (decision.actor, decision.surface) == (guardian.reference, "guardian")
    assert decision.notice is not None
    assert not Decision.objects.filter(subject=guardian.guardian).exists()


def test_a_minor_withdraws_alone_and_no_guardian_opens_it_again() -> None:
    subject = a_child()
    _guardian, token = a_guardian(subject)
    again = token_of(decides(token, NEWS.slug))
    consent.withdraw(subject=subject, purpose=NEWS.slug, method=Method.FORM, key="k")
    assert open_to(subject) == set()
    assert NEWS.slug not in guardians.offered(guardians.read_link(again))
    with pytest.raises(ValueError, match=NEWS.slug):
        decides(again, NEWS.slug)
    assert consent.history(subject, NEWS.slug)[0].outcome == Outcome.WITHDRAWN


def test_what_is_sensitive_and_profiles_for_advertising_stay_closed() -> None:
    subject = a_child()
    _guardian, token = a_guardian(subject)
    assert set(guardians.offered(guardians.read_link(token))).isdisjoint({HEALTH, PROFILE.slug})
    with pytest.raises(ValueError, match=HEALTH):
        decides(token, HEALTH)
    with pytest.raises(PeopleError):
        services.set_sensitive(subject=subject, purpose=HEALTH, value="nuts", notice=NoticeFactory(surface="people"))


def test_what_one_browser_keeps_is_offered_to_no_guardian() -> None:
    subject = a_child()
    _guardian, token = a_guardian(subject)
    offered = guardians.offered(guardians.read_link(token))
    assert not any(purposes.get(slug).device for slug in offered)
    assert NEWS.slug in offered
    with pytest.raises(ValueError, match=DEVICE):
        decides(token, DEVICE)


def test_a_link_is_used_once_and_an_ended_guardian_decides_nothing() -> None:
    subject = a_child()
    first, token = a_guardian(subject)
    again = token_of(decides(token, NEWS.slug))
    with pytest.raises(ProofRefused):
        decides(token, NEWS.slug)
    services.ask_guardian(minor=subject, address="another@example.org")
    assert open_to(subject) == set()
    with pytest.raises(ProofRefused):
        decides(again, NEWS.slug)
    assert guardians.link(first) == ""
    for forged in ("", "x", token[:-1], token.replace(":", ".")):
        with pytest.raises(ProofRefused):
            guardians.read_link(forged)


def test_the_first_link_grows_old_and_later_ones_do_not(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    subject = a_child()
    _guardian, token = a_guardian(subject)
    settings.ONVIF_PRIVACY_PEOPLE_PROOF_HOURS = 1
    monkeypatch.setattr("time.time", lambda: timezone.now().timestamp() + 3700)
    with pytest.raises(ProofRefused):
        guardians.read_link(token)
    monkeypatch.undo()
    again = token_of(decides(token))
    monkeypatch.setattr("time.time", lambda: timezone.now().timestamp() + 3700)
    assert guardians.read_link(again).minor == subject


def test_nobody_is_their_own_guardian_and_three_mails_a_day_are_sent(user: User) -> None:
    subject = a_child(subjects.for_user(user))
    EmailFactory(subject=subject, value="alice@example.org")
    user.email = "alice@home.example"
    user.save()
    subject.refresh_from_db()
    for own in ("ALICE@example.org", "Alice@Home.example"):
        with pytest.raises(PeopleError):
            services.ask_guardian(minor=subject, address=own)
    for _number in range(3):
        services.ask_guardian(minor=subject, address="parent@example.org")
    with pytest.raises(TooMany):
        services.ask_guardian(minor=subject, address="parent@example.org")
    assert Guardian.objects.filter(minor=subject, ended_at=None).count() == 1


@pytest.mark.parametrize("mode", ["off", "adults"])
def test_without_guardians_nobody_opens_anything(mode: str, settings: Any) -> None:
    subject = a_child()
    _guardian, token = a_guardian(subject)
    decides(token, NEWS.slug)
    settings.ONVIF_PRIVACY_PEOPLE_MINORS = mode
    assert open_to(subject) == ({NEWS.slug} if mode == "off" else set())
    with pytest.raises(PeopleError):
        services.ask_guardian(minor=subject, address="parent@example.org")


def test_switched_off_it_has_no_page_and_costs_no_query(
    settings: Any, signed_in: Client, django_assert_num_queries: Any
) -> None:
    settings.ONVIF_PRIVACY_PEOPLE_MINORS = "off"
    assert signed_in.get(AGE).status_code == 404
    assert signed_in.post(f"{AGE}guardian/", {"email": "a@example.org"}).status_code == 404
    subject = SubjectFactory()
    with django_assert_num_queries(1):
        consent.may(subject, NEWS.slug)


# Pages


def test_the_question_has_no_answer_chosen_and_is_asked_once(signed_in: Client, person: Subject) -> None:
    page = signed_in.get(AGE).content.decode()
    assert "selected" in page.partition('value=""')[2]
    assert not re.search(r'<option value="[^"]+" selected', page)
    assert signed_in.post(AGE, {"month": "", "year": "", "country": ""}).status_code == 200
    assert not AgeAnswer.objects.exists()
    year = str(timezone.localdate().year - 10)
    assert signed_in.post(AGE, {"month": "5", "year": year, "country": "DE"}).status_code == 303
    assert services.is_minor(person)
    assert "You are not old enough yet" in signed_in.get(AGE).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_guardian_is_written_to_and_decides_without_an_account(
    signed_in: Client, person: Subject, settings: Any
) -> None:
    a_child(person)
    wrong = signed_in.post(f"{AGE}guardian/", {"email": "nobody"})
    assert (wrong.status_code, Guardian.objects.count()) == (200, 0)
    signed_in.post(f"{AGE}guardian/", {"email": "parent@example.org"})
    path = sent_link()
    guardian = Client()
    for method in (guardian.get, guardian.head):
        assert method(path).status_code == 200
    assert not consent.history(person, NEWS.slug).exists()
    page = guardian.get(path).content.decode()
    assert NEWS.text in page
    assert "checked" not in page
    answer = guardian.post(path, {NEWS.slug: "on"})
    assert "Your answer is recorded" in answer.content.decode()
    assert open_to(person) == {NEWS.slug}
    assert guardian.get(path).status_code == 404
    changed = sent_link()
    assert "checked" in guardian.get(changed).content.decode()
    guardian.post(changed, {})
    assert open_to(person) == set()


def sent_link() -> str:
    mail.outbox.clear()
    jobs.run_due(names=("people.letters",))
    (message,) = mail.outbox
    assert message.to == ["parent@example.org"]
    assert set(Letter.objects.values_list("state", flat=True)) == {"sent"}
    return re.search(r"https://example\.org(\S+)", str(message.body))[1]  # type: ignore[index]
