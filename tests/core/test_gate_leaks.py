"""People whose values nobody may see in a log, a mail, a traceback, or the page of an error (C25)."""

from __future__ import annotations

import json
import logging
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import django
import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.utils.log import AdminEmailHandler

from onvif_privacy.core import gate
from onvif_privacy.core.keys import generate
from onvif_privacy.core.models import Subject
from onvif_privacy.core.testing import Canaries
from tests.core.counts import few_or_all
from tests.core.factories import UserFactory
from tests.core.hostapp.models import Order, Parcel

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
HOST = logging.getLogger("host")
ADMINS = ["admin@example.org"] if django.VERSION >= (6,) else [("Admin", "admin@example.org")]


class Broken(Exception):
    """A page broke, as it had to."""


class OrderAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic to the type checker only
    """A screen that breaks while it shows an encrypted column."""

    list_display = ["email", "broken"]
    fields = ["email", "number", "broken"]
    readonly_fields = ["broken"]

    def broken(self, row: Order) -> str:
        """Break, with the value in sight."""
        seen = row.email
        raise LookupError(f"cannot show {seen!r} of {vars(row)!r}")


def failing(request: HttpRequest, pk: str) -> HttpResponse:
    """Break with rows in sight that were read by a scope which may read them."""
    row = Order.objects.get(pk=pk)
    with gate.scope("fulfilment") as scope:
        assert row.email
        rows = list(scope.read(Order.objects.filter(pk=pk), ["email", "name"]))
        raise LookupError(f"{row!r} {vars(row)!r} {rows!r}")


def printing(request: HttpRequest, pk: str) -> HttpResponse:
    """Print a value that nobody may read."""
    row = Order.objects.get(pk=pk)
    return HttpResponse(row.email)


site = admin.AdminSite(name="leaks")
site.register(Order, OrderAdmin)
urlpatterns = [path("leaks/", site.urls), path("failing/<pk>/", failing), path("printing/<pk>/", printing)]


def visit(address: str, *, debug: bool = False) -> Callable[[Order, str], Any]:
    """Ask for a page as staff; it must break, and what it shows is logged, too."""

    def flow(made: Order, plain: str) -> None:
        client = Client(raise_request_exception=False)
        client.force_login(UserFactory(is_staff=True, is_superuser=True))
        with override_settings(DEBUG=debug):
            answer = client.get(address.format(made.pk))
        assert answer.status_code == 500, address
        HOST.error("%s", answer.content.decode())
        raise Broken(address)

    return flow


def _twice(made: Order, plain: str) -> None:
    Parcel.objects.create(code="one", note=plain)
    Parcel.objects.create(code="one", note=plain)


def _without_keys(made: Order, plain: str) -> None:
    with override_settings(ONVIF_PRIVACY_KEYS=[generate("data"), generate("sign")]):
        Order.objects.create(owner=made.owner, email=plain)


def _broken_value(made: Order, plain: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE hostapp_order SET email = name")
    with gate.scope("fulfilment"):
        str(Order.objects.get(pk=made.pk).email)


FLOWS: dict[str, Callable[[Order, str], Any]] = {
    "str": lambda made, _plain: str(made.email),
    "format": lambda made, _plain: f"{made.name}",
    "hash": lambda made, _plain: {made.email: 1},
    "pickle": lambda made, _plain: pickle.dumps(made),
    "json": lambda made, _plain: json.dumps(made.email),
    "update": lambda _made, plain: Order.objects.update(email=plain),
    "filter": lambda _made, plain: Order.objects.filter(email=plain),
    "no scope": lambda _made, plain: gate.find(Order.objects.all(), email=plain),
    "no index": lambda _made, plain: gate.find(Order.objects.all(), name=plain),
    "wrong kind": lambda made, plain: Order.objects.create(owner=made.owner, age=plain),
    "no owner": lambda _made, plain: Order.objects.create(email=plain),
    "not unique": _twice,
    "no keys": _without_keys,
    "a broken value": _broken_value,
    "dumpdata": lambda _made, _plain: call_command("dumpdata", "hostapp.parcels"),
    "admin list": visit("/leaks/hostapp/order/"),
    "admin form": visit("/leaks/hostapp/order/{}/change/"),
    "a view that breaks": visit("/failing/{}/"),
    "a view that prints": visit("/printing/{}/"),
    "a developer's view": visit("/failing/{}/", debug=True),
}


@pytest.fixture
def error_mails() -> Iterator[None]:
    """Mail each error of a page to the administrators, with all that Django can say about it."""
    handler = AdminEmailHandler(include_html=True)
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        with override_settings(ADMINS=ADMINS):
            yield
    finally:
        logger.removeHandler(handler)


@pytest.mark.parametrize("number", few_or_all(20, 200))
def test_no_plaintext_reaches_a_log_a_mail_or_a_page_by_any_flow(
    number: int, error_mails: None, mailoutbox: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    canaries, names = Canaries(), list(FLOWS)
    with canaries.listening(), CaptureQueriesContext(connection):
        for place in range(number):
            plain = canaries.new(f"{place}", "email")
            made = Order.objects.create(owner=Subject.objects.create(), email=plain, name=plain, meta={"a": plain})
            with pytest.raises(Exception) as failure, transaction.atomic():  # noqa: PT011 - each has its own
                FLOWS[names[place % len(names)]](made, plain)
            HOST.error("failed: %r", failure.value, exc_info=failure.value)
            with gate.scope("fulfilment"):
                assert gate.find(Order.objects.all(), email=plain) == [made]
                made.refresh_from_db()
            HOST.info("order %r %s", made, vars(made))
        HOST.info(canaries.new("what a leak looks like"))
    assert {"django.db.backends", "django.request", "host"} <= {record.name for record in caplog.records}
    # Five pages; Django mails a plain text, too, unless a developer has just seen it.
    assert len(mailoutbox) == (5 + 4) * number // len(names)
    assert all("Traceback" in str(one.alternatives or one.body) for one in mailoutbox)
    assert {one.name for one in canaries.sweep()} == {"what a leak looks like"}
