"""Answers ``INSTALLED_APPS += ["onvif_privacy"]``, which people type first, with the lines that were meant."""

from __future__ import annotations

from types import ModuleType
from typing import NoReturn

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured

# The five-minute section of the README shows the same lines; tests/test_readme.py compares them.
SETTINGS_LINES = """\
INSTALLED_APPS += ["onvif_privacy.core", "onvif_privacy.cookies", "onvif_privacy.visits", "onvif_privacy.statement"]
MIDDLEWARE.insert(0, "onvif_privacy.cookies.middleware.CookieMiddleware")  # first: it sees every answer
MIDDLEWARE.append("onvif_privacy.visits.middleware.PageVisitMiddleware")  # last: it knows the view
ONVIF_PRIVACY_ORGANISATION = "Example Ltd"
ONVIF_PRIVACY_CONTACT = "privacy@example.org"
"""
URLS_LINE = 'path("privacy/", include("onvif_privacy.urls")),'
COMMANDS = ("privacy_keys init", "migrate", "privacy_statement init --publish", "privacy_cookies publish", "check")


class NotAnApp(AppConfig):
    """Refuses to be installed: the rooms are the apps, and an installed parent would adopt models of absent rooms."""

    name = "onvif_privacy"
    default_auto_field = "django.db.models.BigAutoField"

    def __init__(self, app_name: str, app_module: ModuleType | None) -> None:
        """Raise ImproperlyConfigured with the lines to paste."""
        refuse()


def refuse() -> NoReturn:
    """Raise ImproperlyConfigured with everything that a site has to write to install the rooms."""
    settings = "".join(f"    {line}\n" for line in SETTINGS_LINES.splitlines())
    commands = "".join(f"    python manage.py {command}\n" for command in COMMANDS)
    raise ImproperlyConfigured(
        '"onvif_privacy" is no app of its own: its rooms are. Remove it from INSTALLED_APPS and paste the rooms you'
        f" want at the end of your settings (core is always needed):\n\n{settings}\n"
        f"first into urlpatterns of your urls.py, so that no catch-all hides it:\n\n    {URLS_LINE}\n\n"
        f"then run (the first prints ONVIF_PRIVACY_KEYS, the third setting):\n\n{commands}"
    )
