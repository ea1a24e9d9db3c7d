"""Encrypted fields in dumps, serializers and forms."""

from __future__ import annotations

import json
import uuid
from datetime import date
from typing import Any

import pytest
from django.core import serializers
from django.core.management import call_command
from django.forms import modelform_factory

from onvif_privacy.core.fields import RowRequired
from onvif_privacy.core.models import Subject
from tests.core.hostapp.models import Order
from tests.core.orders import SECRET, VALUES, order, plain

pytestmark = pytest.mark.django_db


def test_a_dump_holds_the_envelope_and_can_be_loaded(tmp_path: Any) -> None:
    order(**VALUES)
    out = tmp_path / "dump.json"
    call_command("dumpdata", "hostapp", output=str(out))
    assert "canary" not in out.read_text()
    Order.objects.all().delete()
    call_command("loaddata", str(out), verbosity=0)
    assert {name: plain(getattr(Order.objects.get(), name)) for name in VALUES} == VALUES


@pytest.mark.parametrize("form", ["json", "xml"])
def test_serializers_show_no_plaintext(form: str) -> None:
    order(**VALUES)
    assert "canary" not in serializers.serialize(form, Order.objects.all())


def test_plaintext_of_a_fixture_is_refused() -> None:
    fixture = [{"model": "hostapp.order", "pk": str(uuid.uuid4()), "fields": {"email": SECRET}}]
    (found,) = serializers.deserialize("json", json.dumps(fixture))
    with pytest.raises(RowRequired):
        found.save()


def test_a_form_stores_what_is_typed_and_keeps_what_it_cannot_show() -> None:
    form_class = modelform_factory(Order, fields=["email", "name", "born", "age", "meta"])
    form = form_class(
        {"email": SECRET, "born": "1815-12-10", "age": "36"}, instance=Order(owner=Subject.objects.create())
    )
    assert form.is_valid(), form.errors
    made = form.save()
    assert plain(made.born) == date(1815, 12, 10)
    shown = form_class(instance=Order.objects.get()).as_p()
    assert "leave empty to keep" in shown
    again = form_class({"email": "", "name": "Ada"}, instance=Order.objects.get())
    assert again.is_valid(), again.errors
    again.save()
    found = Order.objects.get()
    assert (plain(found.email), plain(found.name), plain(found.age)) == (SECRET, "Ada", 36)


def test_a_form_refuses_what_is_no_address_without_storing_it() -> None:
    form = modelform_factory(Order, fields=["email"])({"email": "no address"}, instance=Order())
    assert not form.is_valid()
