"""What a check may use to look, and what a saboteur may use to plant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core import mail
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone

from onvif_privacy.core.conf import conf
from onvif_privacy.core.promises.remote import RemoteClient


class Look:
    """A stranger's eyes: the site's pages, the databases and the clock, and a count of what was looked at.

    Pages are asked for in process, with the host of ``SITES``; with ``base_url`` of the site that runs there.
    """

    def __init__(self, *, now: Callable[[], datetime] = timezone.now, base_url: str = "") -> None:
        self.count = 0
        self.now = now
        self._base_url = base_url

    def seen(self, number: int = 1) -> None:
        """Count what was looked at, so that having looked at nothing is told from having found nothing."""
        self.count += number

    def stranger(self, **headers: str) -> Client:
        """Return a client without cookies that asks over https, as a visitor's browser does."""
        host = (conf.SITES or ("localhost",))[0]
        options: dict[str, Any] = {"SERVER_NAME": host, "raise_request_exception": False, "headers": headers or None}
        return RemoteClient(self._base_url, **options) if self._base_url else Client(**options)

    def get(self, address: str, client: Client | None = None, **extra: Any) -> HttpResponseBase:
        """Ask for one page of the site over https and count it."""
        self.seen()
        response: HttpResponseBase = (client or self.stranger()).get(address, secure=True, **extra)
        return response


class Plant:
    """What a saboteur works with. Refuses any database but a test database."""

    def __init__(self) -> None:
        if not hasattr(mail, "outbox"):
            raise RuntimeError("Saboteurs work in test databases only.")
        self.settings = settings
