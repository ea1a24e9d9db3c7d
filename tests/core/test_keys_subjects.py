"""Sealed values and the keys of subjects that seal them."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.core.keys import (
    KeyDestroyed,
    KeyRingError,
    SealBroken,
    SubjectSecret,
    destroy,
    generate,
    open_sealed,
    seal,
    subject_key,
)
from onvif_privacy.core.models import SubjectKey

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
PLACE = ("shop_order", "email", "row-1", "subject-1")


@given(st.binary(max_size=100), st.lists(st.text(max_size=8), max_size=4))
def test_a_value_opens_in_its_own_place(plain: bytes, place: list[str]) -> None:
    sealed = seal(plain, key=KEY, key_id=b"12345678", place=tuple(place))
    assert open_sealed(sealed, key=KEY, place=tuple(place)) == plain


def test_every_flipped_bit_of_a_sealed_value_is_refused() -> None:
    sealed = seal(b"hello@example.org", key=KEY, key_id=b"12345678", place=PLACE)
    for position in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[position] ^= 1 << bit
            with pytest.raises(SealBroken):
                open_sealed(bytes(changed), key=KEY, place=PLACE)


def test_every_cut_sealed_value_is_refused() -> None:
    sealed = seal(b"hello", key=KEY, key_id=b"12345678", place=PLACE)
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            open_sealed(sealed[:length], key=KEY, place=PLACE)


@pytest.mark.parametrize(
    "place",
    [
        ("shop_order", "email", "row-2", "subject-1"),
        ("shop_order", "phone", "row-1", "subject-1"),
        ("shop_ordere", "mail", "row-1", "subject-1"),
        ("shop_order", "email", "row-1subject-1"),
        ("shop_order", "email", "row-1", "subject-2"),
        ("shop_order", "email", "subject-1", "row-1"),
        (),
    ],
)
def test_a_moved_value_is_refused(place: tuple[str, ...]) -> None:
    with pytest.raises(SealBroken):
        open_sealed(seal(b"x", key=KEY, key_id=b"12345678", place=PLACE), key=KEY, place=place)


def test_another_key_opens_nothing_and_the_refusal_says_no_more() -> None:
    sealed = seal(b"hello", key=KEY, key_id=b"12345678", place=PLACE)
    with pytest.raises(SealBroken) as wrong_key:
        open_sealed(sealed, key=OTHER, place=PLACE)
    with pytest.raises(SealBroken) as junk:
        open_sealed(b"junk", key=KEY, place=PLACE)
    assert str(wrong_key.value) == str(junk.value) == "The sealed value cannot be opened."


def test_equal_values_look_different() -> None:
    assert len({seal(b"x", key=KEY, key_id=b"12345678", place=PLACE) for _ in range(500)}) == 500


@pytest.mark.django_db
def test_a_subject_has_one_key_for_each_use() -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    first = subject_key(one, "evidence")
    assert subject_key(one, "evidence") == first
    assert len({first.secret, subject_key(one, "data").secret, subject_key(other, "evidence").secret}) == 3
    assert SubjectKey.objects.count() == 3


@pytest.mark.django_db
def test_the_key_stands_in_the_database_wrapped_and_in_no_repr() -> None:
    secret = subject_key(uuid.uuid4(), "evidence")
    row = SubjectKey.objects.get()
    assert secret.secret not in bytes(row.wrapped or b"")
    assert repr(secret) == f"<SubjectSecret {bytes(row.key_id).hex()}>"
    assert secret.secret.hex() not in repr([secret]) + str(row) + repr(row)


@pytest.mark.django_db
def test_a_destroyed_key_is_gone_for_good() -> None:
    subject = uuid.uuid4()
    subject_key(subject, "evidence")
    subject_key(subject, "data")
    assert destroy(subject, "evidence") == 1
    with pytest.raises(KeyDestroyed):
        subject_key(subject, "evidence")
    assert destroy(subject, "evidence") == 0
    subject_key(subject, "data")
    assert SubjectKey.objects.get(use="evidence").wrapped is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "assignment", ["destroyed_at = CURRENT_TIMESTAMP", "wrapped = NULL"], ids=["still wrapped", "not marked"]
)
def test_half_a_destruction_is_impossible_by_sql(assignment: str) -> None:
    subject_key(uuid.uuid4(), "evidence")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE onvif_privacy_subjectkey SET {assignment}")


@pytest.mark.django_db
def test_a_wrapped_key_moved_to_another_subject_does_not_open() -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    subject_key(one, "evidence")
    SubjectKey.objects.update(subject_id=other)
    with pytest.raises(SealBroken):
        subject_key(other, "evidence")


@pytest.mark.django_db
def test_a_key_wrapped_by_a_ring_key_that_is_gone_is_named() -> None:
    subject = uuid.uuid4()
    subject_key(subject, "evidence")
    with (
        override_settings(ONVIF_PRIVACY_KEYS=[generate("data"), generate("sign")]),
        pytest.raises(KeyRingError) as error,
    ):
        subject_key(subject, "evidence")
    assert "00000000000000d1" in str(error.value)


@pytest.mark.django_db
def test_a_key_stays_readable_when_a_newer_ring_key_is_put_first() -> None:
    from django.conf import settings

    subject = uuid.uuid4()
    before = subject_key(subject, "evidence")
    with override_settings(ONVIF_PRIVACY_KEYS=[generate("data"), *settings.ONVIF_PRIVACY_KEYS]):
        assert subject_key(subject, "evidence") == before


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_the_same_new_key() -> None:
    subject, found = uuid.uuid4(), list[SubjectSecret]()
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        try:
            found.append(subject_key(subject, "evidence"))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert SubjectKey.objects.count() == 1


@pytest.mark.django_db
def test_a_key_costs_one_query_and_two_the_first_time(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    subject = uuid.uuid4()
    with transaction.atomic():
        with django_assert_num_queries(4):  # look, savepoint, insert, release
            subject_key(subject, "evidence")
        with django_assert_num_queries(1):
            subject_key(subject, "evidence")
