"""Staff see clock and plan, extend and refuse with reasons, and can change nothing else, whatever they send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Entry
from onvif_privacy.core.registry import Field, blank
from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.models import Channel, ExportFile, Kind, Letter, Request, Review, State, Step
from onvif_privacy.rights.services import erasure, export, requests
from tests.core.factories import UserFactory
from tests.rights.factories import STORE, shopper
from tests.rights.test_erasure import carried_out
from tests.store import declarations
from tests.store.factories import OrderFactory
from tests.store.models import Order

pytestmark = pytest.mark.django_db
VIEW = ("view_request", "view_step", "view_exportfile", "view_letter")


@pytest.fixture(autouse=True)
def _store(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    with temporarily(*STORE):
        yield


def staff(*codenames: str) -> Client:
    user = UserFactory(is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=codenames, content_type__app_label__contains="rights")
    )
    client = Client()
    client.force_login(user)
    return client


def page(request: Request) -> str:
    return reverse("admin:onvif_privacy_rights_request_change", args=[request.pk])


def act(request: Request, name: str) -> str:
    return reverse("admin:onvif_privacy_rights_request_act", args=[request.pk, name])


def asked(kind: Kind = Kind.EXPORT, **more: Any) -> Request:
    return requests.open(kind=kind, channel=Channel.ACCOUNT, key=f"k{kind}", subject=shopper(**more))


def test_staff_see_clock_plan_steps_and_receipt() -> None:
    request = carried_out(asked(Kind.ERASE))
    shown = staff(*VIEW).get(page(request)).content.decode()
    for words in (
        "Answer until",
        "store.Order",
        "shredded",
        "What was erased",
        "row emptied",
        "&quot;kind&quot;: &quot;erasure&quot;",
    ):
        assert words in shown
    listed = staff(*VIEW).get(reverse("admin:onvif_privacy_rights_request_changelist")).content.decode()
    assert request.reference in listed


def test_extending_needs_a_reason_and_happens_once_and_in_time() -> None:
    request, client = asked(), staff(*VIEW, "decide_request")
    client.post(act(request, "extend"), {"months": "2", "reason": ""})
    request.refresh_from_db()
    assert request.extended_to is None
    client.post(act(request, "extend"), {"months": "2", "reason": "many records"})
    request.refresh_from_db()
    assert request.extended_to is not None
    assert request.extension_reason == "many records"
    until = request.extended_to
    client.post(act(request, "extend"), {"months": "1", "reason": "again"})
    request.refresh_from_db()
    assert request.extended_to == until
    entry = ledger.opened(Entry.objects.get(kind="rights.extended"))
    assert set(entry) == {"request", "to", "reason", "actor"}
    assert "many records" not in str(entry)


def test_extending_after_the_due_date_is_refused() -> None:
    request = asked()
    Request.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    staff(*VIEW, "decide_request").post(act(request, "extend"), {"months": "1", "reason": "late"})
    request.refresh_from_db()
    assert request.extended_to is None


def test_refusing_needs_a_reason_that_the_person_reads() -> None:
    request, client = asked(), staff(*VIEW, "decide_request")
    client.post(act(request, "refuse"), {"refuse-reason": " "})
    request.refresh_from_db()
    assert request.state == State.WORKING
    client.post(act(request, "refuse"), {"refuse-reason": "manifestly excessive"})
    request.refresh_from_db()
    assert request.state == State.REFUSED
    person = Client()
    assert request.subject is not None
    assert request.subject.user is not None
    person.force_login(request.subject.user)
    shown = person.get("/privacy/me/").content.decode()
    assert "manifestly excessive" in shown
    assert "supervisory authority" in shown


def test_an_erasure_entered_by_staff_needs_a_second_person() -> None:
    ada = shopper()
    clerk = staff(*VIEW, "decide_request", "approve_erasure")
    sent = {
        "kind": "erase",
        "channel": "letter",
        "subject": ada.reference,
        "received_at": "2026-01-02T10:00",
        "proof": "document",
    }
    assert clerk.post(reverse("admin:onvif_privacy_rights_request_add"), sent).status_code == 302
    request = Request.objects.get()
    assert (request.state, str(request.due_on)) == (State.REVIEW, "2026-02-02")
    clerk.post(act(request, "approve"))
    request.refresh_from_db()
    assert request.state == State.REVIEW
    staff(*VIEW, "approve_erasure").post(act(request, "approve"))
    request.refresh_from_db()
    assert request.state == State.COOLING
    assert erasure.step(request=request) is not None


@pytest.mark.parametrize(
    "sent",
    [
        {"subject": "nobody-known-by-this-1"},
        {"received_at": "2999-01-01T00:00"},
        {"channel": "account"},
        {"channel": "site"},
        {"proof": "link"},
        {"address": "", "subject": ""},
    ],
)
def test_what_cannot_be_entered_is_not(sent: dict[str, str]) -> None:
    good = {"kind": "export", "channel": "letter", "address": "a@example.org", "received_at": "2026-01-02T10:00"}
    answer = staff(*VIEW, "decide_request").post(reverse("admin:onvif_privacy_rights_request_add"), {**good, **sent})
    assert answer.status_code == 200
    assert not Request.objects.exists()


def test_words_of_others_are_looked_at_recorded_and_released() -> None:
    noted = replace(
        declarations.ORDER,
        fields={
            **declarations.ORDER.fields,
            "voucher": Field("support", purposes=("operation",), export="review", erase=blank()),
        },
    )
    with temporarily(noted):
        request = asked(orders=0)
        assert request.subject is not None
        OrderFactory(customer=request.subject.user, voucher="ask Bob Other")
        export.collect(request)
        review = Review.objects.get()
        address = reverse("admin:onvif_privacy_rights_request_review", args=[review.pk])
        assert staff(*VIEW).get(address).status_code == 403
        client = staff(*VIEW, "decide_request")
        assert "<strong>Perhaps other people:</strong> Bob Other" in client.get(address).content.decode()
        assert Entry.objects.filter(kind="rights.looked").count() == 1
        client.post(address, {"outcome": "withheld", "reason": ""})
        assert Review.objects.get().outcome == "waiting"
        client.post(address, {"outcome": "redacted", "words": "ask ---", "reason": "another person"})
        request.refresh_from_db()
        assert (Review.objects.get().outcome, request.state) == ("redacted", State.WORKING)


FORGED = {
    "state": "done",
    "receipt": "{}",
    "due_on": "2999-01-01",
    "extended_to": "2999-01-01",
    "subject": "",
    "plan": "{}",
    "reference": "AAAAAAAAAA",
    "done_at": "2020-01-01",
    "finished_at": "2020-01-01",
    "_save": "Save",
    "post": "yes",
    "action": "delete_selected",
}


@pytest.mark.parametrize("role", [VIEW, (*VIEW, "decide_request"), (*VIEW, "change_request", "delete_request")])
def test_forged_posts_change_nothing_that_is_protected(role: tuple[str, ...]) -> None:
    request = carried_out(asked(Kind.ERASE))
    other = requests.open(kind=Kind.EXPORT, channel=Channel.ACCOUNT, key="o", subject=shopper())
    export.build(request=other)
    client = staff(*role)
    models = (Request, Step, ExportFile, Letter)
    before = [list(model._base_manager.order_by("pk").values()) for model in models]
    for model in models:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        client.post(reverse(f"{name}_changelist"), {**FORGED, "_selected_action": "1"})
        for row in model._base_manager.all():
            for page_of in ("change", "delete"):
                client.post(reverse(f"{name}_{page_of}", args=[row.pk]), FORGED)
    for name in ("approve", "apply", "finish", "nothing"):
        client.post(act(request, name), FORGED)
        client.get(act(other, name))
    assert [list(model._base_manager.order_by("pk").values()) for model in models] == before


def test_staff_without_rights_see_nothing() -> None:
    request = asked()
    assert staff().get(page(request)).status_code == 403
    assert staff(*VIEW).post(act(request, "refuse"), {"refuse-reason": "no"}).status_code == 403
    assert staff(*VIEW).get(reverse("admin:onvif_privacy_rights_request_add")).status_code == 403
    assert Client().post(act(request, "refuse")).status_code == 302
    request.refresh_from_db()
    assert request.state == State.WORKING


def test_no_screen_shows_an_address() -> None:
    requests.open(kind=Kind.EXPORT, channel=Channel.FORM, key="f", address="canary@example.org")
    client = staff(*VIEW, "decide_request")
    request = Request.objects.get()
    for address in (page(request), reverse("admin:onvif_privacy_rights_request_changelist")):
        assert "canary@" not in client.get(address).content.decode()
    assert Order.objects.count() == 0
