"""Nothing outside the scope leaves: random scopes over people whose every column holds a word of its own."""

from __future__ import annotations

import base64
import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onvif_privacy.core import subjects
from onvif_privacy.core.models import Subject
from onvif_privacy.core.testing import temporarily
from onvif_privacy.disclosures.models import ScopeItem
from onvif_privacy.disclosures.services import building, fields, verifier
from onvif_privacy.disclosures.services.building import captured
from tests.core.factories import UserFactory
from tests.disclosures.factories import House, regime, scope_of
from tests.store import declarations
from tests.store.factories import OrderFactory
from tests.store.models import Order

EVERYTHING = ("identity", "contact", "connection", "billing", "demographic", "profile", "support", "content")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _store() -> Iterator[None]:
    timed = replace(declarations.ORDER, time_field="created_at")
    with temporarily(*(one for one in declarations.ALL if one is not declarations.ORDER), timed):
        yield


def people() -> dict[str, tuple[Subject, dict[str, str]]]:
    """Three people, each with words of their own in an account and in orders at three moments."""
    found = {}
    for name in ("ada", "bob", "eve"):
        words = {one: f"{name}{one}word" for one in ("first", "last", "order0", "order1", "order2", "voucher")}
        user = UserFactory(username=f"{name}-user", first_name=words["first"], last_name=words["last"])
        subject = subjects.for_user(user)
        for number in range(3):
            made = OrderFactory(customer=user, name=words[f"order{number}"], voucher=f"{words['voucher']}{number}")
            Order.objects.filter(pk=made.pk).update(created_at=NOON + timedelta(days=number))
        found[name] = (subject, words)
    return found


def spellings(word: str) -> Iterator[bytes]:
    raw = word.encode()
    yield raw
    yield base64.b64encode(raw).rstrip(b"=")[:-2]
    yield raw.hex().encode()
    yield word.encode("utf-16-le")
    yield gzip.compress(raw, mtime=0)[10:-8]


NAMES = {
    "auth.user|first_name|identity": "first",
    "auth.user|last_name|identity": "last",
    "store.order|name|identity": "order",
    "store.order|voucher|identity": "voucher",
}


@pytest.mark.parametrize("number", [3, pytest.param(1000, marks=pytest.mark.full)])
def test_random_scopes_let_no_foreign_word_through(house: House, number: int) -> None:
    rng, crowd = random.Random(number), people()
    house.regime = regime("everything", EVERYTHING)
    known = {one.key for one in fields.choices()}
    assert set(NAMES) <= known
    for _scope in range(number):
        chosen = rng.sample(sorted(crowd), rng.randint(1, 2))
        names = rng.sample(sorted(NAMES), rng.randint(1, len(NAMES)))
        since = NOON + timedelta(days=rng.randint(0, 2))
        until = since + timedelta(days=rng.randint(1, 2))
        case = house.approved([crowd[one][0] for one in chosen], names=names, since=since, until=until)
        package = building.build(case=case, actor=house.worker)
        raw = b"".join(json.dumps(row).encode() for row in captured(package.snapshot))
        for name, (_subject, words) in crowd.items():
            for key, word in words.items():
                day = int(key[-1]) if key.startswith("order") else None
                asked = next((field for field, of in NAMES.items() if key.startswith(of)), "")
                inside = day is None or since <= NOON + timedelta(days=day) < until
                may = name in chosen and asked in names and inside
                if not may:
                    assert not any(one in raw for one in spellings(word) if len(one) > 6), (name, key)
                elif key != "voucher":
                    assert word.encode() in raw
        assert building.problems(package) == []


def test_a_row_at_the_edge_of_a_window_is_inside_at_its_beginning_and_outside_at_its_end(house: House) -> None:
    house.regime = regime("everything", EVERYTHING)
    ada = people()["ada"][0]
    tick = timedelta(microseconds=1)
    for since, until, rows in (
        (NOON, NOON + tick, 1),
        (NOON - tick, NOON, 0),
        (NOON + tick, NOON + timedelta(days=1), 0),
        (NOON, NOON + timedelta(days=1), 1),
        (NOON, NOON + timedelta(days=1) + tick, 2),
    ):
        case = house.approved([ada], names=["store.order|name|identity"], since=since, until=until)
        package = building.build(case=case, actor=house.worker)
        assert len(list(captured(package.snapshot))) == rows, (since, until)


def world(house: House) -> tuple[list[dict[str, Any]], list[verifier.Granted]]:
    """Rows as they were captured, and what was granted."""
    house.regime = regime("everything", EVERYTHING)
    ada = people()["ada"][0]
    names = ["store.order|name|identity", "auth.user|last_name|identity"]
    case = house.approved([ada], names=names, since=NOON, until=NOON + timedelta(days=2))
    package = building.build(case=case, actor=house.worker)
    granted = [
        verifier.Granted(
            item.tag,
            item.model,
            item.field,
            item.data_class,
            item.granted_from,
            item.granted_to,
            item.model != "auth.user",
        )
        for item in ScopeItem.objects.filter(scope=scope_of(case))
    ]
    return list(captured(package.snapshot)), granted


def test_each_mistake_that_a_compiler_could_make_is_found_by_the_second_opinion(house: House) -> None:
    rows, granted = world(house)
    assert list(verifier.problems(rows, granted)) == []
    order = next(row for row in rows if row["model"] == "store.order")
    user = next(row for row in rows if row["model"] == "auth.user")
    faults: dict[str, dict[str, Any]] = {
        "before the window": {**order, "at": "2026-03-01T11:59:59.999999Z"},
        "at the end of the window": {**order, "at": "2026-03-03T12:00:00Z"},
        "no time at all": {**order, "at": None},
        "another zone": {**order, "at": "2026-03-03T13:00:00+01:00"},
        "another person": {**order, "tag": "0" * 32},
        "nobody": {**order, "tag": ""},
        "a field more": {**order, "fields": {**order["fields"], "voucher": "x"}},
        "a credential": {**user, "fields": {"password": "x"}},
        "a field of another model": {**user, "fields": {"name": "x"}},
        "another model": {**order, "model": "store.line"},
        "a class of JSON": {**order, "fields": {"name:billing": "x"}},
    }
    assert len(faults) >= 10
    for name, fault in faults.items():
        assert list(verifier.problems([*rows, fault], granted)), name


def test_a_scope_that_grants_a_credential_is_refused_by_the_second_opinion_too(house: House) -> None:
    rows, granted = world(house)
    wrong = verifier.Granted(granted[0].tag, "auth.user", "password", "credential", None, None, timed=False)
    assert list(verifier.problems(rows, [*granted, wrong]))
