"""A backup restored with the tools of the database resurrects nobody and touches no innocent (R22); real dumps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.core import dumps
from tests.core.processes import empty_database, told
from tests.rights.restored_story import LATER, PEOPLE

pytestmark = [
    pytest.mark.full,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "dumps.missing(__import__('django.db').db.connection.vendor)", reason="tools that dump a database"
    ),
]


def test_twenty_erasures_and_twenty_refusals_hold_after_a_restore(tmp_path: Path) -> None:
    folder, dump = tmp_path / "log", tmp_path / "older.dump"
    folder.mkdir()

    def story(url: str, act: str) -> dict[str, Any]:
        found: dict[str, Any] = told(
            url, "tests.rights.restored", "tests.rights.restored_story", act, LOG_FOLDER=str(folder)
        )
        return found

    with empty_database(tmp_path) as site:
        story(site, "fill")
        assert story(site, "compare") == {"job": "done"}
        dumps.dump(site, dump)
        assert story(site, "erase") == {"job": "done"}
        before = story(site, "read")
        assert (before["gone"], before["stays"], before["agree"]) == (0, 2 * PEOPLE, 0)

    with empty_database(tmp_path) as restored:
        dumps.restore(restored, dump)
        found = story(restored, "read")
        assert (found["gone"], found["agree"]) == (2 * PEOPLE, PEOPLE)  # the restore brought them back
        reused = story(restored, "reuse")["keys"]
        assert story(restored, "begun") == {"gate": "closed"}
        assert story(restored, "broken") == {"job": "failed", "gate": "closed"}
        assert story(restored, "compare") == {"job": "done"}
        after = story(restored, "read")
        assert (after["gone"], after["agree"], after["closed"]) == (0, 0, None)
        assert (after["stays"], after["refuses"], after["innocent"]) == (2 * PEOPLE, 2 * PEOPLE, 2 * LATER)
        assert after["keys"] == sorted(reused)
        assert story(restored, "compare") == {"job": "done"}
        assert story(restored, "read") == after
