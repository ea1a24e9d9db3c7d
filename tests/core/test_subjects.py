"""Subjects: one identity a person, found by a reference that nobody can write in two ways."""

from __future__ import annotations

import base64
import uuid
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onvif_privacy.core import ledger, subjects
from onvif_privacy.core.models import Entry, Subject
from tests import corpora
from tests.core.factories import DecisionFactory, SubjectFactory, UserFactory
from tests.core.threads import at_once

pytestmark = pytest.mark.django_db


def test_a_user_has_one_subject_made_on_first_need() -> None:
    user = UserFactory()
    assert not Subject.objects.exists()
    assert subjects.for_user(user) == subjects.for_user(user)
    assert Subject.objects.get().user == user


@pytest.mark.django_db(transaction=True)
def test_a_user_seen_by_many_at_once_has_one_subject() -> None:
    user = UserFactory()
    got = at_once([partial(subjects.for_user, user)] * 8)
    assert {getattr(one, "pk", one) for one in got} == {Subject.objects.get().pk}


def test_visitors_and_correspondents_are_new_people() -> None:
    assert len({subjects.visitor().pk, subjects.visitor().pk, subjects.correspondent().pk}) == 3


def test_a_subject_holds_nothing_that_names_a_person_but_the_user() -> None:
    fields = {field.name for field in Subject._meta.concrete_fields}
    assert not {name for name in fields if any(word in name for word in ("email", "name", "address", "phone"))}


def test_a_reference_leads_back_to_its_subject() -> None:
    subject = SubjectFactory()
    assert len(subject.reference) == 22
    assert subjects.by_reference(subject.reference) == subject
    assert str(subject) == subject.reference


@pytest.mark.parametrize(
    "reference",
    ["", "a", "a" * 21, "a" * 23, "a" * 22, "é" * 22, "=" * 22, "a" * 1_000_000, "\0" * 22, "../../etc/passwd"],
)
def test_a_reference_of_nobody_is_nobody(reference: str) -> None:
    SubjectFactory()
    assert subjects.by_reference(reference) is None


def test_hostile_text_is_nobody() -> None:
    assert [text for text in corpora.texts("naughty-strings") if subjects.by_reference(text)] == []


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.uuids(version=4))
def test_only_one_spelling_of_a_reference_is_accepted(number: uuid.UUID) -> None:
    subject = Subject.objects.get_or_create(pk=number)[0]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    same = [last for last in alphabet if subjects.by_reference(subject.reference[:-1] + last) == subject]
    assert same == [subject.reference[-1]]
    assert subjects.by_reference(subject.reference + "==") is None
    standard = base64.b64encode(number.bytes).decode().rstrip("=")
    assert standard == subject.reference or subjects.by_reference(standard) is None


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=16, max_size=16))
def test_any_sixteen_bytes_in_a_cookie_are_nobody_and_no_error(raw: bytes) -> None:
    assert subjects.by_reference(base64.urlsafe_b64encode(raw).rstrip(b"=").decode()) is None


def test_restricting_and_ending_it_are_evidence() -> None:
    subject = SubjectFactory()
    subjects.restrict(subject)
    subjects.unrestrict(subject)
    entries = Entry.objects.order_by("kind")
    assert [entry.kind for entry in entries] == ["subject.restricted", "subject.unrestricted"]
    assert ledger.opened(entries[0]) == {"subject": subject.reference}


def test_an_erased_subject_cannot_keep_its_user_by_sql() -> None:
    subjects.for_user(UserFactory())
    with pytest.raises(DatabaseError, match="op_subject_erased"), transaction.atomic():
        Subject.objects.update(erased_at=timezone.now())


def test_deleting_a_user_leaves_the_subject_and_its_decisions() -> None:
    user = UserFactory()
    DecisionFactory(subject=subjects.for_user(user))
    user.delete()
    assert Subject.objects.get().user is None
    assert Subject.objects.get().decisions.count() == 1


def test_a_subject_with_decisions_cannot_be_deleted() -> None:
    subject = DecisionFactory().subject
    with pytest.raises(IntegrityError):
        subject.delete()
