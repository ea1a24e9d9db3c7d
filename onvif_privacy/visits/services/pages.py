"""The pages of a single-page application, which the server knows by their patterns only."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.core.signals import setting_changed
from django.urls.resolvers import RoutePattern

from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.services import cleaning


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, RoutePattern], ...]:
    return tuple((place, RoutePattern(place.removeprefix("/"), is_endpoint=True)) for place in conf.PAGES)


def _forget(**kwargs: Any) -> None:
    _patterns.cache_clear()


setting_changed.connect(_forget, dispatch_uid="onvif_privacy_visits.pages")


def route_of(path: str) -> str:
    """Return the first declared pattern that a path fits whole; empty for none. The path itself is not kept."""
    if not path.startswith("/") or len(path) > cleaning.CACHED_LENGTH or "\n" in path:
        return ""
    for place, pattern in _patterns():
        if pattern.match(path[1:]):
            return cleaning.route(place)
    return ""
