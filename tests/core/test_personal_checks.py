"""Completeness of the declarations, and what `check` says of wrong ones (C30, C40)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import StringIO

import pytest
from django.core.checks import CheckMessage, run_checks
from django.core.management import CommandError, call_command

from onvif_privacy.core.personal import Gap, gaps
from onvif_privacy.core.registry import (
    After,
    Field,
    Json,
    PersonalData,
    anonymise,
    blank,
    delete,
    exempt,
    generalise,
    keep,
)
from onvif_privacy.core.testing import temporarily
from tests.store import declarations as store
from tests.store.models import Order


def found(*, deploy: bool = False) -> set[str]:
    return {message.id.removeprefix("onvif_privacy.") for message in ours(deploy=deploy)}


def ours(*, deploy: bool = False) -> list[CheckMessage]:
    messages = run_checks(include_deployment_checks=deploy)
    return [
        one for one in messages if (one.id or "").startswith("onvif_privacy.") and "store" in f"{one.msg}{one.hint}"
    ]


@pytest.fixture
def declared() -> Iterator[None]:
    with temporarily(*store.ALL):
        yield


def store_gaps() -> list[Gap]:
    return [gap for gap in gaps() if gap.model.startswith("store.")]


def test_djangos_own_apps_are_declared_out_of_the_box() -> None:
    assert [gap for gap in gaps() if not gap.model.startswith(("store.", "shop.", "board."))] == []


def test_undeclared_models_of_the_site_are_gaps() -> None:
    assert store_gaps() == [Gap("store.Category"), Gap("store.Line"), Gap("store.Order")]


def test_declared_app_has_no_gap(declared: None) -> None:
    assert store_gaps() == []
    assert found(deploy=True) == set()


def test_new_column_in_a_declared_model_is_a_gap(declared: None) -> None:
    without = replace(store.ORDER, fields={k: v for k, v in store.ORDER.fields.items() if k != "email"})
    with temporarily(without):
        assert store_gaps() == [Gap("store.Order", "email")]


@pytest.mark.parametrize(
    ("completeness", "plain", "deploy"),
    [
        ("off", set(), set()),
        ("deploy", {"W020", "W021"}, {"W020", "W021", "E020", "E021"}),
        ("error", {"E020", "E021"}, {"E020", "E021"}),
    ],
)
def test_gaps_are_reported_as_the_site_asks_for(settings, completeness, plain, deploy) -> None:  # type: ignore[no-untyped-def]
    settings.ONVIF_PRIVACY_COMPLETENESS = completeness
    partly = replace(store.ORDER, not_personal=("id",))
    with temporarily(store.BOOKKEEPING, partly):
        assert found() == plain
        assert found(deploy=True) == deploy


def test_undeclared_model_that_points_at_a_person_is_named_apart(settings) -> None:  # type: ignore[no-untyped-def]
    settings.ONVIF_PRIVACY_COMPLETENESS = "deploy"
    said = [(one.id, one.msg) for one in ours() if "store.Order" in one.msg]
    assert said == [("onvif_privacy.W001", "store.Order points at a person and is not declared.")]
    assert "onvif_privacy.W021" in {one.id for one in ours() if "store.Line" in one.msg}


def test_nothing_is_reported_until_a_site_asks() -> None:
    assert found(deploy=True) == set()


LEAF = Field("content", purposes=("operation",), erase=delete())
WRONG_LEAVES = (
    Json({"name": replace(LEAF, erase=keep("bookkeeping", then=anonymise("nobody")))}, rest=LEAF),
    Json({}, rest=replace(LEAF, erase=generalise("year"))),
)
WRONG = {
    "E022": [
        PersonalData(model="store.Ordre", subjects={}, fields={}),
        replace(store.ORDER, subjects={"customer": "custommer"}),
        replace(store.ORDER, not_personal=(*store.ORDER.not_personal, "colour")),
        replace(store.ORDER, time_field="made_at"),
        replace(store.LINE, terms={"operation": After("order__created_at", days=1)}),
        replace(store.LINE, fields={"engraving_text": Field("content", of="giver", erase=blank())}),
        exempt("store.Nothing", because="it was removed"),
    ],
    "E023": [
        replace(store.ORDER, fields={**store.ORDER.fields, "voucher": Field("identity", erase=blank())}),
        replace(store.LINE, fields={"quantity": Field("profile", erase=blank())}),
        replace(store.LINE, fields={"engraving_text": Field("content")}),
        *(replace(store.ORDER, fields={**store.ORDER.fields, "meta": wrong}) for wrong in WRONG_LEAVES),
    ],
    "E024": [
        replace(store.LINE, fields={"engraving_text": Field("content", purposes=("fun",), erase=blank())}),
        replace(store.LINE, fields={"engraving_text": Field("words", erase=blank())}),
        replace(store.LINE, fields={"engraving_text": Field("content", erase=keep("fun", then=blank()))}),
    ],
}


@pytest.mark.parametrize(("code", "wrong"), [(code, wrong) for code, several in WRONG.items() for wrong in several])
def test_wrong_declaration_is_named_with_a_hint(declared: None, code: str, wrong: object) -> None:
    with temporarily(wrong):
        messages = ours()
        assert {one.id for one in messages} == {f"onvif_privacy.{code}"}
        assert all(one.hint for one in messages)


def test_file_in_a_storage_without_delete_is_an_error(declared: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.files.storage import Storage

    monkeypatch.setattr(Order._meta.get_field("invoice"), "storage", Storage())
    assert found() == {"E025"}


def test_draft_of_an_app_is_python_that_declares_all_of_it() -> None:
    printed = StringIO()
    call_command("privacy_declare", "store", stdout=printed)
    names: dict[str, object] = {}
    declared: list[object] = []
    source = printed.getvalue().replace("import ", "import declare as _, ", 1)
    exec(compile(source.replace("declare(", "collect("), "privacy.py", "exec"), {"collect": declared.append}, names)
    with temporarily(*declared):
        assert store_gaps() == []
        assert found(deploy=True) == set()


def test_draft_of_a_declared_app_is_empty_and_unknown_app_is_wrong_use(declared: None) -> None:
    printed = StringIO()
    call_command("privacy_declare", "store", stdout=printed, stderr=StringIO())
    assert printed.getvalue() == ""
    with pytest.raises(CommandError, match="No installed app") as error:
        call_command("privacy_declare", "storepe")
    assert error.value.returncode == 2


def test_exemption_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="reason"):
        exempt("store.Category", because=" ")
