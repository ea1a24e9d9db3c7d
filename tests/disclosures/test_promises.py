"""Every check of this room catches what was planted for it, and nothing else."""

from __future__ import annotations

import pytest

from onvif_privacy.core.promises import Check, Saboteur
from onvif_privacy.core.testing.saboteurs import cases, slipped

MINE = [(check, saboteur) for check, saboteur in cases() if check.promise.slug.startswith("legal_disclosure.")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("check", "saboteur"), MINE, ids=[f"{one.name}-{two.name}" for one, two in MINE])
def test_every_planted_fault_is_found(check: Check, saboteur: Saboteur) -> None:
    assert slipped(check, saboteur) == ""


def test_the_room_has_faults_to_find() -> None:
    assert len(MINE) >= 14
