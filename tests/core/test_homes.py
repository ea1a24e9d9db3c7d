"""Other homes: keys in a second database, and a host's own suite (C39)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.processes import empty_database, run

pytestmark = pytest.mark.django_db(transaction=True)


def test_keys_of_subjects_may_live_in_a_second_database(tmp_path: Path) -> None:
    import json

    with empty_database(tmp_path) as url, empty_database(tmp_path) as keys_url:
        site = "tests.core.sites.two_databases"
        done = run(url, site, "-m", "tests.core.sites.keys_story", KEYS_DATABASE_URL=keys_url)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["keys"] == 1 or seen["keys"] == ["onvif_privacy_subjectkey"]
    assert "onvif_privacy_subjectkey" not in seen["default"]
    assert (seen["may"], seen["opened"], seen["after"]) == (True, "granted", "destroyed")


def test_a_hosts_suite_with_transactional_tests_runs_unchanged(tmp_path: Path) -> None:
    with empty_database(tmp_path) as url:
        done = run(
            url,
            "tests.core.sites.small",
            "-m",
            "django",
            "test",
            "tests.core.sites.host_suite",
            "--noinput",
            "--pattern",
            "host_suite.py",
        )
    assert done.returncode == 0, done.stderr
    assert "Ran 5 tests" in done.stderr
