"""Every way in to an encrypted field, without and with a scope that may read it (C26)."""

from __future__ import annotations

import copy
import io
import json
import pickle
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core import serializers
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection, transaction
from django.db.models import CharField, F, Max, Subquery, Value
from django.db.models.functions import Cast, Concat, JSONObject, Upper
from django.forms import model_to_dict, modelform_factory
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client
from django.urls import path

from onvif_privacy.core import gate, subjects
from onvif_privacy.core.fields import LookupRefused, PurposeRequired
from onvif_privacy.core.models import Subject
from tests.core.hostapp.models import Order
from tests.core.orders import SECRET, grant, order

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class OrderAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic to the type checker only
    """What a host would write: a column and a form with the encrypted field."""

    list_display = ["number", "email"]
    fields = ["email", "number"]


site = admin.AdminSite(name="ways")
site.register(Order, OrderAdmin)
urlpatterns = [path("ways/", site.urls)]


def _refreshed() -> Any:
    found = Order.objects.get()
    found.refresh_from_db()
    return found.email


def _saved() -> Any:
    found = Order.objects.get()
    found.number += 1
    found.save()
    return found


def _cursor() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM hostapp_order")
        return repr([bytes(one) if isinstance(one, memoryview) else one for one in cursor.fetchall()[0]])


def _admin(address: str) -> str:
    client = Client()
    staff = User.objects.filter(username="staff").first() or User.objects.create_superuser("staff")
    client.force_login(staff)
    return client.get(address).content.decode()


def _of_scope() -> Any:
    """What the open scope gives for many rows at once; without one, what the first row gives."""
    scope, rows = gate.current(), list(Order.objects.all())
    return scope.values(rows, "email")[0] if scope else rows[0].email


def _dumped() -> str:
    out = io.StringIO()
    call_command("dumpdata", "hostapp", stdout=out)
    return out.getvalue()


def _form() -> str:
    return modelform_factory(Order, fields=["email"])(instance=Order.objects.get()).as_p()


def _first(rows: Any) -> Any:
    return next(iter(rows))


def _annotated(expression: Any) -> Callable[[], Any]:
    return lambda: _first(Order.objects.annotate(found=expression).values_list("found", flat=True))


