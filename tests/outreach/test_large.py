"""A queue of very many people, filled by senders that are killed, in memory that does not grow with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.db import connection

from tests.core.processes import empty_database, make_tables, told

SITE, GOAL_MEGABYTES = "tests.outreach.killed_site", 20


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_a_large_audience_is_queued_once_however_often_the_sender_is_killed(tmp_path: Path) -> None:
    people, kills = int(os.environ.get("PEOPLE", "200000")), 5
    page = min(2_000, people // 20)
    with empty_database(tmp_path) as url:
        make_tables(url, SITE)
        counts = (str(people), str(kills), str(page))
        ended = told(url, SITE, "tests.outreach.large_story", *counts, GROWN=str(tmp_path / "grown"))
    print(f"\n{connection.vendor}: {ended}")
    assert (ended["rows"], ended["people"], ended["state"]) == (people, people, "sending")
    assert ended["killed"] == kills
    assert ended["asked"] > kills  # the progress answered meanwhile
    assert ended["grown"] <= GOAL_MEGABYTES
