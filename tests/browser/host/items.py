"""What the host site declares about the browser: one item for each optional purpose, and one set by a script."""

from __future__ import annotations

from datetime import timedelta

from onvif_privacy.core.registry import DeviceItem

THEME = DeviceItem(
    "theme", "preferences", "Harbour Standards", timedelta(days=90), "Remembers how the pages look.", set_by="server"
)
COUNTER = DeviceItem(
    "_pk_id.*",
    "statistics",
    "Matomo on our own server",
    timedelta(days=390),
    "Counts visits and tells returning visitors apart.",
    set_by="script",
    paths=("/",),
)
FILMS = DeviceItem(
    "film_visitor",
    "marketing",
    "Film House",
    timedelta(days=180),
    "Shows films of another organisation, which notes what was watched.",
    provider_url="https://films.example/privacy",
    party="films",
    third_party=True,
    hosts=("127.0.0.1",),
)
ITEMS = (THEME, COUNTER, FILMS)
