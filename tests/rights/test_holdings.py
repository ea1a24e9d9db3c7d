"""Everything of a person is found and said in plain types; nothing of anybody else."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from onvif_privacy.core import gate, subjects
from onvif_privacy.core.gate import ScopeRefused
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import Claim, Field, Json, PersonalData, blank, delete, not_personal, personal_data
from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.services import holdings
from onvif_privacy.rights.services.holdings import Status
from tests.core.hostapp.models import Order as SealedOrder
from tests.rights.factories import STORE, RequestFactory, person, shopper
from tests.store import declarations
from tests.store.factories import LineFactory, OrderFactory
from tests.store.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _store() -> Iterator[None]:
    with temporarily(*STORE):
        yield


def said(subject: Subject, declaration: PersonalData) -> list[dict[str, holdings.Cell]]:
    """Return the cells of every row of a model, by name."""
    found = []
    with holdings.opened(subject) as (scope, who):
        for batch in holdings.batches(declaration, who):
            scope.claim(batch)
            roles = holdings.roles_of(declaration, who, batch)
            found += [{one.name: one for one in holdings.cells(declaration, row, roles[row.pk])} for row in batch]
    return found


def test_rows_of_a_person_are_found_by_each_path_and_nobody_elses() -> None:
    ada = shopper("Ada Example", orders=3)
    shopper("Bob Other", orders=2)
    assert {row["name"].value for row in said(ada, declarations.ORDER)} == {"Ada Example"}
    assert {row["engraving_text"].value for row in said(ada, declarations.LINE)} == {"for Ada Example"}
    assert len(said(ada, declarations.LINE)) == 3


def test_rows_of_merged_visitors_are_found_with_the_person() -> None:
    ada, visitor = person(), subjects.visitor()
    SealedOrder.objects.create(owner=visitor, email="v@example.org", phone="1")
    SealedOrder.objects.create(owner=ada, email="a@example.org", phone="2")
    subjects.merge(visitor=visitor, into=ada, key="k")
    declaration = holdings.declared()
    order = next(one for one in declaration if one.model == "hostapp.Order")
    assert {row["email"].value for row in said(ada, order)} == {"v@example.org", "a@example.org"}


def test_sealed_values_are_opened_and_credentials_are_not() -> None:
    ada = person(username="ada", password="secret")
    user = next(one for one in holdings.declared() if one.model == "auth.User")
    (row,) = said(ada, user)
    assert row["username"].value == "ada"
    assert row["password"].status is Status.WITHHELD
    assert row["password"].value is None


def test_batches_come_in_order_and_miss_none() -> None:
    ada = shopper(orders=0)
    for _number in range(7):
        OrderFactory(customer=ada.user)
    with holdings.opened(ada) as (_scope, who):
        sizes = [len(batch) for batch in holdings.batches(declarations.ORDER, who, size=3)]
        rest = [row.pk for batch in holdings.batches(declarations.ORDER, who, size=3, after=0) for row in batch]
    assert sizes == [3, 3, 1]
    assert rest == sorted(rest)


def test_json_leaves_of_nobody_are_kept_and_the_rest_is_said() -> None:
    ada = shopper(orders=0)
    OrderFactory(customer=ada.user, meta={"ip": "192.0.2.7", "utm": {"source": "x"}, "note": ["a", {"b": None}]})
    (row,) = said(ada, declarations.ORDER)
    assert row["meta"].value == {"ip": "192.0.2.7", "utm": {"source": "x"}, "note": ["a", {"b": None}]}


def test_a_shared_row_shows_each_person_their_own_fields_only() -> None:
    shared = PersonalData(
        model="store.Order",
        subjects={"customer": "customer", "packer": "line__order__customer"},
        fields={
            "email": Field("contact", purposes=("operation",), erase=blank()),
            "name": Field("identity", of="nobody", purposes=("operation",), erase=blank()),
            "voucher": Field("identity", purposes=("operation",), export="review", erase=blank()),
            "meta": Json(
                {
                    "theirs": Field("profile", of="nobody", purposes=("operation",), erase=delete()),
                    "free": not_personal,
                },
                rest=Field("profile", purposes=("operation",), erase=delete()),
            ),
        },
        not_personal=("id", "number"),
    )
    with temporarily(shared):
        ada = shopper(orders=0)
        order = OrderFactory(customer=ada.user, email="a@example.org", meta={"theirs": "B", "mine": "A", "free": 1})
        LineFactory(order=order)
        LineFactory(order=order)
        (row,) = said(ada, shared)  # once, although two lines lead to it
    assert row["email"].value == "a@example.org"
    assert row["name"].status is Status.OTHER
    assert row["name"].value is None
    assert row["voucher"].status is Status.REVIEW
    assert row["meta"].value == {"theirs": {"left_out": "another person"}, "mine": "A", "free": 1}


GUESTS = PersonalData(
    model="store.Order",
    subjects={"customer": "customer"},
    claims={"customer": Claim("email")},
    fields={"email": Field("contact", purposes=("operation",), erase=blank())},
    not_personal=("id", "number"),
)
KNOWING = PersonalData(
    model="store.Order",
    subjects={"customer": "customer"},
    claims={"customer": Claim("email", also="number")},
    fields={"email": Field("contact", purposes=("operation",), erase=blank())},
    not_personal=("id", "number"),
)


def test_guest_rows_belong_to_who_proved_the_address_and_rows_with_an_account_do_not() -> None:
    with temporarily(GUESTS):
        ada = subjects.correspondent()
        OrderFactory(customer=None, email="ADA@example.org", number="guest")
        OrderFactory(email="ada@example.org", number="of an account")
        assert said(ada, GUESTS) == []
        holdings.claim(ada, kind="email", value="ada@example.org")
        assert [row["number"].value for row in said(ada, GUESTS)] == ["guest"]


def test_a_second_fact_is_asked_for_where_the_declaration_says_so() -> None:
    with temporarily(KNOWING):
        ada = subjects.correspondent()
        OrderFactory(customer=None, email="ada@example.org", number="N-1")
        OrderFactory(customer=None, email="ada@example.org", number="N-2")
        holdings.claim(ada, kind="email", value="ada@example.org")
        assert said(ada, KNOWING) == []
        holdings.claim(ada, kind="email", value="ada@example.org", fact="N-2")
        assert [row["number"].value for row in said(ada, KNOWING)] == ["N-2"]


def test_sealed_rows_without_an_account_are_found_by_their_index_and_opened() -> None:
    asked = personal_data.get("onvif_privacy_rights.request")
    ada = subjects.correspondent()
    RequestFactory(subject=None, address="ada@example.org", reference="AAAAAAAAAA")
    RequestFactory(subject=None, address="bob@example.org")
    holdings.claim(ada, kind="email", value="Ada@Example.org")
    (row,) = said(ada, asked)
    assert row["reference"].value == "AAAAAAAAAA"
    assert row["address"].value == "ada@example.org"


def test_the_same_claim_is_kept_once() -> None:
    ada = person()
    first = holdings.claim(ada, kind="email", value="Ada@example.org")
    assert holdings.claim(ada, kind="email", value=" ada@EXAMPLE.org ").pk == first.pk
    assert "example" not in first.hash


def test_rows_are_claimed_for_own_access_only() -> None:
    with gate.scope("operation") as scope, pytest.raises(ScopeRefused):
        scope.claim([Order()])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("1.10"), "1.10"),
        (2**53, str(2**53)),
        (2**53 - 1, 2**53 - 1),
        (float("nan"), "nan"),
        (1.5, 1.5),
        (True, True),
        (None, None),
        (date(2025, 1, 2), "2025-01-02"),
        (datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC), "2025-01-02T03:04:05+00:00"),
        (timedelta(hours=1), "P0DT01H00M00S"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (b"\x00\xff", "AP8="),
        ({"a": [Decimal("2")]}, {"a": ["2"]}),
    ],
)
def test_values_keep_their_type_in_plain_form(value: Any, expected: Any) -> None:
    found = holdings.plain(value)
    assert found == expected
    assert type(found) is type(expected)


def test_a_value_without_a_form_is_refused_instead_of_printed() -> None:
    with pytest.raises(TypeError, match="object has no form"):
        holdings.plain(object())
