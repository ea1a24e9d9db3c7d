"""What the tests of advertising share: a site with a page for each slot, pictures, and what a visitor sees."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import reload
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, override_settings
from django.urls import include, path

from onvif_privacy.cookies.services import running
from onvif_privacy.visits import urls
from onvif_privacy.visits.services.advertising import choosing, counting, pictures
from onvif_privacy.visits.services.interests.rule import STRANGER, Profile
from tests.visits.interested import kept


def page(request: HttpRequest, slot: str) -> HttpResponse:
    text = Template("{% load privacy_visits %}<main>{% house_ad slot %}</main>")
    return HttpResponse(text.render(Context({"request": request, "slot": slot})))


class Urls:
    """A site with a page for each slot, the room's addresses and the admin."""

    def __init__(self) -> None:
        with override_settings(ONVIF_PRIVACY_VISITS_INTERESTS=True, ONVIF_PRIVACY_VISITS_ADVERTISING=True):
            reload(urls)
            rooms = [
                path("privacy/visits/", include((list(urls.urlpatterns), urls.app_name))),
                path("privacy/", include("onvif_privacy.urls")),
            ]
        reload(urls)
        self.urlpatterns = [*rooms, path("admin/", admin.site.urls), path("<slug:slot>/", page)]


ADDRESSES = cache(Urls)  # made once: the addresses of the admin take longer than a test


@contextmanager
def advertised() -> Iterator[None]:
    """A site that keeps interests and shows advertisements."""
    with kept(ONVIF_PRIVACY_VISITS_ADVERTISING=True, ROOT_URLCONF=ADDRESSES()):
        running.install(None)  # what the code declares is the policy
        begin_anew()
        yield
    running.install(None)
    begin_anew()


def begin_anew() -> None:
    """As a process that has just started."""
    choosing.forget()
    counting.forget()


def stranger() -> Profile:
    return STRANGER


def shown(slot: str = "side", client: Client | None = None) -> str:
    """What stands in a slot."""
    answer: Any = (client or Client()).get(f"/{slot}/", secure=True)
    assert answer.status_code == 200
    return str(answer.content.decode().removeprefix("<main>").removesuffix("</main>"))


def behind() -> None:
    """What the recorder's thread does between two parcels."""
    choosing.refresh()


def png(width: int = 3, height: int = 2) -> bytes:
    """A picture of one colour."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + b"\x88" * width for _row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return pictures.PNG + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


JPEG = (
    bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb00040102ffc0000b08")
    + struct.pack(">HH", 20, 30)
    + bytes.fromhex("01011100ffda")
)
