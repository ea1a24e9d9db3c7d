"""Pictures of advertisements: PNG and JPEG, recognised by their own bytes. Nothing of them is run or decoded."""

from __future__ import annotations

import struct
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

MOST_BYTES = 200_000
MOST_PIXELS = 2_000  # of width, and of height
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
# the frames of JPEG whose header tells the size: all SOF but DHT, JPG and DAC (ITU-T T.81, table B.1)
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class PictureRefused(ValueError):
    """No picture that may stand in a page; the message says why."""


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int


def kind(data: bytes) -> str:
    """Return the content type; empty for what is neither PNG nor JPEG."""
    return "image/png" if data.startswith(PNG) else "image/jpeg" if data.startswith(JPEG) else ""


def measure(data: bytes) -> Size:
    """Return the size of a picture; raises PictureRefused for what is none, moves, or is too large."""
    if len(data) > MOST_BYTES:
        raise PictureRefused(_("A picture has 200 kB at most."))
    try:
        size = _png(data) if data.startswith(PNG) else _jpeg(data)
    except (struct.error, IndexError):
        size = None
    if size is None:
        raise PictureRefused(_("This is no PNG or JPEG picture that stands still."))
    if not all(0 < one <= MOST_PIXELS for one in size):
        raise PictureRefused(_("A picture is 2000 pixels wide and high at most."))
    return size


def _png(data: bytes) -> Size | None:
    # acTL makes it move (APNG)
    if data[12:16] != b"IHDR" or b"acTL" in data or not data.endswith(b"IEND\xaeB`\x82"):
        return None
    return Size(*struct.unpack(">II", data[16:24]))


def _jpeg(data: bytes) -> Size | None:
    at = 2
    if not data.startswith(JPEG):
        return None
    while data[at] == 0xFF:
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return Size(width, height)
        at += 2 + max(length, 2)
    return None
