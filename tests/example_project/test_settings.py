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


def test_deployment_check_finds_nothing_without_debug(shown_site: Site) -> None:
    done = shown_site.manage("check", "--deploy", "--fail-level", "ERROR", DEBUG="off")
    assert done.returncode == 0, done.stderr


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
