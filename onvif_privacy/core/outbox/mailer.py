"""The site's default mailer: what ``MAILERS`` says from Django 6.1 on, what the ``EMAIL_…`` settings say before."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import mail
from django.test import override_settings

from onvif_privacy.core.here import is_here


def backend_name() -> str:
    """Return the dotted path of its backend, by the settings; empty where ``MAILERS`` has no default."""
    mailers = getattr(settings, "MAILERS", None)
    return str(settings.EMAIL_BACKEND if mailers is None else mailers.get("default", {}).get("BACKEND", ""))


def connection() -> Any:
    """Make a new instance of it, whose line is not open yet. Raises what the backend raises."""
    mailers = getattr(mail, "mailers", None)
    return mail.get_connection() if mailers is None else mailers.default


def speaks_in_the_clear() -> bool:
    """Whether it reaches the mail server of another machine without encryption.

    Backends without a server of their own (a file, a provider's interface over https) do not.
    """
    backend = connection()
    host = getattr(backend, "host", None)
    encrypted = getattr(backend, "use_tls", False) or getattr(backend, "use_ssl", False)
    return host is not None and not encrypted and not is_here(str(host))


def instead(backend: str, **options: Any) -> override_settings:
    """Put another default mailer in its place for a while: a context for tests and saboteurs.

    ``options`` are those of the SMTP backend (``host``, ``port``, ``use_tls``, ``timeout``, …).
    """
    mailers = getattr(settings, "MAILERS", None)
    if mailers is not None:
        return override_settings(MAILERS={**mailers, "default": {"BACKEND": backend, "OPTIONS": options}})
    named = {f"EMAIL_{name.upper()}": value for name, value in options.items()}
    return override_settings(EMAIL_BACKEND=backend, **named)
