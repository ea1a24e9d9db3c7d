"""Encrypted fields: what goes in by save() comes out sealed by every path, and opens only in its own place."""

from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Max, Subquery, Value
from django.db.models.functions import Lower
from django.forms import model_to_dict
from django.template import Context, Template
from django.test import override_settings

from onvif_privacy.core.fields import EncryptedField, LookupRefused, PurposeRequired, RowRequired, Sealed
from onvif_privacy.core.keys import KeyDestroyed, destroy
from onvif_privacy.core.models import Subject, SubjectKey
from tests.core.hostapp.models import Case, Letter, Order, Parcel
from tests.core.orders import SECRET, VALUES, order, plain, stored

pytestmark = pytest.mark.django_db


def index_of(made: Order) -> int | None:
    """Return what the column of the blind index holds; the encrypted field made that column."""
    found: int | None = made.email_index  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize("name", VALUES)
def test_a_value_of_each_kind_comes_back_as_it_went_in(name: str) -> None:
    made = order(**{name: VALUES[name]})
    assert isinstance(getattr(made, name), Sealed)
    assert plain(getattr(Order.objects.get(), name)) == VALUES[name]


def test_the_database_holds_no_plaintext() -> None:
    order(**VALUES)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM hostapp_order")
        held = repr(cursor.fetchall())
    assert "canary" not in held
    assert "Lovelace" not in held
    assert "1815" not in held


def test_values_of_a_row_and_of_a_record_need_no_subject() -> None:
    Parcel.objects.create(note="left at the door")
    case = Case.objects.create(summary="a complaint")
    Letter.objects.create(case=case, body="dear sir")
    assert plain(Parcel.objects.get().note) == "left at the door"
    assert plain(Case.objects.get().summary) == "a complaint"
    assert plain(Letter.objects.get().body) == "dear sir"
    assert set(SubjectKey.objects.values_list("subject_id", "use")) == {(case.pk, "record")}
    destroy(case.pk, "record")
    for sealed in (Case.objects.get().summary, Letter.objects.get().body):
        with pytest.raises(KeyDestroyed):
            plain(sealed)


def test_nothing_is_sealed_where_there_is_nothing() -> None:
    made = order(email="", name=None, owner=None)
    found = Order.objects.get(pk=made.pk)
    assert (found.email, found.name, index_of(found)) == ("", None, None)
    assert Order.objects.filter(name__isnull=True).count() == 1
    assert Order.objects.update(email="", name=None) == 1


def test_a_value_without_its_owner_cannot_be_stored() -> None:
    with pytest.raises(RowRequired, match="owner"):
        order(owner=None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("born", "tomorrow"), ("born", 5), ("age", "x"), ("age", True), ("age", 1.5)],
        *[("meta", {1, 2}), ("meta", float("inf")), ("photo", "text"), ("name", 5), ("name", b"x")],
    ],
)
def test_a_value_of_the_wrong_type_is_refused_without_being_repeated(name: str, value: object) -> None:
    with pytest.raises(ValidationError) as refusal:
        order(**{name: value})
    assert "tomorrow" not in str(refusal.value)


# Every path of the ORM

PATHS: dict[str, Callable[[], Any]] = {
    "attribute": lambda: Order.objects.get().email,
    "the instance that was saved": lambda: order().email,
    "first": lambda: Order.objects.all()[:1][0].email,
    "only": lambda: Order.objects.only("email").get().email,
    "only another": lambda: Order.objects.only("number").get().email,
    "defer": lambda: Order.objects.defer("email", "owner").get().email,
    "iterator": lambda: next(Order.objects.iterator()).email,
    "in_bulk": lambda: next(iter(Order.objects.in_bulk().values())).email,
    "raw": lambda: Order.objects.raw("SELECT * FROM hostapp_order")[0].email,
    "values": lambda: Order.objects.values("email")[0]["email"],
    "values_list": lambda: Order.objects.values_list("email")[0][0],
    "flat": lambda: Order.objects.values_list("email", flat=True)[0],
    "named": lambda: Order.objects.values_list("email", named=True)[0].email,
    "annotate F": lambda: Order.objects.annotate(copied=F("email"))[0].copied,
    "subquery": lambda: Parcel.objects.annotate(copied=Subquery(Order.objects.values("email")[:1]))[0].copied,
    "union": lambda: Order.objects.values_list("email").union(Order.objects.values_list("email"), all=True)[0][0],
    "deepcopy": lambda: copy.deepcopy(Order.objects.get()).email,
    "copy": lambda: copy.copy(Order.objects.get()).email,
    "model_to_dict": lambda: model_to_dict(Order.objects.get())["email"],
    "refresh": lambda: refreshed().email,
}


