"""Finding a subject's rows and ending what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client

from onvif_privacy.core import subjects
from onvif_privacy.core.personal import end_row, leaves, rows_of
from onvif_privacy.core.registry import Field, File, Json, delete, keep, personal_data
from onvif_privacy.core.registry.strategies import CannotEnd
from onvif_privacy.core.testing import temporarily
from tests.core.factories import SubjectFactory, UserFactory
from tests.store import declarations as store
from tests.store.factories import LineFactory, OrderFactory
from tests.store.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def declared(settings, tmp_path: Path) -> Iterator[None]:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    with temporarily(*store.ALL):
        yield


def test_rows_of_a_person_are_theirs_and_nobody_elses() -> None:
    mine, other = OrderFactory(), OrderFactory()
    line = LineFactory(order=mine)
    LineFactory(order=other)
    me = subjects.for_user(mine.customer)
    assert list(rows_of(store.ORDER, me)) == [mine]
    assert list(rows_of(store.LINE, me)) == [line]
    assert list(rows_of(store.ORDER, me, role="customer")) == [mine]


def test_subject_without_a_user_owns_no_row_of_a_user() -> None:
    OrderFactory(customer=None)
    assert not rows_of(store.ORDER, SubjectFactory()).exists()


def test_session_of_the_signed_in_person_is_theirs(client: Client) -> None:
    user, other = UserFactory(), UserFactory()
    client.force_login(user)
    sessions = personal_data.get("sessions.session")
    assert [row.pk for row in rows_of(sessions, subjects.for_user(user))] == [client.session.session_key]
    assert not rows_of(sessions, subjects.for_user(other)).exists()
    assert Session.objects.count() == 1


def test_row_ends_field_by_field(django_capture_on_commit_callbacks) -> None:  # type: ignore[no-untyped-def]
    order = OrderFactory(
        birth_date=date(1990, 5, 6), meta={"ip": "192.0.2.9", "utm": {"source": "x"}, "note": ["a", 1]}
    )
    order.invoice.save("i.txt", ContentFile(b"bill"))
    stored, voucher = Path(order.invoice.path), order.voucher
    with django_capture_on_commit_callbacks(execute=True):
        ended = end_row(store.ORDER, order, store.ORDER.fields)
    order.refresh_from_db()
    assert not ended.deleted
    assert (order.email, order.name, order.birth_date) == ("", "", date(1990, 1, 1))
    assert order.voucher != voucher
    assert order.meta == {"ip": "192.0.2.0", "utm": {"source": "x"}, "note": [None, None]}
    assert not stored.exists()
    assert not order.invoice


def test_file_stays_while_the_transaction_may_still_fail() -> None:
    order = OrderFactory()
    order.invoice.save("i.txt", ContentFile(b"bill"))
    end_row(store.ORDER, order, ["invoice"])
    assert Path(order.invoice.storage.path("invoices/i.txt")).exists()


def test_variants_go_with_their_file(django_capture_on_commit_callbacks) -> None:  # type: ignore[no-untyped-def]
    order = OrderFactory()
    order.invoice.save("i.txt", ContentFile(b"bill"))
    order.invoice.storage.save("thumbs/i.txt", ContentFile(b"small"))
    file = File("billing", erase=delete(), variants=lambda row: ["thumbs/i.txt"])
    with django_capture_on_commit_callbacks(execute=True):
        end_row(
            replace(store.ORDER, fields={"invoice": file, "email": store.ORDER.fields["email"]}), order, ["invoice"]
        )
    assert not order.invoice.storage.exists("thumbs/i.txt")


def test_field_that_cannot_end_changes_nothing() -> None:
    order = OrderFactory()
    wrong = replace(
        store.ORDER, fields={**store.ORDER.fields, "voucher": replace(store.ORDER.fields["voucher"], erase=None)}
    )
    with pytest.raises(CannotEnd):
        end_row(wrong, order, ["email", "voucher"])
    order.refresh_from_db()
    assert order.email


def test_row_goes_whole_once_all_of_it_ends_and_its_cache_with_it(django_capture_on_commit_callbacks) -> None:  # type: ignore[no-untyped-def]
    order = OrderFactory()
    cache.set(f"order:{order.pk}", "page")
    pk = order.pk
    whole = replace(store.ORDER, row=delete(when="empty"), caches=lambda pk: (f"order:{pk}",))
    with django_capture_on_commit_callbacks(execute=True):
        assert not end_row(whole, order, ["email"]).deleted
        assert end_row(whole, order, whole.fields).deleted
    assert not Order.objects.filter(pk=pk).exists()
    assert cache.get(f"order:{pk}") is None


def test_user_of_the_site_is_anonymised_and_can_no_longer_sign_in(client: Client) -> None:
    user = get_user_model().objects.create_user("ada", "ada@example.com", "a password", first_name="Ada")
    declaration = personal_data.get("auth.user")
    end_row(declaration, user, declaration.fields)
    user.refresh_from_db()
    assert (user.email, user.first_name) == ("", "")
    assert "ada" not in user.username
    assert not user.has_usable_password()


def test_a_leaf_that_a_duty_kept_is_removed_when_the_duty_is_over() -> None:
    order = OrderFactory(meta={"reference": "of Ada", "other": "x"})
    kept = Field("billing", purposes=("bookkeeping",), erase=keep("bookkeeping", then=delete()))
    meta = Json({"reference": kept}, rest=Field("content", purposes=("operation",), erase=delete()))
    end_row(replace(store.ORDER, fields={**store.ORDER.fields, "meta": meta}), order, ["meta"])
    order.refresh_from_db()
    assert order.meta == {}


def test_leaves_of_json_are_found_at_any_depth() -> None:
    meta = {"ip": "1", "utm": {"source": 1}, "deep": [{"a": 1}, {"b": [2]}], "empty": {}}
    found = [(place, value) for place, value, _field in leaves(store.ORDER.fields["meta"], meta)]  # type: ignore[arg-type]
    assert found == [(("ip",), "1"), (("deep", 0, "a"), 1), (("deep", 1, "b", 0), 2), (("empty",), {})]


def test_keep_ends_as_its_second_word_says() -> None:
    assert keep("bookkeeping", then=delete()).end(Order._meta.get_field("invoice"), "x") == ""
