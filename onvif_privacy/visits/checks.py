"""System checks of the room: ``onvif_privacy_visits.*``."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, router
from django.urls import URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from onvif_privacy.core import keys
from onvif_privacy.core.checks.house import needs_good_settings
from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import SubjectArea
from onvif_privacy.visits.services import cleaning
from onvif_privacy.visits.services.interests import sensitive

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


@register(Tags.compatibility)
@needs_good_settings
def stream_can_be_used(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E006: visits shall go over Redis, but its package, its address or the key that seals them is missing."""
    if conf.TRANSPORT != "redis":
        return []
    if find_spec("redis") is None:
        hint = 'Install the package: pip install "onvif-privacy[redis]".'
    elif urlsplit(conf.REDIS_URL).scheme not in ("redis", "rediss", "unix"):
        hint = "Write ONVIF_PRIVACY_VISITS_REDIS_URL as redis://, rediss:// or unix://."
    else:
        try:
            keys.ring().active("data")
            return []
        except keys.KeyRingError as error:
            hint = str(error)
    return [
        Error(
            "ONVIF_PRIVACY_VISITS_TRANSPORT is 'redis', but no visit can go that way.",
            hint=hint,
            id="onvif_privacy_visits.E006",
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
        for slug, said in conf.SUBJECT_AREAS.items()
        if not cleaning.is_slug(slug) or not _says_places(said)
    ]


def _says_places(said: Any) -> bool:
    more = dict(said) if isinstance(said, Mapping) else {"places": said}
    places = more.pop("places", ())
    texts = isinstance(places, (list, tuple)) and all(isinstance(place, str) for place in places)
    return texts and set(more) <= {"label", "description"}


@register(Tags.compatibility)
@needs_good_settings
def interests_are_not_sensitive(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E004: a subject area of a special category, while interests are kept; nobody's interest in it is."""
    if not conf.INTERESTS:
        return []
    named = {slug: f"ONVIF_PRIVACY_VISITS_SUBJECT_AREAS names {slug!r}" for slug in conf.SUBJECT_AREAS}
    named |= {slug: f"The view {view} names the subject area {slug!r}" for slug, view in marked_views()}
    return [_sensitive(where) for slug, where in sorted(named.items()) if sensitive.is_sensitive(slug)]


@register(Tags.database)
@needs_good_settings
def stored_interests_are_not_sensitive(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """E005: a subject area of a special category in the admin, while interests are kept."""
    using = router.db_for_read(SubjectArea)
    if not conf.INTERESTS or using not in (databases or ()):
        return []
    if SubjectArea._meta.db_table not in connections[using].introspection.table_names():
        return []  # before the first migration
    rows = SubjectArea.objects.using(using).values_list("slug", "label")
    return [
        _sensitive(f"The admin holds the subject area {slug!r}", "E005")
        for slug, label in rows
        if sensitive.is_sensitive(slug, label)
    ]


def _sensitive(where: str, name: str = "E004") -> CheckMessage:
    return Error(
        f"{where}, which is of a special category (GDPR Art. 9 and 10): nobody's interest in it may be kept.",
        hint="Take the area away, or give it a name that says what else it is about.",
        id=f"onvif_privacy_visits.{name}",
    )


def marked_views() -> list[tuple[str, str]]:
    """Return each subject area that a view of the site names, with the view."""
    found: list[tuple[str, str]] = []
    waiting = list(get_resolver().url_patterns)
    while waiting:
        one = waiting.pop()
        if isinstance(one, URLResolver):
            waiting += one.url_patterns
        else:
            view = f"{one.callback.__module__}.{getattr(one.callback, '__qualname__', one.callback)}"
            found += [(slug, view) for slug in getattr(one.callback, "onvif_privacy_areas", ())]
    return found


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
@needs_good_settings
def somebody_asks_for_interests(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W004: interests are on, but no room asks for them, so everybody stays a stranger."""
    if not conf.INTERESTS or apps.is_installed("onvif_privacy.cookies"):
        return []
    return [
        Warning(
            "ONVIF_PRIVACY_VISITS_INTERESTS is True, but nobody asks visitors: everybody stays a stranger.",
            hint='Add "onvif_privacy.cookies" to INSTALLED_APPS. Silence this where a middleware of yours fills '
            "request.privacy.",
            id="onvif_privacy_visits.W004",
        )
    ]


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
