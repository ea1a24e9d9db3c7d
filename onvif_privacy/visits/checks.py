"""System checks of the room: ``onvif_privacy_visits.*``."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.urls.resolvers import RoutePattern

from onvif_privacy.core.checks.house import needs_good_settings
from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.services import cleaning

# either lets threads of the application run
THREAD_OPTIONS = ("enable-threads", "threads")
MIDDLEWARE = "onvif_privacy.visits.middleware.PageVisitMiddleware"


@register(Tags.compatibility)
def middleware_present(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W001: without the middleware nothing is counted."""
    if MIDDLEWARE in settings.MIDDLEWARE:
        return []
    return [
        Warning(
            "Page visits are not recorded: the middleware of onvif_privacy.visits is missing.",
            hint=f'Add "{MIDDLEWARE}" at the end of MIDDLEWARE.',
            id="onvif_privacy_visits.W001",
        )
    ]


@register(Tags.compatibility)
def domains_can_be_found(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: the list of public suffixes comes with a package that is not installed."""
    if not _domains() or find_spec("tldextract") is not None:
        return []
    return [
        Error(
            "ONVIF_PRIVACY_VISITS_DOMAINS is on, but the package tldextract is missing.",
            hint='Install it: pip install "onvif-privacy[domains]". Or set ONVIF_PRIVACY_VISITS_DOMAINS = False.',
            id="onvif_privacy_visits.E001",
        )
    ]


def _domains() -> bool:
    try:
        return conf.DOMAINS
    except ImproperlyConfigured:  # onvif_privacy.E007 says so
        return False


@register(Tags.compatibility)
@needs_good_settings
def subject_areas_are_lists(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E002: each subject area is a short name with a list of first parts of addresses."""
    return [
        Error(
            f"ONVIF_PRIVACY_VISITS_SUBJECT_AREAS: {slug!r} is no short name with a list of first parts of addresses.",
            hint="Write {'video': ['/products/cameras/']}; small letters, digits, - and _ in the name.",
            id="onvif_privacy_visits.E002",
        )
        for slug, places in conf.SUBJECT_AREAS.items()
        if not cleaning.is_slug(slug)
        or not isinstance(places, (list, tuple))
        or not all(isinstance(place, str) for place in places)
    ]


@register(Tags.compatibility)
@needs_good_settings
def pages_are_routes(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E003: each page of a single-page application is a route pattern with a leading slash."""
    return [
        Error(
            f"ONVIF_PRIVACY_VISITS_PAGES: {page!r} is no route pattern with a leading slash.",
            hint="Write it as in urls.py, with the slash: '/app/<slug:name>/'.",
            id="onvif_privacy_visits.E003",
        )
        for page in conf.PAGES
        if not _is_route(page)
    ]


def _is_route(page: str) -> bool:
    try:
        return page.startswith("/") and bool(RoutePattern(page[1:], is_endpoint=True).regex)
    except (ImproperlyConfigured, re.error):
        return False


@register(Tags.compatibility)
def middleware_last(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W002: a middleware further in may answer or redirect without the recorder knowing the view."""
    names = list(settings.MIDDLEWARE)
    if MIDDLEWARE not in names or names[-1] == MIDDLEWARE:
        return []
    return [
        Warning(
            f"{names[-1]} stands behind the middleware of onvif_privacy.visits, so its answers hide the view.",
            hint=f'Make "{MIDDLEWARE}" the last of MIDDLEWARE.',
            id="onvif_privacy_visits.W002",
        )
    ]


@register(Tags.compatibility)
def threads_run(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W003: under uWSGI without threads the recorder's thread stands still, and nothing is stored."""
    uwsgi = sys.modules.get("uwsgi")  # a module that exists only inside of uWSGI's own processes
    options: Mapping[Any, Any] = getattr(uwsgi, "opt", {})
    if uwsgi is None or any(name in options for name in (*THREAD_OPTIONS, *map(str.encode, THREAD_OPTIONS))):
        return []
    return [
        Warning(
            "uWSGI runs without threads, so page visits are taken in but never stored.",
            hint="Write enable-threads = true (or threads = 2) into uWSGI's configuration.",
            id="onvif_privacy_visits.W003",
        )
    ]
