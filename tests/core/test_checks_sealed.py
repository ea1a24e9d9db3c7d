"""What is wrong with encrypted fields, their indexes, and checks that nobody can see fail (C40)."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.core.checks import CheckMessage, run_checks

from onvif_privacy.core import gate
from onvif_privacy.core.fields import BlindIndex
from onvif_privacy.core.fields.rotation import follow_declarations
from onvif_privacy.core.promises import Finding, Kind, Look, check
from onvif_privacy.core.promises.own import KEYS
from onvif_privacy.core.promises.planting import altered
from onvif_privacy.core.registry import DeclarationError, Field, Panel, Trace, ordered_panels, traces
from onvif_privacy.core.testing import temporarily
from tests.core.hostapp.models import Letter, Order
from tests.core.orders import SECRET, order


def messages(code: str) -> list[CheckMessage]:
    return [one for one in run_checks(databases=["default"]) if one.id == f"onvif_privacy.{code}"]


@pytest.fixture
def screens() -> Iterator[admin.AdminSite]:
    site = admin.AdminSite("shop")
    yield site
    for model in list(site._registry):  # Django remembers admin sites for a while
        site.unregister(model)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "options"),
    [
        (Order, {"search_fields": ["^email"]}),
        (Order, {"ordering": ["-name"]}),
        (Letter, {"search_fields": ["case__summary__icontains"]}),
    ],
)
def test_an_admin_screen_that_searches_or_orders_ciphertext_is_named(
    screens: admin.AdminSite, model: type, options: dict[str, object]
) -> None:
    assert messages("E041") == []
    screens.register(model, type("Screen", (admin.ModelAdmin,), options))
    assert [one.msg.startswith("Screen.") and "encrypted" in one.msg for one in messages("E041")] == [True]
    assert "gate.find()" in str(messages("E041")[0].hint)


@pytest.mark.django_db
def test_an_admin_screen_that_searches_plain_columns_is_fine(screens: admin.AdminSite) -> None:
    options = {"search_fields": ["phone", "owner__user__username", "nothing"], "ordering": ["number"]}
    screens.register(Order, type("Screen", (admin.ModelAdmin,), options))
    assert messages("E041") == []


@pytest.mark.django_db
def test_an_outgrown_index_is_named_and_grows_while_searches_go_on() -> None:
    field = Order._meta.get_field("email")
    with altered(field, "index", BlindIndex(rows=8)):
        made = [order() for _number in range(33)]
        assert [str(one.hint) for one in messages("W042")] == [
            "Write BlindIndex(rows=66, before=8), migrate, and let job rewrap finish."
        ]
    cursor: dict[str, object] = {}
    with altered(field, "index", BlindIndex(rows=100_000, before=8)):
        assert messages("W042") == []
        [before] = set(Order.objects.values_list("email_index", flat=True))
        while follow_declarations(cursor, 20):
            with gate.scope("fulfilment", actor=None):
                assert len(gate.find(Order.objects.all(), email=SECRET)) == len(made)
    [after] = set(Order.objects.values_list("email_index", flat=True))
    assert after is not None
    assert before == after >> 13 & 3 | 1 << 32  # the bits of the small plan are the first ones of the large
    with altered(field, "index", BlindIndex(rows=100_000)), gate.scope("fulfilment", actor=None):
        assert len(gate.find(Order.objects.all(), email=SECRET)) == len(made)


@pytest.mark.django_db
def test_a_check_without_a_saboteur_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    @check(KEYS, kind=Kind.STATIC)
    def sleeping(look: Look) -> list[Finding]:
        return []

    assert messages("E043") == []
    monkeypatch.setattr(sys.modules[__name__], "sleeping", sleeping, raising=False)
    assert [one.msg for one in messages("E043")] == [f"The check {sleeping.name} ({__name__}) has no saboteur."]


@pytest.mark.parametrize(
    "wrong", [{"watch": False}, {"watch": False, "because": " "}, {"correct": "staff"}, {"export": "maybe"}]
)
def test_a_field_declared_with_what_does_not_exist_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(DeclarationError):
        Field("contact", **wrong)  # type: ignore[arg-type]


def test_panels_stand_in_order_and_traces_are_found_by_name() -> None:
    first = Panel("zebra", 10, "First", "a.html", lambda request, subject: {})
    second = Panel("ant", 20, "Second", "a.html", lambda request, subject: {})
    erased: list[object] = []
    with temporarily(second, first, Trace("search", erase=erased.append)):
        mine = [one.slug for one in ordered_panels() if one.slug in ("zebra", "ant")]
        traces.get("search").erase(Order())
    assert (mine, len(erased)) == (["zebra", "ant"], 1)


def test_without_the_admin_there_is_nothing_to_search(monkeypatch: pytest.MonkeyPatch) -> None:
    from onvif_privacy.core.checks.sealed import encrypted_fields_are_not_searched

    monkeypatch.setattr("django.apps.apps.is_installed", lambda name: False)
    assert encrypted_fields_are_not_searched(None) == []
