"""Every room is optional, and every wrong setting is answered with one clear message.

Each site is tried in a process of its own, because settings and registries are read once a process.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.readme import ROOT

SUBSETS = (
    "everything",
    "core_only",
    "cookies_only",
    "visits_only",
    "statement_only",
    "rights_only",
    "people_only",
    "disclosures_only",
    "outreach_only",
    "enquiries_only",
    "community_only",
)

# What a healthy site goes through, and then each shipped page of it as a stranger would see it.
HEALTHY = """
import django
from django.core.management import call_command
django.setup()
call_command("check", fail_level="ERROR")
call_command("makemigrations", check=True, dry_run=True)
call_command("migrate", verbosity=0)
call_command("check", databases=["default"], fail_level="ERROR")
"""

# settings in tests/projects/wrong/, what is run, words that the answer must hold
WRONG = [
    (
        "parent_installed",
        "check",
        ['"onvif_privacy" is no app of its own', '"onvif_privacy.core"', "privacy_keys init"],
    ),
    ("nothing_set", "check", ['ONVIF_PRIVACY_ORGANISATION = "', 'ONVIF_PRIVACY_CONTACT = "', "privacy_keys init"]),
    ("misspelt", "check", ["ONVIF_PRIVACY_ORGANIZATION", "ONVIF_PRIVACY_ORGANISATION", "onvif_privacy.E008"]),
    ("wrong_type", "check", ["ONVIF_PRIVACY_K must be a whole number", "onvif_privacy.E007"]),
    ("contact_no_address", "check", ["ONVIF_PRIVACY_CONTACT must be an e-mail address", "onvif_privacy.E007"]),
    ("short_key", "check", ["ONVIF_PRIVACY_KEYS", "onvif_privacy.E001", "privacy_keys init"]),
    ("without_core", "check", ["onvif_privacy.core.models", "INSTALLED_APPS"]),
    ("cookies_no_middleware", "check", ["onvif_privacy.cookies.middleware.CookieMiddleware", "MIDDLEWARE"]),
    ("cookies_not_first", "check", ["onvif_privacy.cookies.middleware.CookieMiddleware", "first"]),
    ("cookies_not_installed", "request", ["onvif_privacy.cookies", "INSTALLED_APPS"]),
    ("visits_no_middleware", "check", ["onvif_privacy.visits.middleware.PageVisitMiddleware", "MIDDLEWARE"]),
    ("visits_not_installed", "request", ["onvif_privacy.visits", "INSTALLED_APPS"]),
]
UNINSTALL = """
import django
from django.apps import apps
from django.core.management import call_command
from django.db import connection
django.setup()
call_command("migrate", verbosity=0)
assert any(name.startswith("onvif_privacy") for name in connection.introspection.table_names())
for label in (one for one in {labels!r} if one in apps.app_configs):
    call_command("migrate", label, "zero", verbosity=0)
with connection.cursor() as cursor:
    cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE 'onvif_privacy%%' OR name LIKE 'privacy%%'")
    assert not cursor.fetchall()
"""
RUNS = {
    "check": """
import django
from django.core.management import call_command
django.setup()
call_command("check", fail_level="WARNING")
""",
    "request": """
import django
from django.test import Client
django.setup()
Client().get("/")
""",
}


def run_site(settings: str, code: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run Python code under the settings of a site, on a SQLite file of its own; returns the finished process."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": f"tests.projects.{settings}",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}",
        "PYTHONWARNINGS": "error",
    }
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.parametrize("subset", SUBSETS)
def test_each_subset_of_rooms_checks_migrates_and_has_no_change_left(subset: str, tmp_path: Path) -> None:
    done = run_site(subset, HEALTHY, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "No changes detected" in done.stdout


@pytest.mark.parametrize(("site", "what", "words"), WRONG, ids=[row[0] for row in WRONG])
def test_wrong_settings_get_one_message_that_says_what_to_write(
    site: str, what: str, words: list[str], tmp_path: Path
) -> None:
    done = run_site(f"wrong.{site}", RUNS[what], tmp_path)
    assert done.returncode != 0
    for word in words:
        assert word in done.stderr


# taking every room out of one site renders each of some two hundred models once for every other, which takes minutes
@pytest.mark.parametrize(
    "subset", ["cookies_only", *(pytest.param(one, marks=pytest.mark.full) for one in SUBSETS if one != "cookies_only")]
)
def test_uninstalling_as_documented_leaves_no_table_and_no_trigger(subset: str, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "uninstall.md").read_text("utf-8")
    labels = re.findall(r"manage\.py migrate (\w+) zero", page)
    assert labels[-1] == "onvif_privacy"
    done = run_site(subset, UNINSTALL.format(labels=labels), tmp_path)
    assert done.returncode == 0, done.stderr
