"""What two people decided, and what was handed over, outlives migrations and backups."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.core import dumps
from tests.core.processes import empty_database, make_tables, manage, told

pytestmark = pytest.mark.django_db(transaction=True)
SITE, STORY = "tests.disclosures.sites.moving", "tests.disclosures.sites.moving_story"
HISTORIES = "legal_disclosure.cases:histories_are_what_the_ledger_says"


def story(folder: Path, url: str, act: str, desk: Any = None, **more: str) -> Any:
    """One process of the site."""
    return told(url, SITE, STORY, act, SEALED=str(folder / "sealed"), DESK=json.dumps(desk), **more)


def assert_whole(seen: dict[str, Any]) -> None:
    """Everything is there, and nothing is wrong with it."""
    assert all(seen["rows"].values())
    assert seen["guards"] > 50
    wrong = {name: seen[name] for name in ("missing guards", "allowed", "ledger", "promises", "package") if seen[name]}
    assert wrong == {}


def test_a_host_that_changes_its_table_of_users_takes_nothing_from_what_was_decided(tmp_path: Path) -> None:
    models = {"ONVIF_PRIVACY_TABLES": "models"}
    with empty_database(tmp_path) as url:
        make_tables(url, SITE)
        desk = story(tmp_path, url, "fill", **models)
        seen = story(tmp_path, url, "rebuilt", desk, **models)
    assert [seen[one]["longest"] for one in ("back", "forth")] == [150, 180]
    assert_whole(seen["back"])
    assert_whole(seen["forth"])


@pytest.mark.full
@pytest.mark.skipif("dumps.missing(__import__('django.db').db.connection.vendor)", reason="tools that dump a database")
def test_a_room_that_was_taken_out_and_put_in_again_is_missed_and_a_backup_brings_all_of_it_back(
    tmp_path: Path,
) -> None:
    with empty_database(tmp_path) as url:
        done = manage(url, SITE, "migrate", "--verbosity=0")
        assert done.returncode == 0, done.stderr
        desk = story(tmp_path, url, "fill")
        dumps.dump(url, tmp_path / "whole.dump")
        seen = story(tmp_path, url, "away")
    assert (seen["tables"], seen["others' guards"], seen["ledger"]) == ([], True, [])
    again = seen["again"]
    assert again["guards"] > 50
    assert (set(again["rows"].values()), again["missing guards"], again["ledger"]) == ({0}, [], [])
    assert len(again["promises"][HISTORIES]) > 5  # the ledger still tells every step
    with empty_database(tmp_path) as url:
        dumps.restore(url, tmp_path / "whole.dump")
        assert_whole(story(tmp_path, url, "looked", desk))
