"""Settings: one table, read at use, refused with the line to paste."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings
from django.utils.translation import gettext_lazy

from onvif_privacy.core import conf as module
from onvif_privacy.core.conf import CoreSettings, Setting, Settings, conf

# name, values that are taken, values that are refused
ROWS: list[tuple[str, list[Any], list[Any]]] = [
    ("ORGANISATION", ["Example Ltd", gettext_lazy("Example")], ["", "  ", None, 3, ["Example"]]),
    (
        "CONTACT",
        ["privacy@example.org"],
        ["", "privacy", None, ["privacy@example.org"], "a@b.example\nBcc: c@d.example"],
    ),
    ("KEYS", [[], ({"id": "1"},)], [None, "abc", {"id": "1"}, ["abc"]]),
    ("KEYS_PROVIDER", ["a.b.C"], ["", None]),
    ("KEYS_MAX_AGE_DAYS", [1, 3650], [0, 3651, "90"]),
    ("ADDRESS", ["", "Street 1"], [None, 1]),
    ("PHONE", ["", "+1 555"], [15550100]),
    ("COUNTRY", ["", "DE"], [None]),
    ("BASE_URL", ["", "https://example.org"], [None, b"https://example.org"]),
    ("SITES", [[], ("a.example",)], ["a.example", None, [1]]),
    ("DATABASE_GUARDS", [True, False], ["False", 0, None]),
    ("LOCK_SECONDS", [1, 60], [0, 61, 1.5, True, "2"]),
    ("LEDGER_SEAL", [True, False], ["True", 1]),
    ("LEDGER_ORIGIN", ["example.org"], [None]),
    ("LEDGER_SEAL_SIZE", [1, 65_536], [0, 65_537]),
    ("LEDGER_SEAL_SECONDS", [10, 3600], [9, 3601, "60"]),
    ("LEDGER_ALARM_SECONDS", [60, 86_400], [59, 86_401, None]),
    (
        "LEDGER_ANCHORS",
        [[], ("mailto:a@b.example", "storage:archive", "https://tsa.example/tsr", "mysite.anchors.paper")],
        ["mailto:a@b.example", ["mailto:a"], ["storage:"], ["ftp://a.example"], ["http://"], ["a b"], [""], [1], None],
    ),
    ("LEDGER_ANCHOR_HOURS", [1, 720], [0, 721, 1.5]),
    ("EVIDENCE_DAYS", [1, 36_500], [0, 36_501, "3"]),
    ("ORPHAN_DAYS", [0, 3650], [-1, 3651, None]),
    ("COMPLETENESS", ["off", "deploy", "error"], ["", "on", None]),
    ("GATE_ON_REFUSAL", ["raise", "mask"], ["", None]),
    ("GATE_BULK", [1, 1000], [0, "50"]),
    ("K", [1, 50], [0, "10"]),
    ("JOB_SECONDS", [1], [0, 1.0]),
    ("STRENGTH", ["a.b"], ["", None, len]),
    ("RECENT_MINUTES", [1, 1440], [0, 1441, True, "10"]),
    ("ALARM_EMAILS", [[], ("a@b.example",)], ["a@b.example", ["a"], [1], None, ["a@b.example", "c@d.example\nBcc: e"]]),
    ("TRUSTED_PROXIES", [0, 10], [-1, 11, True]),
    ("CANARY_DOMAIN", ["", "post.example"], [None, ["post.example"]]),
    ("CANARY_MAILDIR", ["", "/var/mail/post.example"], [None, b"/var/mail"]),
]


def test_every_setting_has_its_row_here() -> None:
    assert {row.name for row in CoreSettings.rows()} == {f"ONVIF_PRIVACY_{name}" for name, _good, _bad in ROWS}


@pytest.mark.parametrize(("name", "good", "bad"), ROWS, ids=[row[0] for row in ROWS])
def test_a_setting_takes_what_it_says_and_refuses_the_rest(name: str, good: list[Any], bad: list[Any]) -> None:
    row = getattr(CoreSettings, name)
    for value in good:
        with override_settings(**{row.name: value}):
            assert row.problem() is None
            getattr(conf, name)
    for value in bad:
        with override_settings(**{row.name: value}):
            assert str(row.problem()).startswith(f"{row.name} must ")
            with pytest.raises(ImproperlyConfigured, match=f"{row.name} must "):
                getattr(conf, name)


def test_a_default_is_of_the_type_it_asks_for() -> None:
    for row in CoreSettings.rows():
        if row.default is not module.REQUIRED:
            row.parse(row.fallback())


@pytest.mark.parametrize("name", ["ORGANISATION", "CONTACT", "KEYS"])
def test_a_missing_required_setting_names_the_line_to_paste(name: str) -> None:
    with override_settings():
        from django.conf import settings

        delattr(settings, f"ONVIF_PRIVACY_{name}")
        with pytest.raises(ImproperlyConfigured, match=f"ONVIF_PRIVACY_{name} is not set. Add to your settings: "):
            getattr(conf, name)


def test_at_most_three_settings_are_required() -> None:
    required = [row.name for row in CoreSettings.rows() if row.default is module.REQUIRED]
    assert required == ["ONVIF_PRIVACY_ORGANISATION", "ONVIF_PRIVACY_CONTACT", "ONVIF_PRIVACY_KEYS"]


def test_a_setting_is_read_at_each_use() -> None:
    assert conf.K == 10
    with override_settings(ONVIF_PRIVACY_K=3):
        assert conf.K == 3
    assert conf.K == 10


def test_sites_are_the_base_url_or_else_the_full_names_in_allowed_hosts() -> None:
    with override_settings(ALLOWED_HOSTS=["www.example.org", ".example.net", "*", "*.example.com"]):
        assert conf.SITES == ("www.example.org",)
        with override_settings(ONVIF_PRIVACY_BASE_URL="https://shop.example.org:8443/x"):
            assert conf.SITES == ("shop.example.org",)
        with override_settings(ONVIF_PRIVACY_SITES=["a.example", "b.example"]):
            assert conf.SITES == ("a.example", "b.example")


def test_every_setting_says_what_it_means() -> None:
    assert all(str(row.meaning).endswith(".") for row in CoreSettings.rows())


def test_a_table_of_a_room_is_found_and_named_by_its_prefix() -> None:
    before = list(Settings.tables)
    try:

        class RoomSettings(Settings):
            prefix = "ONVIF_PRIVACY_ROOM_"
            MODE = Setting("enforce", module.choice("enforce", "report"), "How strict.")
            LIMIT = Setting(None, module.optional(module.integer(1)), "How many.")
            NAMES = Setting({}, module.mapping, "Which.")

        assert RoomSettings in Settings.tables
        with override_settings(ONVIF_PRIVACY_ROOM_MODE="report", ONVIF_PRIVACY_ROOM_NAMES={"a": 1}):
            room = RoomSettings()
            assert (room.MODE, room.LIMIT, room.NAMES) == ("report", None, {"a": 1})
        with override_settings(
            ONVIF_PRIVACY_ROOM_MODE="Report", ONVIF_PRIVACY_ROOM_NAMES={1: 1}, ONVIF_PRIVACY_ROOM_LIMIT=0
        ):
            assert [row.problem() for row in RoomSettings.rows()] == [
                "ONVIF_PRIVACY_ROOM_MODE must be one of enforce, report.",
                "ONVIF_PRIVACY_ROOM_LIMIT must be at least 1.",
                "ONVIF_PRIVACY_ROOM_NAMES must be a dictionary with string keys.",
            ]
    finally:
        Settings.tables[:] = before