def refreshed() -> Order:
    found = Order.objects.get()
    found.refresh_from_db()
    return found


@pytest.mark.parametrize("path", PATHS)
def test_every_path_of_the_orm_returns_a_sealed_value(path: str) -> None:
    if path != "the instance that was saved":
        order()
    Parcel.objects.create()
    assert isinstance(PATHS[path](), Sealed)


@pytest.mark.parametrize("function", [Lower, Max])
def test_a_function_of_the_database_returns_a_sealed_value_or_is_refused(function: Any) -> None:
    order()
    try:
        with transaction.atomic():
            found = Order.objects.annotate(made=function("email")).values_list("made", flat=True)[0]
    except DatabaseError:  # no such function of bytes, or no text came of it
        return
    assert isinstance(found, Sealed)


SHOWN: dict[str, Callable[[Any], Any]] = {
    "str": str,
    "format": lambda one: f"{one}",
    "format to width": lambda one: f"{one:>20}",
    "percent": lambda one: "%s" % one,  # noqa: UP031
    "join": lambda one: "".join(str(x) for x in [one]),
    "length": len,
    "iteration": list,
    "hash": hash,
    "set": lambda one: {one},
    "compared with text": lambda one: one == SECRET,
    "unlike text": lambda one: one != SECRET,
    "less": lambda one: one < "x",
    "contains": lambda one: "@" in one,
    "item": lambda one: one[0],
    "slice": lambda one: one[:3],
    "plus": lambda one: one + "x",
    "added to": lambda one: "x" + one,
    "int": int,
    "float": float,
    "bytes": bytes,
    "pickle": pickle.dumps,
    "template": lambda one: Template("{{ one }}").render(Context({"one": one})),
    "safe": lambda one: Template("{{ one|safe }}").render(Context({"one": one})),
    "escaped": lambda one: Template("{{ one|upper }}").render(Context({"one": one})),
}


@pytest.mark.parametrize("way", SHOWN)
def test_showing_or_carrying_a_sealed_value_away_is_refused(way: str) -> None:
    sealed = order().email
    with pytest.raises(PurposeRequired, match=r"hostapp\.Order\.email is sealed") as refusal:
        SHOWN[way](sealed)
    assert SECRET not in str(refusal.value)


def test_json_and_methods_of_text_find_nothing() -> None:
    sealed = order().email
    with pytest.raises(TypeError, match="Sealed"):
        json.dumps({"email": sealed})
    with pytest.raises(AttributeError):
        sealed.lower()


def test_what_a_sealed_value_does_tell() -> None:
    made = order()
    assert repr(made.email) == "<sealed hostapp.Order.email>"
    assert made.email
    assert made.email is not None
    assert (made.email == None) is False  # noqa: E711
    assert made.email == Order.objects.get(pk=made.pk).email
    assert made.email != order().email


@pytest.mark.parametrize("way", ["str", "format", "template"])
def test_a_mask_may_be_printed_instead(way: str) -> None:
    with override_settings(ONVIF_PRIVACY_GATE_ON_REFUSAL="mask"):
        assert SHOWN[way](order().email) == "•••"
        with pytest.raises(PurposeRequired):
            pickle.dumps(order().email)


def test_a_refusal_is_logged_by_field_and_caller(caplog: pytest.LogCaptureFixture) -> None:
    sealed = order().email
    with caplog.at_level(logging.WARNING), pytest.raises(PurposeRequired):
        str(sealed)
    assert "hostapp.Order.email stays sealed at tests.core.test_fields:" in caplog.text
    assert SECRET not in caplog.text


def test_a_pickled_instance_and_a_cached_query_carry_nothing() -> None:
    order()
    with pytest.raises(PurposeRequired):
        pickle.dumps(Order.objects.get())


@pytest.mark.parametrize(
    "kwargs", [{"email": SECRET}, {"email__contains": "@"}, {"email__in": [SECRET]}, {"email__lt": "z"}]
)
def test_a_look_up_is_refused_and_says_what_to_call(kwargs: dict[str, Any]) -> None:
    with pytest.raises(LookupRefused, match=r"gate\.find\(Order"):
        Order.objects.filter(**kwargs)
    with pytest.raises(LookupRefused, match=r"scope\.read"):
        Order.objects.exclude(name="Ada")


# Writing by paths that do not know the row


