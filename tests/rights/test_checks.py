"""Each check finds its mistake, says what to write, and is silent on a site that made none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks
from pytest_django import Settings

from onvif_privacy.core.registry import delete
from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights import checks
from tests.rights.factories import STORE
from tests.rights.test_erasure import UNDECLARED
from tests.store import declarations

FILES = "django.core.files.storage.FileSystemStorage"


def found(check: Any) -> list[str]:
    messages: list[CheckMessage] = check(None)
    assert all(one.hint for one in messages)
    return [str(one.id) for one in messages]


def test_a_good_site_gets_no_message() -> None:
    for check in (
        checks.export_storage_is_private,
        checks.log_is_elsewhere,
        checks.cascades_are_declared,
        checks.files_go_with_their_row,
        checks.sessions_can_be_searched,
    ):
        assert found(check) == []


@pytest.mark.parametrize("alias", ["default", "staticfiles", "nowhere"])
def test_a_public_or_missing_export_storage_is_found(alias: str, settings: Settings) -> None:
    settings.ONVIF_PRIVACY_RIGHTS_EXPORT_STORAGE = alias
    assert found(checks.export_storage_is_private) == ["onvif_privacy_rights.E001"]


def test_a_storage_inside_the_media_folder_is_found(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    inside = {"BACKEND": FILES, "OPTIONS": {"location": str(tmp_path / "exports")}}
    settings.STORAGES = {**settings.STORAGES, "privacy_exports": inside}
    assert found(checks.export_storage_is_private) == ["onvif_privacy_rights.E001"]


@pytest.mark.parametrize("value", ["", None])
def test_settings_that_are_missing_are_named_once_with_the_line_to_write(value: str | None, settings: Settings) -> None:
    for name in ("ONVIF_PRIVACY_RIGHTS_EXPORT_STORAGE", "ONVIF_PRIVACY_RIGHTS_LOG"):
        if value is None:
            delattr(settings, name)
        else:
            setattr(settings, name, value)
        said = [one for one in run_checks() if name in f"{one.msg}{one.hint}"]
        assert [one.id for one in said] == ["onvif_privacy.E006" if value is None else "onvif_privacy.E007"]
        assert value is not None or f'{name} = "' in str(said[0].hint)
    assert found(checks.export_storage_is_private) == found(checks.log_is_elsewhere) == []


def test_a_log_beside_the_database_is_found(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_database_folders", lambda: [str(tmp_path.resolve())])
    beside = {"BACKEND": FILES, "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "privacy_log": beside}
    assert found(checks.log_is_elsewhere) == ["onvif_privacy_rights.E002"]


def test_a_cascade_into_an_undeclared_model_is_found() -> None:
    with temporarily(*STORE, UNDECLARED):
        assert found(checks.cascades_are_declared) == []
    with temporarily(STORE[0], UNDECLARED):
        assert found(checks.cascades_are_declared) == ["onvif_privacy_rights.E004"]


def test_rows_that_lead_to_nobody_and_never_end_are_found() -> None:
    with temporarily(*STORE):
        said = checks.rows_can_be_found(None)
        assert {str(one.msg).split()[0] for one in said} == {"hostapp.Parcel", "hostapp.Letter"}
        assert found(checks.rows_can_be_found) == ["onvif_privacy_rights.E003"] * 2


def test_a_file_that_would_stay_when_its_row_goes_is_found() -> None:
    fields = {name: one for name, one in declarations.ORDER.fields.items() if name != "invoice"}
    with temporarily(*STORE, replace(declarations.ORDER, fields=fields, row=delete())):
        assert found(checks.files_go_with_their_row) == ["onvif_privacy_rights.E005"]
    with temporarily(*STORE, replace(declarations.ORDER, row=delete())):
        assert found(checks.files_go_with_their_row) == []


@pytest.mark.parametrize(("engine", "ids"), [("db", []), ("cached_db", []), ("cache", ["W001"]), ("file", ["W001"])])
def test_sessions_that_cannot_be_searched_are_found(engine: str, ids: list[str], settings: Settings) -> None:
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    assert found(checks.sessions_can_be_searched) == [f"onvif_privacy_rights.{one}" for one in ids]


@pytest.mark.parametrize(
    ("engine", "options", "ids"),
    [
        ("sqlite3", {}, ["onvif_privacy_rights.W004"]),
        ("sqlite3", {"transaction_mode": "deferred"}, ["onvif_privacy_rights.W004"]),
        ("sqlite3", {"transaction_mode": "immediate"}, []),
        ("postgresql", {}, []),
    ],
)
def test_a_database_whose_writers_do_not_wait_is_found(
    engine: str, options: dict[str, str], ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "DATABASES", {"x": {"ENGINE": f"django.db.backends.{engine}", "OPTIONS": options}})
    assert found(checks.writers_wait) == ids
