"""A stranger installs the wheel into a new site, does what the README's five-minute section says, and it works."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.newsite import Site, Visitor, create, serving
from tests.readme import ROOT, fences

SECTION = "Into an existing site in five minutes"

# What a site has before it installs anything: a page with a base template.
HOME = """
from django.shortcuts import render

def home(request):
    return render(request, "home.html")
"""
BASE_TEMPLATE = """<!DOCTYPE html>
<html lang="en"><head><title>My site</title></head>
<body>
<h1>My site</h1>{% block content %}{% endblock %}
</body></html>
"""


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = create(tmp_path_factory.mktemp("five_minutes"), wheel)
    write_host_page(made.home)
    made.follow(fence for fence in fences(ROOT / "README.md") if fence.section == SECTION)
    with serving(made):
        yield made


def write_host_page(home: Path) -> None:
    """Give the new site one page of its own, as any existing site has."""
    (home / "templates").mkdir()
    (home / "templates" / "base.html").write_text(BASE_TEMPLATE)
    (home / "templates" / "home.html").write_text('{% extends "base.html" %}')
    (home / "mysite" / "views.py").write_text(HOME)
    settings, urls = home / "mysite" / "settings.py", home / "mysite" / "urls.py"
    settings.write_text(settings.read_text().replace("'DIRS': []", "'DIRS': [BASE_DIR / 'templates']"))
    urls.write_text(f"from mysite import views\n{urls.read_text()}\nurlpatterns += [path('', views.home)]\n")


def test_the_package_comes_from_the_wheel(site: Site) -> None:
    where = site.run(str(site.python), "-c", "import onvif_privacy; print(onvif_privacy.__file__)")
    assert str(site.python.parent.parent) in where


def test_the_statement_is_published(site: Site) -> None:
    page = Visitor(site).get("/privacy/statement/")
    assert "Example Ltd" in page
    assert "privacy@example.org" in page
    assert 'id="cookies_choice"' in page


@pytest.mark.parametrize("page", ["/", "/privacy/statement/"])
def test_the_bar_asks_on_the_pages_of_the_host_and_on_ours(site: Site, page: str) -> None:
    body = Visitor(site).get(page)
    assert 'class="privacy-bar"' in body
    assert "Decline" in body
    assert "/privacy/cookies/" in body


@pytest.mark.parametrize(("action", "kept"), [("decline", "popularity!"), ("accept", "popularity+")])
def test_the_choice_made_in_the_bar_is_kept(site: Site, action: str, kept: str) -> None:
    visitor = Visitor(site)
    visitor.submit(visitor.get("/"), "/privacy/cookies/choice/", action=action)
    choices = {cookie.name: cookie.value for cookie in visitor.jar}
    assert kept in (choices["__Host-privacy_state"] or "")
    assert "__Host-privacy_choice" in choices


def test_nothing_is_left_to_warn_about(site: Site) -> None:
    done = site.run(str(site.python), "manage.py", "check", "--database", "default")
    assert "no issues" in done


def test_popularity_shows_the_pages_that_were_visited_without_cron(site: Site) -> None:
    visitor = Visitor(site)
    for _ in range(3):
        visitor.get("/privacy/statement/")
    staff = Visitor(site)
    superuser = {"DJANGO_SUPERUSER_PASSWORD": "a long enough one", "DJANGO_SUPERUSER_EMAIL": "admin@example.org"}
    create = [str(site.python), "manage.py", "createsuperuser", "--noinput", "--username", "admin"]
    subprocess.run(create, cwd=site.home, env=site.environment | superuser, check=True, capture_output=True)
    login = staff.get("/admin/login/?next=/admin/")
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', login)[0]
    fields = {"csrfmiddlewaretoken": token, "username": "admin", "password": "a long enough one", "next": "/admin/"}
    home = staff.get("/admin/login/?next=/admin/", fields)
    popularity = re.findall(r'href="([^"]*popularity[^"]*)"', home)
    assert popularity, "the admin home page has no link to Popularity"
    deadline = time.monotonic() + 30
    while "privacy/statement" not in (page := staff.get(popularity[0])):
        assert time.monotonic() < deadline, page
        time.sleep(0.5)
    assert "<svg" in page
