"""The project around the site: complete migrations, clean checks, and a deployment that is not the demo."""

from __future__ import annotations

from pathlib import Path

from tests.example_project.conftest import Site

SECRET = "a secret of the tests, used nowhere else"


def test_models_and_migrations_agree(shown_site: Site) -> None:
    done = shown_site.manage("makemigrations", "--check", "--dry-run", "standards")
    assert done.returncode == 0, done.stdout


def test_check_finds_nothing(shown_site: Site) -> None:
    done = shown_site.manage("check", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


DEPLOYED = """
from django.test import Client
client = Client(headers={"host": "127.0.0.1"})
plain, home, missing = client.get("/"), client.get("/", secure=True), client.get("/no/such/page/", secure=True)
shop = client.get("/shop/", secure=True)
say({"plain": plain.status_code, "home": home.status_code, "missing": missing.status_code,
     "page": missing.content.decode(), "policy": missing.headers["Content-Security-Policy"],
     "secure": [bool(cookie["secure"]) for cookie in shop.cookies.values()]})
"""


def test_site_without_debug_is_served_over_https_with_its_own_error_page(site: Site) -> None:
    collected = site.manage("collectstatic", "--no-input", DEBUG="off")
    assert collected.returncode == 0, collected.stderr
    checked = site.manage("check", "--deploy", "--fail-level", "ERROR", DEBUG="off")
    assert checked.returncode == 0, checked.stderr
    found = site.say(DEPLOYED, DEBUG="off")
    assert (found["plain"], found["home"], found["missing"]) == (301, 200, 404)
    assert found["secure"] == [True]
    assert found["policy"].startswith("default-src 'none'; ")
    assert "No device answers at this address" in found["page"]
    assert 'class="privacy-bar' in found["page"]


def test_site_without_a_secret_key_names_the_variable(tmp_path: Path) -> None:
    done = Site(tmp_path).manage("check", ONVIF_PRIVACY_ORGANISATION="X", ONVIF_PRIVACY_CONTACT="x@example.org")
    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr.strip().splitlines()[-1]


def test_site_without_keys_is_told_how_to_make_them(tmp_path: Path) -> None:
    done = Site(tmp_path).manage(
        "check", SECRET_KEY=SECRET, ONVIF_PRIVACY_ORGANISATION="X", ONVIF_PRIVACY_CONTACT="x@example.org"
    )
    assert done.returncode != 0
    assert "privacy_keys init" in done.stderr