WAYS: dict[str, Callable[[], Any]] = {
    "attribute": lambda: Order.objects.get().email,
    "first": lambda: Order.objects.first().email,  # type: ignore[union-attr]
    "get_or_create": lambda: Order.objects.get_or_create(number=0)[0].email,
    "only": lambda: Order.objects.only("email").get().email,
    "only another": lambda: Order.objects.only("number").get().email,
    "defer": lambda: Order.objects.defer("email").get().email,
    "defer owner": lambda: Order.objects.defer("owner").get().email,
    "iterator": lambda: next(Order.objects.iterator()).email,
    "in_bulk": lambda: next(iter(Order.objects.in_bulk().values())).email,
    "slice": lambda: Order.objects.all()[:1][0].email,
    "union": lambda: _first(Order.objects.all().union(Order.objects.all())).email,
    "select_related": lambda: Order.objects.select_related("owner").get().email,
    "raw": lambda: Order.objects.raw("SELECT * FROM hostapp_order")[0].email,
    "raw, one column": lambda: Order.objects.raw("SELECT id, email FROM hostapp_order")[0].email,
    "refresh": _refreshed,
    "copy": lambda: copy.copy(Order.objects.get()).email,
    "deepcopy": lambda: copy.deepcopy(Order.objects.get()).email,
    "getattr": lambda: getattr(Order.objects.get(), "email"),  # noqa: B009
    "attrgetter": lambda: attrgetter("email")(Order.objects.get()),
    "model_to_dict": lambda: model_to_dict(Order.objects.get())["email"],
    "value_from_object": lambda: Order._meta.get_field("email").value_from_object(Order.objects.get()),
    "f-string": lambda: f"{Order.objects.get().email}",
    "percent": lambda: "%s" % Order.objects.get().email,  # noqa: UP031
    "concatenation": lambda: "to: " + Order.objects.get().email,
    "json.dumps": lambda: json.dumps({"to": Order.objects.get().email}, cls=DjangoJSONEncoder),
    "response": lambda: HttpResponse(Order.objects.get().email).content,
    "mail": lambda: EmailMessage("s", "b", None, [Order.objects.get().email]).message().as_string(),
    "template": lambda: Template("{{ one.email }}").render(Context({"one": Order.objects.get()})),
    "template filter": lambda: Template("{{ one.email|urlize }}").render(Context({"one": Order.objects.get()})),
    "attribute of a saved row": lambda: _saved().email,
    "form": _form,
    "values of a scope": lambda: _of_scope(),
    "admin list": lambda: _admin("/ways/hostapp/order/"),
    "admin form": lambda: _admin(f"/ways/hostapp/order/{Order.objects.get().pk}/change/"),
}
ALWAYS_SEALED: dict[str, Callable[[], Any]] = {
    "values": lambda: Order.objects.values("email")[0]["email"],
    "values_list": lambda: Order.objects.values_list("email")[0][0],
    "flat": lambda: Order.objects.values_list("email", flat=True)[0],
    "named": lambda: Order.objects.values_list("email", named=True)[0].email,
    "distinct": lambda: _first(Order.objects.values_list("email", flat=True).distinct()),
    "annotate": _annotated(F("email")),
    "annotated attribute": lambda: Order.objects.annotate(found=F("email")).get().found,
    "subquery": _annotated(Subquery(Order.objects.values("email")[:1])),
    "aggregate": lambda: Order.objects.aggregate(found=Max("email"))["found"],
    "function": _annotated(Upper("email")),
    "cast": _annotated(Cast("email", CharField())),
    "concat": _annotated(Concat("email", Value("x"), output_field=CharField())),
    "json object": _annotated(JSONObject(email="email")),
    "json": lambda: serializers.serialize("json", Order.objects.all()),
    "xml": lambda: serializers.serialize("xml", Order.objects.all()),
    "python": lambda: serializers.serialize("python", Order.objects.all())[0]["fields"]["email"],
    "dumpdata": _dumped,
    "pickled row": lambda: pickle.dumps(Order.objects.get()),
    "pickled query": lambda: pickle.dumps(list(Order.objects.values("email"))),
    "__dict__": lambda: Order.objects.get().__dict__["email"],
    "vars": lambda: repr(vars(Order.objects.get())),
    "repr": lambda: repr(Order.objects.get().__dict__["email"]),
    "filter": lambda: Order.objects.filter(email=SECRET).count(),
    "exclude": lambda: Order.objects.exclude(email__startswith="canary").count(),
    "order by": lambda: repr([vars(one) for one in Order.objects.order_by("email")]),
    "cursor": _cursor,
}


def seen(way: Callable[[], Any]) -> bool:
    """Whether a way in shows the plaintext, in its result or in the words of its refusal."""
    try:
        with transaction.atomic():
            return SECRET in repr(way())
    except (PurposeRequired, LookupRefused, TypeError, ValueError, DatabaseError) as error:
        return SECRET in repr(error)


def test_forty_ways_and_more_are_tried() -> None:
    assert len({*WAYS, *ALWAYS_SEALED}) == 60


@pytest.mark.parametrize("way", [*WAYS, *ALWAYS_SEALED])
def test_no_way_in_shows_plaintext_without_a_scope_that_may_read_it(way: str) -> None:
    open_way = (WAYS | ALWAYS_SEALED)[way]
    person = order().owner
    assert person is not None
    assert not seen(open_way)  # no scope
    with gate.scope("accounts"):  # another purpose
        assert not seen(open_way)
    with gate.scope("offers"):  # no consent
        assert not seen(open_way)
    with gate.scope("fulfilment", subject=Subject.objects.create()):  # another person
        assert not seen(open_way)
    with gate.scope("fulfilment") as ended:
        pass
    assert not ended.is_open
    assert not seen(open_way)
    subjects.restrict(person)
    with gate.scope("fulfilment"):
        assert not seen(open_way)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_an_instance_shows_plaintext_in_the_right_scope(way: str) -> None:
    owner = order().owner
    assert owner is not None
    for purpose in ("fulfilment", "counting"):
        with gate.scope(purpose):
            assert seen(WAYS[way])
    grant(owner)
    with gate.scope("offers"):
        assert seen(WAYS[way])
    with gate.scope("own_access", subject=owner):
        assert seen(WAYS[way])


@pytest.mark.parametrize("way", ALWAYS_SEALED)
def test_ways_that_know_no_row_stay_sealed_even_in_the_right_scope(way: str) -> None:
    order()
    with gate.scope("fulfilment"):
        assert not seen(ALWAYS_SEALED[way])