def test_update_and_bulk_update_with_plaintext_are_refused() -> None:
    made = order()
    with pytest.raises(RowRequired, match="save"), transaction.atomic():
        Order.objects.update(email=SECRET)
    made.email = "other@example.org"
    with pytest.raises(RowRequired, match="save"), transaction.atomic():
        Order.objects.bulk_update([made], ["email"])
    assert plain(Order.objects.get().email) == SECRET


def test_bulk_update_of_other_columns_and_of_sealed_values_works() -> None:
    made = order()
    found = Order.objects.get()
    found.number = 7
    Order.objects.bulk_update([found], ["number", "email"])
    assert plain(Order.objects.get(pk=made.pk, number=7).email) == SECRET


def test_bulk_create_seals_each_row() -> None:
    owners = [Subject.objects.create() for _ in range(3)]
    Order.objects.bulk_create([Order(owner=one, email=f"{i}@example.org", number=i) for i, one in enumerate(owners)])
    assert [plain(one.email) for one in Order.objects.order_by("number")] == [f"{i}@example.org" for i in range(3)]
    assert Order.objects.filter(email_index__isnull=True).count() == 0


def test_an_upsert_and_an_expression_are_refused() -> None:
    Parcel.objects.create(note="one", code="a")
    unique = ["code"] if connection.features.supports_update_conflicts_with_target else None
    with pytest.raises(RowRequired, match="upsert"), transaction.atomic():
        Parcel.objects.bulk_create(
            [Parcel(note="two", code="a")], update_conflicts=True, update_fields=["note"], unique_fields=unique
        )
    order()
    with pytest.raises(RowRequired, match="expression"), transaction.atomic():
        Order.objects.update(email=F("name"))
    made = Order.objects.get()
    made.email = Value("x")
    with pytest.raises(RowRequired, match="expression"), transaction.atomic():
        made.save()
    assert plain(Parcel.objects.get().note) == "one"


def test_a_sealed_value_cannot_be_saved_for_another_owner_or_row() -> None:
    made = order()
    made.owner = Subject.objects.create()
    with pytest.raises(RowRequired, match="another row or owner"), transaction.atomic():
        made.save()
    copied = Order.objects.get()
    copied.pk, copied._state.adding = uuid.uuid4(), True
    with pytest.raises(RowRequired, match="another row or owner"), transaction.atomic():
        copied.save()
    fresh, source = Order(owner=made.owner), Order.objects.get()
    fresh.email = source.email
    with pytest.raises(RowRequired), transaction.atomic():
        fresh.save()
    late = Order.objects.defer("owner").get()
    late.owner = made.owner
    with pytest.raises(RowRequired, match="another row or owner"), transaction.atomic():
        late.save()
    assert plain(Order.objects.get().email) == SECRET


def test_saving_what_was_loaded_leaves_the_value_alone() -> None:
    order()
    before = stored("email")
    for found in (Order.objects.get(), Order.objects.defer("owner").get(), Order.objects.only("number").get()):
        found.number += 1
        found.save()
    assert stored("email") == before


def test_save_of_one_field_keeps_its_index() -> None:
    made, field = order(), Order._meta.get_field("email")
    assert isinstance(field, EncryptedField)
    # An index has few bits, so two addresses may share one: take the first address that does not.
    addresses = (f"{number}@example.org" for number in range(100))
    made.email = next(one for one in addresses if field.index_values(one) != [index_of(made)])
    [index] = field.index_values(made.email)
    made.save(update_fields=["email"])
    assert index_of(Order.objects.get()) == index_of(made) == index
    made.email = ""
    made.save(update_fields=["email"])
    assert index_of(Order.objects.get()) is None


# Dumps and forms


def test_the_system_check_names_what_a_model_lacks() -> None:
    from django.apps.registry import Apps
    from django.db import models

    from onvif_privacy.core.fields import EncryptedTextField

    class Bad(models.Model):  # noqa: DJ008 - never shown
        note = EncryptedTextField(subject="nobody", unique=True)

        class Meta:
            app_label, apps = "bad", Apps()

    assert [one.id for one in Bad._meta.get_field("note").check()] == [
        "onvif_privacy.E040",
        "onvif_privacy.E040",
        "onvif_privacy.E041",
    ]


def test_migrations_of_the_host_are_stable(settings: Any) -> None:
    settings.MIGRATION_MODULES = {}  # the run makes its tables without migrations
    out = io.StringIO()
    call_command("makemigrations", "hostapp", check=True, dry_run=True, stdout=out)
    assert "No changes" in out.getvalue()
