"""The promises of boards and links hold on a site in use, and each planted violation is caught."""

from __future__ import annotations

from typing import Any

import pytest

from onvif_privacy.core.promises import Check, Saboteur, Verdict, look_at
from onvif_privacy.core.testing.saboteurs import cases, slipped

OURS = [
    (check, saboteur)
    for check, saboteur in cases()
    if check.looker.__module__ in {f"onvif_privacy.community.promises.{name}" for name in ("boards", "found", "links")}
]


@pytest.mark.parametrize(("check", "saboteur"), OURS, ids=lambda one: getattr(one, "name", str(one)))
@pytest.mark.django_db(transaction=True)
def test_saboteur_is_caught(check: Check, saboteur: Saboteur, settings: Any) -> None:
    assert slipped(check, saboteur) == ""


@pytest.mark.django_db
def test_promises_hold_on_a_site_without_posts() -> None:
    for check in dict.fromkeys(check for check, _saboteur in OURS):
        seen = look_at(check)
        assert seen.verdict is Verdict.KEPT, (check, seen)
