"""A host's own suite, every way Django knows to reset a database included, runs unchanged with us installed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests import requirements
from tests.hosts.making import SECTION
from tests.newsite import Site, create
from tests.readme import ROOT, fences

SHOP = Path(__file__).resolve().parent / "shop"
SETTINGS = """
import environ
DATABASES = {{"default": environ.Env.db_url_config({url!r})}}
INSTALLED_APPS += ["shop"]
TEMPLATES[0]["DIRS"] = [BASE_DIR / "templates"]
"""
URLS = """
from django.urls import include
urlpatterns += [path("", include("shop.urls"))]
"""
DATABASES = {
    "sqlite": ("sqlite:///site.sqlite3", lambda: None),
    "postgresql": (requirements.POSTGRESQL_URL, requirements.postgresql),
    "mariadb": (requirements.MARIADB_URL, requirements.mariadb),
}


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """An address under a name of its own: other suites use the same server meanwhile."""
    url, absent = DATABASES[request.param]
    if reason := absent():
        pytest.skip(reason)
    return url if request.param == "sqlite" else f"{url}_host_suite"


def run_suite(site: Site) -> int:
    """Run the project's tests; gives how many passed, which is all of them."""
    done = site.run("bash", "-c", "python -W error manage.py test --noinput 2>&1")
    found = re.search(r"^Ran (\d+) tests", done, re.MULTILINE)
    assert found, done
    assert re.search(r"^OK$", done, re.MULTILINE), done
    return int(found[1])


def test_host_suite_runs_unchanged(wheel: Path, tmp_path: Path, database: str) -> None:
    site = create(tmp_path, wheel)
    shutil.copytree(SHOP, site.home / "shop", ignore=shutil.ignore_patterns("__pycache__"))
    (site.home / "templates").mkdir()
    (site.home / "templates" / "base.html").write_text("<html>\n<body>\n</body>\n</html>\n")
    for name, text in (("settings", SETTINGS.format(url=database)), ("urls", URLS)):
        with (site.home / "mysite" / f"{name}.py").open("a") as target:
            target.write(text)
    before = run_suite(site)

    steps = [block for block in fences(ROOT / "README.md") if block.section == SECTION]
    site.follow(block for block in steps if block.language != "sh")
    site.run("bash", "-c", "python manage.py privacy_keys init >> mysite/settings.py")
    assert run_suite(site) == before
