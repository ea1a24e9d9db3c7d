"""What a person gives is kept encrypted, once, with one main row of a kind, and can be forgotten."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import override_settings

from onvif_privacy.core import gate, keys, ledger, outbox, subjects
from onvif_privacy.core.fields import PurposeRequired
from onvif_privacy.core.models import Entry, Subject
from onvif_privacy.core.testing.factories import SubjectFactory
from onvif_privacy.people import services
from onvif_privacy.people.models import Address, ContactPoint, Letter, Profile
from onvif_privacy.people.services import letters
from onvif_privacy.people.services.errors import PeopleError, ProofRefused, TooMany
from onvif_privacy.people.services.recording import MOST
from onvif_privacy.people.testing import AddressFactory, EmailFactory, PhoneFactory, ProfileFactory
from tests import corpora

pytestmark = pytest.mark.django_db


def test_what_was_given_is_sealed_and_read_by_the_person_themselves(person: Subject) -> None:
    ProfileFactory(subject=person, name="Alice", organisation="")
    EmailFactory(subject=person, value="Alice@EXAMPLE.org")
    AddressFactory(subject=person, line1="Road 1")
    with pytest.raises(PurposeRequired):
        str(Profile.objects.get().name)
    found = services.details(person)
    assert found.profile == {"name": "Alice"}
    assert [one.value for one in found.contacts] == ["Alice@example.org"]
    assert found.addresses[0].lines == ["Road 1", "12345 Springfield", "Germany"]


def test_empty_is_kept_as_nothing(person: Subject) -> None:
    profile = ProfileFactory(subject=person, name="  ", organisation="")
    address = AddressFactory(subject=person, line2="", name=" ")
    assert (profile.name, profile.organisation, address.line2, address.name) == (None, None, None, None)


def test_same_address_is_kept_once_whatever_its_case(person: Subject) -> None:
    first = EmailFactory(subject=person, value="bob@example.org")
    assert EmailFactory(subject=person, value="BOB@Example.ORG").pk == first.pk
    with gate.scope("operation"):
        assert gate.find(ContactPoint.objects.all(), email="Bob@example.org") == [first]


def test_domain_goes_to_ascii_and_the_part_before_it_stays() -> None:
    contact = EmailFactory(value="Gruss@BÜCHER.example")
    with gate.scope("own_access", subject=contact.subject):
        assert contact.email == "Gruss@xn--bcher-kva.example"


@pytest.mark.parametrize("make", [EmailFactory, PhoneFactory, AddressFactory])
def test_one_of_a_kind_is_the_main_one(make: type, person: Subject) -> None:
    first, second = make(subject=person), make(subject=person)
    model = type(first)
    assert (first.is_primary, second.is_primary) == (True, False)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.filter(pk=second.pk).update(slot=first.slot)
    forget = services.forget_address if model is Address else services.forget_contact
    forget(**{"address" if model is Address else "contact": first})
    second.refresh_from_db()
    assert second.is_primary


def test_preferred_one_takes_the_place_of_the_other(person: Subject) -> None:
    first, second = EmailFactory(subject=person), EmailFactory(subject=person)
    services.prefer_contact(contact=second)
    first.refresh_from_db()
    assert (first.is_primary, second.is_primary) == (False, True)


def test_address_that_changes_its_use_leaves_its_place_to_another(person: Subject) -> None:
    first, second = AddressFactory(subject=person), AddressFactory(subject=person)
    services.set_address(subject=person, use="billing", values={}, address=first)
    second.refresh_from_db()
    assert (first.use, first.is_primary, second.is_primary) == ("billing", True, True)


def test_every_change_is_an_entry_without_a_value(person: Subject) -> None:
    services.forget_address(address=AddressFactory(subject=person, line1="Secret Road"))
    payloads = [ledger.opened(entry) for entry in Entry.objects.filter(kind="people.changed").order_by("at")]
    assert sorted(one["change"] for one in payloads) == ["added", "forgotten"]
    assert "Secret" not in str(payloads)


def test_nothing_is_kept_of_somebody_who_was_erased(person: Subject) -> None:
    Subject.objects.filter(pk=person.pk).update(user=None, erased_at="2026-01-01T00:00:00Z")
    for attempt in (ProfileFactory, EmailFactory, AddressFactory):
        with pytest.raises(PeopleError):
            attempt(subject=person)


def test_destroyed_key_ends_everything_that_was_given(person: Subject) -> None:
    EmailFactory(subject=person)
    ProfileFactory(subject=person)
    keys.destroy(person.pk, "data")
    assert services.details(person) == services.Details()
    with pytest.raises(PeopleError):
        EmailFactory(subject=person)


def test_number_of_rows_is_bounded(person: Subject) -> None:
    for _number in range(MOST):
        AddressFactory(subject=person)
    with pytest.raises(TooMany):
        AddressFactory(subject=person)


def test_rows_of_a_visitor_move_to_the_account_whose_main_ones_stay(
    person: Subject, django_capture_on_commit_callbacks: object
) -> None:
    visitor = SubjectFactory()
    mine, theirs, phone = EmailFactory(subject=person), EmailFactory(subject=visitor), PhoneFactory(subject=visitor)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        subjects.merge(visitor=visitor, into=person, key="sign-in")
    for row in (mine, theirs, phone):
        row.refresh_from_db()
        assert row.subject_id == person.pk
    assert (mine.is_primary, theirs.is_primary, phone.slot) == (True, False, phone.slot_wanted)
    assert len(services.details(person).contacts) == 3


@pytest.mark.parametrize(
    "value", ["", "no address", "a@b", "a@@b.org", "a b@c.org", "a@exa mple.org", "a\n@b.org", "a\0@b.org"]
)
def test_what_is_no_address_is_refused(value: str, person: Subject) -> None:
    with pytest.raises(ValidationError):
        EmailFactory(subject=person, value=value)


@pytest.mark.parametrize("value", ["12", "++49301234567", "call me", "4" * 30, "\u202e+49301234567", "+4930\n1234567"])
def test_what_is_no_number_is_refused(value: str, person: Subject) -> None:
    with pytest.raises(ValidationError):
        PhoneFactory(subject=person, value=value)


def test_addresses_of_other_people_are_kept_or_refused_but_never_crash(person: Subject) -> None:
    kept = 0
    for line in corpora.lines("email-valid") + corpora.lines("email-invalid"):
        try:
            services.forget_contact(contact=EmailFactory(subject=person, value=line.decode("utf-8", "replace")))
            kept += 1
        except ValidationError:
            continue
    assert kept >= 15, kept


# Proving an address


def sent() -> list[mail.EmailMessage]:
    """Send what waits; return what has arrived."""
    mail.outbox.clear()
    outbox.drain(Letter, time.monotonic() + 20, compose=letters.compose)
    return list(mail.outbox)


def link_of(message: mail.EmailMessage) -> str:
    return next(line for line in str(message.body).splitlines() if line.startswith("https://"))


@override_settings(ONVIF_PRIVACY_BASE_URL="https://example.org")
def test_link_in_the_mail_proves_the_address_by_a_button_only(person: Subject, client: object) -> None:
    contact = EmailFactory(subject=person, value="alice@example.org")
    services.ask_for_proof(contact=contact)
    assert mail.outbox == []  # it leaves with what else waits, after the page was answered
    (message,) = sent()
    assert message.to == ["alice@example.org"]
    path = link_of(message).removeprefix("https://example.org")
    for _time in range(2):
        answer = client.get(path)  # type: ignore[attr-defined]
        contact.refresh_from_db()
        assert (answer.status_code, contact.proven_at) == (200, None)
    assert client.post(path).status_code == 200  # type: ignore[attr-defined]
    contact.refresh_from_db()
    assert contact.proven_at is not None


@override_settings(ONVIF_PRIVACY_BASE_URL="https://example.org")
def test_link_is_refused_when_it_is_old_forged_or_about_something_else(person: Subject) -> None:
    contact = EmailFactory(subject=person)
    services.ask_for_proof(contact=contact)
    token = link_of(sent()[0]).rstrip("/").rpartition("/")[2]
    for wrong in ("", token[:-1], f"{token}x", "x" * 500):
        with pytest.raises(ProofRefused):
            services.prove_contact(token=wrong)
    with override_settings(SECRET_KEY="another"), pytest.raises(ProofRefused):
        services.prove_contact(token=token)
    services.forget_contact(contact=contact)
    with pytest.raises(ProofRefused):
        services.prove_contact(token=token)


@override_settings(ONVIF_PRIVACY_BASE_URL="https://example.org")
def test_three_mails_a_day_are_sent(person: Subject) -> None:
    contact = EmailFactory(subject=person)
    for _time in range(3):
        services.ask_for_proof(contact=contact)
    with pytest.raises(TooMany):
        services.ask_for_proof(contact=contact)
    assert len(sent()) == 3


@override_settings(ONVIF_PRIVACY_BASE_URL="https://example.org")
def test_a_forgotten_address_gets_no_mail_any_more(person: Subject) -> None:
    contact = EmailFactory(subject=person)
    services.ask_for_proof(contact=contact)
    services.forget_contact(contact=contact)
    assert sent() == []


def test_number_of_queries_does_not_grow_with_rows(
    person: Subject, user: User, django_assert_max_num_queries: object
) -> None:
    for _number in range(5):
        EmailFactory(subject=person)
        AddressFactory(subject=person)
    ProfileFactory(subject=person)
    with django_assert_max_num_queries(13):  # type: ignore[operator]
        assert len(services.details(person).addresses) == 5
