"""Whatever the owner of the database changes by SQL is found, online and by the stand-alone verifier (C17, C18)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import transaction

from onvif_privacy.core import ledger
from onvif_privacy.core.ledger.forgetting import unexplained
from onvif_privacy.core.models import Seal, Standing
from tests.core.counts import few_or_all
from tests.core.factories import DecisionFactory, NoticeFactory
from tests.core.tampering import ALL, PLACES, Tampering, without_foreign_keys
from tests.core.test_ledger_tree import standalone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def note() -> str:
    """Make a ledger of six seals with 48 entries, three of them of releases, and five unsealed ones; return its end."""
    shown = NoticeFactory()
    for _ in range(6):
        decisions = [DecisionFactory(notice=shown) for _ in range(4)]
        with transaction.atomic():
            ledger.record_all([ledger.Record("party.changed", {"party": f"p{number}"}) for number in range(3)])
        Standing.objects.filter(decision=decisions[0]).delete()
        ledger.release(decisions[:1], reason="retention")
        ledger.seal()
    checkpoint = ledger.checkpoint()
    assert checkpoint
    for _ in range(5):
        DecisionFactory(notice=shown)
    assert Seal.objects.count() == 6
    return checkpoint


def online(note: str) -> bool:
    """Whether our own look finds something, with the checkpoint that was kept elsewhere."""
    return bool(list(ledger.problems()) or list(unexplained()) or ledger.against(note))


def stranger(folder: Path, note: str) -> int:
    """Let the stand-alone verifier look at an export; returns its exit code."""
    (folder / "ledger.jsonl").write_bytes(b"".join(ledger.export()))
    (folder / "keys.json").write_text(json.dumps(ledger.public_keys()))
    (folder / "anchor.txt").write_text(note)
    arguments = [str(folder / "ledger.jsonl"), "--keys", str(folder / "keys.json")]
    return int(standalone().main([*arguments, "--anchor", str(folder / "anchor.txt")]))


@pytest.mark.parametrize("places", few_or_all(2, PLACES))
def test_what_was_changed_is_found_by_us_and_where_an_export_shows_it_by_a_stranger(
    places: int, note: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not online(note)
    assert stranger(tmp_path, note) == 0
    missed: list[tuple[str, int, str]] = []
    for tampering in ALL:
        for place in range(places):
            missed += [(tampering.name, place, who) for who in blind(tampering, place, note, tmp_path)]
    capsys.readouterr()
    assert missed == []
    assert not online(note)  # all of it was rolled back


def blind(tampering: Tampering, place: int, note: str, folder: Path) -> list[str]:
    """Return who did not find one tampering."""
    with without_foreign_keys():
        tampering.way(place)
        found = online(note)
        try:
            code = stranger(folder, note)
        except Exception:  # what cannot even be exported is found
            code = 2
    said = ["we"] if not found else []
    return [*said, "stranger"] if tampering.exported and code == 0 else said


@pytest.mark.full
def test_ten_thousand_untouched_looks_raise_no_alarm(note: str) -> None:
    for _ in range(100):
        assert not online(note)
    with transaction.atomic():
        for number in range(10_000):
            ledger.record("party.changed", payload={"party": f"p{number}"})
    while ledger.seal().seal:
        assert not list(ledger.problems())
    assert not list(ledger.problems())
