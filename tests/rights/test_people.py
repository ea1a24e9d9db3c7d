"""Staff see that something is held of a person; what they reveal, for which purpose, and whom they saw is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from pytest_django import Settings

from onvif_privacy.core import gate, subjects
from onvif_privacy.core.models import Subject
from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.models import Channel, Kind
from onvif_privacy.rights.services import requests, staff
from tests.core.factories import UserFactory
from tests.core.orders import entries, grant, order
from tests.rights.factories import STORE, person
from tests.rights.test_admin import staff as signed_in
from tests.rights.test_erasure import carried_out
from tests.store.factories import LineFactory, OrderFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/onvif_privacy_rights/person/"
SEES, REVEALS = "view_person", "reveal_person"
PLAIN = {
    "operation": (
        "alice@canary.example",
        "Canary Road",
        "voucher-of-a-canary",
        "carve a canary",
        "Name of a Canary",
    ),
    "bookkeeping": ("Name of a Canary", "canary-invoice"),
}
SEALED = ("sealed@canary.example", "Sealed Canary", "1915")
NEVER = ("nuts of a canary", "pbkdf2", "md5$")
ALL = (*PLAIN["operation"], *PLAIN["bookkeeping"], *SEALED, *NEVER)


@pytest.fixture(autouse=True)
def _store(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    with temporarily(*STORE):
        yield


@pytest.fixture
def alice() -> Subject:
    """Somebody with plain and sealed values in every kind of field, a file, and something sensitive."""
    found = person(username="alice", email="alice@canary.example", password="md5$secret")
    bought = OrderFactory(
        customer=found.user,
        name="Name of a Canary",
        email="alice@canary.example",
        voucher="voucher-of-a-canary",
        invoice=ContentFile(b"1", name="canary-invoice.txt"),
        meta={"street": "Canary Road"},
    )
    LineFactory(order=bought, engraving_text="carve a canary")
    order(
        owner=found,
        email="sealed@canary.example",
        name="Sealed Canary",
        born=date(1915, 12, 10),
        health="nuts of a canary",
    )
    return found


def screen(subject: Subject) -> str:
    return f"{LIST}{subject.pk}/change/"


def seen(page: str) -> set[str]:
    return {word for word in ALL if word in page}


def test_looking_shows_masks_and_is_recorded(alice: Subject) -> None:
    client = signed_in(SEES)
    page = client.get(screen(alice)).content.decode()
    assert seen(page) == set()
    assert page.count(staff.MASK) > len(ALL)
    assert 'name="purpose"' not in page
    assert len(entries("rights.viewed")) == 1
    assert entries("gate.read") == []
    assert client.post(screen(alice), {"purpose": "operation"}).status_code == 403
    assert entries("rights.revealed") == []


@pytest.mark.parametrize(
    ("purpose", "shown"),
    [("operation", PLAIN["operation"]), ("bookkeeping", PLAIN["bookkeeping"]), ("fulfilment", SEALED)],
)
def test_a_purpose_reveals_what_is_declared_for_it_and_is_recorded(
    alice: Subject, purpose: str, shown: tuple[str, ...]
) -> None:
    client = signed_in(SEES, REVEALS)
    answer = client.post(screen(alice), {"purpose": purpose})
    assert seen(answer.content.decode()) == set(shown)
    assert "no-store" in answer["Cache-Control"]
    (told,) = entries("rights.revealed")
    assert told["purpose"] == purpose
    me = subjects.for_user(answer.wsgi_request.user).reference
    assert told["actor"] == me
    assert {(one["purpose"], one["actor"]) for one in entries("gate.read")} <= {(purpose, me)}


@pytest.mark.parametrize("purpose", ["", "own_access", "mailing", "counting", "housekeeping", "nothing", "x" * 500])
def test_other_purposes_reveal_nothing(alice: Subject, purpose: str) -> None:
    assert signed_in(SEES, REVEALS).post(screen(alice), {"purpose": purpose}).status_code == 403
    assert entries("rights.revealed") == []
    with pytest.raises(ValueError, match="not a purpose"):
        staff.held(alice, actor=UserFactory(), purpose=purpose or "nothing")


def test_consent_is_asked_first_and_a_restriction_masks_all(alice: Subject) -> None:
    client = signed_in(SEES, REVEALS)
    assert seen(client.post(screen(alice), {"purpose": "offers"}).content.decode()) == set()
    grant(alice)
    assert seen(client.post(screen(alice), {"purpose": "offers"}).content.decode()) == set(SEALED[:2])
    subjects.restrict(alice)
    for purpose in ("offers", "operation", "fulfilment"):
        assert seen(client.post(screen(alice), {"purpose": purpose}).content.decode()) == set()


def test_what_a_duty_keeps_beyond_an_erasure_is_read_for_that_duty_only(alice: Subject) -> None:
    made = requests.open(kind=Kind.ERASE, channel=Channel.ACCOUNT, key="e", subject=alice)
    assert carried_out(made).state == "done"
    page = signed_in(SEES, REVEALS).post(screen(alice), {"purpose": "operation"}).content.decode()
    assert seen(page) == set()
    assert "Erased on" in page
    assert made.reference in page


def test_rows_of_others_are_not_shown_and_fields_of_others_are_named_so(alice: Subject) -> None:
    bob = OrderFactory(customer=UserFactory(), voucher="voucher-of-bob")
    page = signed_in(SEES, REVEALS).post(screen(alice), {"purpose": "operation"}).content.decode()
    assert bob.voucher not in page


def test_search_takes_a_whole_address_or_a_reference_and_who_was_found_is_recorded(alice: Subject) -> None:
    client = signed_in(SEES)
    for term, found in (
        ("ALICE@canary.example", True),
        (alice.reference, True),
        ("alice", False),
        ("canary.example", False),
        ("@", False),
        ("nobody@canary.example", False),
        ("' OR 1=1 --@x", False),
    ):
        assert (screen(alice) in client.get(LIST, {"q": term}).content.decode()) is found, term
    assert len(entries("rights.found")) == 1


def test_long_tables_are_read_page_by_page(alice: Subject) -> None:
    for number in range(55):
        OrderFactory(customer=alice.user, number=f"P{number:03}")
    client = signed_in(SEES)
    first = client.get(screen(alice)).content.decode()
    assert "(56)" in first
    assert "?model=store.Order" in first
    numbers = [f"P{number:03}" for number in range(55)]
    pages = [client.get(screen(alice), {"model": "store.Order", "page": page}).content.decode() for page in (1, 2)]
    assert [one for one in numbers if one in pages[0]] + [one for one in numbers if one in pages[1]] == numbers
    for wrong in ("0", "99999999", "x", "-1", "٣"):
        assert client.get(screen(alice), {"model": "store.Order", "page": wrong}).status_code == 200
    assert "Nothing is held" in client.get(screen(alice), {"model": "nobody.Nothing"}).content.decode()


def test_who_may_not_look_sees_nothing_and_posts_change_nothing(alice: Subject) -> None:
    for client in (signed_in(), signed_in(REVEALS)):
        assert client.get(LIST).status_code == 403
        assert client.get(screen(alice)).status_code == 403
        assert client.post(screen(alice), {"purpose": "operation"}).status_code == 403
    client = signed_in(SEES, REVEALS, "change_person", "delete_person", "add_person")
    for address in ("add/", f"{alice.pk}/delete/", f"{alice.pk}/"):
        assert client.post(f"{LIST}{address}", {"post": "yes", "user": ""}).status_code in (302, 403, 404)
    before = alice.user_id
    alice.refresh_from_db()
    assert alice.user_id == before
    visitor = subjects.visitor()
    subjects.merge(visitor=visitor, into=alice, key="m")
    assert client.get(screen(visitor)).status_code == 404


def test_nothing_is_shown_while_the_gate_is_closed(alice: Subject) -> None:
    gate.close("an incident")
    with pytest.raises(gate.GateClosed):
        staff.held(alice, actor=UserFactory(), purpose="operation")


def test_the_request_leads_to_the_person_and_shows_receipt_and_exports(alice: Subject) -> None:
    made = requests.open(kind=Kind.EXPORT, channel=Channel.ACCOUNT, key="x", subject=alice)
    address = reverse("admin:onvif_privacy_rights_request_change", args=[made.pk])
    assert screen(alice) in signed_in("view_request", SEES).get(address).content.decode()
    assert screen(alice) not in signed_in("view_request").get(address).content.decode()
    page = signed_in(SEES).get(screen(alice)).content.decode()
    assert address in page


def test_the_number_of_queries_does_not_grow_with_rows(alice: Subject, django_assert_max_num_queries: Any) -> None:
    client = signed_in(SEES)
    client.get(screen(alice))
    with django_assert_max_num_queries(400) as few:
        client.get(screen(alice))
    for _number in range(20):
        OrderFactory(customer=alice.user)
    with django_assert_max_num_queries(len(few)):
        client.get(screen(alice))
