"""Test kit for host sites: clients that have decided, and a policy that is in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from django.test import AsyncClient, Client

from onvif_privacy.cookies.services import choice_cookies, publishing, running


def decide(client: Client | AsyncClient, granted: Iterable[str] = ()) -> None:
    """Give a test client the cookies of somebody who granted these purposes and declined every other.

    Without ``granted`` the client has declined everything. Nothing is recorded: a test about the evidence posts the
    form instead. Choice cookies are Secure, so requests need ``secure=True`` or ``ONVIF_PRIVACY_COOKIES_SECURE=False``.
    Raises what an unknown purpose raises.
    """
    client.cookies.load(choice_cookies(granted))


@contextmanager
def published() -> Iterator[None]:
    """Publish what is declared and enforce it for the length of the block; needs the database.

    Outside such a block a test process only reports, as a site does before its first publishing.
    """
    with suppress(publishing.NothingToPublish):
        publishing.publish()
    running.load()
    try:
        yield
    finally:
        running.install(None)
