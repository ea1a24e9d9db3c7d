"""Every wrong configuration is named once, with what to write."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.checks import run_checks
from django.test import override_settings

from onvif_privacy.cookies import checks
from onvif_privacy.cookies.services import running
from onvif_privacy.core.registry import Basis, Purpose, temporarily
from tests.cookies.factories import device_item

pytestmark = pytest.mark.django_db

OURS = "onvif_privacy_cookies."


def found() -> list[str]:
    """Return the ids of this room's messages."""
    return sorted(str(message.id).removeprefix(OURS) for message in run_checks() if str(message.id).startswith(OURS))


def test_defaults_are_clean(publish: Any) -> None:
    publish()
    with override_settings(LANGUAGES=[("en", "English")]):
        assert found() == []


def test_ids_are_unique_and_every_message_has_a_hint() -> None:
    names = [
        name
        for name in vars(checks)
        if callable(getattr(checks, name)) and (getattr(checks, name).__doc__ or "")[1:4].isdigit()
    ]
    ids = [getattr(checks, name).__doc__[:4] for name in names]
    assert len(ids) == len(set(ids)) == 19


MIDDLEWARE = django_settings.MIDDLEWARE


@pytest.mark.parametrize(
    ("values", "id_"),
    [
        ({"MIDDLEWARE": MIDDLEWARE[1:]}, "E001"),
        ({"MIDDLEWARE": [MIDDLEWARE[1], MIDDLEWARE[0], *MIDDLEWARE[2:]]}, "E001"),
        ({"ONVIF_PRIVACY_COOKIES_SECURE": False}, "E002"),
        ({"ONVIF_PRIVACY_COOKIES_SECURE": False, "ONVIF_PRIVACY_COOKIES_DOMAIN": "example.com", "DEBUG": True}, "E002"),
        ({"ONVIF_PRIVACY_COOKIES_MAX_AGE": 185 * 86400}, "E003"),
        ({"ONVIF_PRIVACY_COOKIES_STORAGE": "nowhere"}, "E013"),
        ({"ONVIF_PRIVACY_COOKIES_MODE": "report"}, "W003"),
        ({"LANGUAGES": [("en", "English"), ("eo", "Esperanto")]}, "W005"),
    ],
)
def test_wrong_setting_is_named(values: dict[str, Any], id_: str) -> None:
    with override_settings(**values):
        assert set(found()) - {"W005"} | ({"W005"} if id_ == "W005" else set()) == {id_}


@pytest.mark.parametrize(
    ("item", "id_"),
    [
        (device_item("*_x"), "E005"),
        (device_item("basket", "necessary"), "E006"),
        (device_item("basket", third_party=True), "E007"),
        (device_item("basket", hosts=("other.example",)), "E007"),
        (device_item("basket", duration=timedelta(days=401)), "E008"),
        (device_item("basket", duration=timedelta(days=396)), "W004"),
        (device_item("basket", "weather"), "E011"),
        (device_item("basket", "own_access"), "E011"),
    ],
)
def test_wrong_item_is_named_with_its_place(item: Any, id_: str) -> None:
    with temporarily(item), override_settings(LANGUAGES=[("en", "English")]):
        assert found() == [id_]
        message = next(one for one in run_checks() if one.id == OURS + id_)
        assert repr(item.name) in message.msg
        assert "temporarily" in message.msg
        assert message.hint


def test_ambiguous_patterns_are_named() -> None:
    with temporarily(device_item("abc_*"), device_item("*_abc")), override_settings(LANGUAGES=[("en", "English")]):
        assert found() == ["E004"]


def test_purpose_that_is_on_by_default_is_named() -> None:
    purpose = Purpose("tracking", "T", "T.", Basis.LEGITIMATE_INTERESTS, "cookies_choice", default=True, device=True)
    with temporarily(purpose):
        assert "E009" in found()


def test_a_signal_that_consent_mode_does_not_have_is_named() -> None:
    with temporarily(Purpose("films", "Films", "Films.", Basis.CONSENT, "c", device=True, signals=("ad_storages",))):
        assert "E012" in found()


def test_choice_that_outgrows_its_cookie_is_named() -> None:
    many = [Purpose(f"purpose_{number:030}", "P", "P.", Basis.CONSENT, "c", device=True) for number in range(30)]
    with temporarily(*many):
        assert "E010" in found()


def test_unpublished_policy_and_changes_are_named(items: Any, publish: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "testing", lambda: False)
    with override_settings(LANGUAGES=[("en", "English")]):
        assert found() == ["W001"]
        publish()
        assert found() == []
        with temporarily(device_item("second")):
            assert found() == ["W002"]


def test_overridden_buttons_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "onvif_privacy" / "cookies"
    folder.mkdir(parents=True)
    (folder / "buttons.html").write_text("<button>Yes!</button>")
    templates = [{**django_settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    with override_settings(TEMPLATES=templates, LANGUAGES=[("en", "English")]):
        assert found() == ["W006"]


def test_wrong_type_is_left_to_the_kernels_check() -> None:
    with override_settings(ONVIF_PRIVACY_COOKIES_MAX_AGE="long", LANGUAGES=[("en", "English")]):
        assert found() == []
        assert "onvif_privacy.E007" in {message.id for message in run_checks()}


@pytest.mark.parametrize("value", [[""], ["/"], ["admin/"], "/admin/", [None], None])
def test_an_audit_cannot_be_told_to_leave_out_the_whole_site(value: Any) -> None:
    with override_settings(ONVIF_PRIVACY_COOKIES_AUDIT_SKIP=value):
        assert "onvif_privacy.E007" in {message.id for message in run_checks()}
