"""The promise about how the site is served: encrypted to visitors and to its databases, and without debugging."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.checks import run_checks
from django.core.checks.registry import Tags
from django.db import connections, router
from django.test import override_settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.here import is_here, reached_from_here_alone
from onvif_privacy.core.models import Attestation
from onvif_privacy.core.promises.looking import Look, Plant
from onvif_privacy.core.promises.own import SECURITY
from onvif_privacy.core.promises.planting import altered
from onvif_privacy.core.promises.shapes import Finding, Kind, Promise, check
from onvif_privacy.core.registry import declare

DEPLOYED = Promise(
    "security.deployed", SECURITY, _("The site is served encrypted, its databases too, and it shows nobody its inside.")
)
declare(DEPLOYED)

# Django's own checks of a deployment, by their numbers: the setting, and what is wrong with it.
WRONG = {
    "security.W001": ("MIDDLEWARE", "lacks SecurityMiddleware, so none of its settings hold"),
    "security.W004": ("SECURE_HSTS_SECONDS", "is 0: browsers are not told to stay with https"),
    "security.W008": ("SECURE_SSL_REDIRECT", "is off: plain http is answered"),
    "security.W009": ("SECRET_KEY", "can be guessed"),
    "security.W010": ("SESSION_COOKIE_SECURE", "is off: the session goes over plain http"),
    "security.W011": ("SESSION_COOKIE_SECURE", "is off: the session goes over plain http"),
    "security.W012": ("SESSION_COOKIE_SECURE", "is off: the session goes over plain http"),
    "security.W016": ("CSRF_COOKIE_SECURE", "is off: what protects forms goes over plain http"),
    "security.W018": ("DEBUG", "is on: every error shows the inside of the site"),
}
SOCKETS = ("/", "@")  # how the address of a socket in the file system begins
ENCRYPTED = {
    "postgresql": "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
    "mysql": "SHOW SESSION STATUS LIKE 'Ssl_cipher'",
}


@check(DEPLOYED, kind=Kind.STATIC)
def settings_are_those_of_a_safe_site(look: Look) -> Iterable[Finding]:
    """Ask Django's checks of a deployment; a site that only this machine reaches needs none of them.

    Who has it done elsewhere, by a proxy that sends plain http on, says so as Django knows it: SILENCED_SYSTEM_CHECKS.
    """
    look.seen(len(WRONG))
    if reached_from_here_alone():
        return
    for message in run_checks(tags=[Tags.security], include_deployment_checks=True):
        if message.id in WRONG and not message.is_silenced():
            yield Finding(*WRONG[message.id])


@settings_are_those_of_a_safe_site.saboteur
@contextmanager
def plain_http_is_answered(plant: Plant) -> Iterator[str]:
    """Serve plain http to others than this machine."""
    hosts = [*settings.ALLOWED_HOSTS, "example.org"]
    with override_settings(SECURE_SSL_REDIRECT=False, ALLOWED_HOSTS=hosts, SILENCED_SYSTEM_CHECKS=[]):
        yield "SECURE_SSL_REDIRECT: is off"


@settings_are_those_of_a_safe_site.saboteur
@contextmanager
def browsers_are_not_told(plant: Plant) -> Iterator[str]:
    """Leave it to browsers whether they come by https."""
    hosts = [*settings.ALLOWED_HOSTS, "example.org"]
    with override_settings(SECURE_HSTS_SECONDS=0, ALLOWED_HOSTS=hosts, SILENCED_SYSTEM_CHECKS=[]):
        yield "SECURE_HSTS_SECONDS: is 0"


@settings_are_those_of_a_safe_site.saboteur
@contextmanager
def debugging_is_on(plant: Plant) -> Iterator[str]:
    """Show everybody what went wrong inside."""
    with override_settings(DEBUG=True, ALLOWED_HOSTS=["example.org"], SILENCED_SYSTEM_CHECKS=[]):
        yield "DEBUG: is on"


@check(DEPLOYED, kind=Kind.DATABASE, empty=True)
def lines_to_databases_are_encrypted(look: Look) -> Iterable[Finding]:
    """Ask each database on another machine whether the line to it is encrypted."""
    for alias in connections:
        connection = connections[alias]
        host = str(connection.settings_dict.get("HOST") or "")
        if connection.vendor not in ENCRYPTED or is_here(host) or host.startswith(SOCKETS):
            continue
        with connection.cursor() as cursor:
            cursor.execute(ENCRYPTED[connection.vendor])
            row = cursor.fetchone()
        look.seen()
        if not (row and row[-1]):
            yield Finding(f"database {alias}", "is asked over a line that others can read")


@lines_to_databases_are_encrypted.saboteur
@contextmanager
def a_plain_line(plant: Plant) -> Iterator[str]:
    """Take the database for one on another machine; the line to it is as plain as one within this machine."""
    alias = router.db_for_write(Attestation)
    vendor, settings_of_it = connections[alias].vendor, connections[alias].settings_dict
    before = settings_of_it.get("HOST")
    settings_of_it["HOST"] = "database.example.org"
    try:
        with altered(sys.modules[__name__], "ENCRYPTED", {vendor: "SELECT 0", **ENCRYPTED}):
            yield f"database {alias}"
    finally:
        settings_of_it["HOST"] = before
