"""The command ``privacy_keys``."""

from __future__ import annotations

import io
import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from onvif_privacy.core.keys.ring import build

pytestmark = pytest.mark.django_db  # status counts what names each key


def run(*arguments: str) -> str:
    """Return what the command prints."""
    out = io.StringIO()
    call_command("privacy_keys", *arguments, stdout=out)
    return out.getvalue()


def test_what_init_prints_can_be_pasted_as_it_stands() -> None:
    scope: dict[str, object] = {}
    exec(run("init"), scope)
    ring = build(scope["ONVIF_PRIVACY_KEYS"])  # type: ignore[arg-type]
    assert [key.use for key in ring.keys] == ["data", "sign"]


def test_the_line_for_an_environment_file_is_one_line_of_json() -> None:
    line = run("init", "--env").strip()
    assert "\n" not in line
    build(json.loads(line.removeprefix("ONVIF_PRIVACY_KEYS=")))


def test_init_stores_nothing_and_never_prints_the_same_keys_or_those_in_use() -> None:
    first, second = run("init"), run("init")
    assert set(re.findall(r'"secret": "(.+?)"', first)).isdisjoint(re.findall(r'"secret": "(.+?)"', second))
    assert "dGhlIGRhdGEga2V5" not in first
    assert "keys that are in your settings now" in first


def test_init_works_before_anything_is_set() -> None:
    with override_settings():
        from django.conf import settings

        del settings.ONVIF_PRIVACY_KEYS, settings.ONVIF_PRIVACY_ORGANISATION, settings.ONVIF_PRIVACY_CONTACT
        assert "keys that are in your settings now" not in run("init")


def test_status_shows_ids_and_uses_and_never_a_secret() -> None:
    shown = run("status")
    assert shown.splitlines() == ["00000000000000d1  data  active", "00000000000000f1  sign  active"]


def test_status_says_what_older_keys_are_for() -> None:
    from django.conf import settings

    from onvif_privacy.core.keys import generate

    with override_settings(ONVIF_PRIVACY_KEYS=[generate("data"), *settings.ONVIF_PRIVACY_KEYS]):
        assert "00000000000000d1  data  kept for old values" in run("status")


def test_status_of_a_broken_ring_is_one_clear_sentence() -> None:
    with override_settings(ONVIF_PRIVACY_KEYS=[]), pytest.raises(CommandError, match="privacy_keys init"):
        run("status")


def test_wrong_use_is_refused() -> None:
    with pytest.raises(CommandError, match="init"):
        run()
