"""Settings of the room ``visits``. Every one has a default; a site that sets none is complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import Setting, Settings, boolean, choice, filled, integer, mapping, strings


class VisitsSettings(Settings):
    """What is recorded, how long it is kept, and how much memory may wait for the database."""

    prefix = "ONVIF_PRIVACY_VISITS_"

    RECORDING: Setting[str] = Setting(
        "auto",
        choice("auto", "thread", "inline", "off"),
        _(
            "'thread' writes behind the pages; 'inline' writes at once, for tests; 'off' records nothing; "
            "'auto' is 'thread', and 'off' while a test runner is at work."
        ),
    )
    TRANSPORT: Setting[str] = Setting(
        "direct",
        choice("direct", "redis"),
        _(
            "How visits get to the database: 'direct' from the process that answered; 'redis' over a stream, from "
            "which `privacy_visits ingest` stores them (extra 'redis')."
        ),
    )
    REDIS_URL: Setting[str] = Setting(
        "redis://127.0.0.1:6379/0", filled, _("Address of the Redis that has the stream.")
    )
    STREAM: Setting[str] = Setting(
        "onvif_privacy:visits", filled, _("Name of the stream; sites that share a Redis have one each.")
    )
    STREAM_PARCELS: Setting[int] = Setting(
        50_000, integer(1), _("Parcels that may wait in the stream; each process makes one in `FLUSH_SECONDS`.")
    )
    STAFF: Setting[bool] = Setting(True, boolean, _("Whether the visits of staff are counted."))
    PUBLIC_CONTENT: Setting[tuple[str, ...]] = Setting(
        (),
        strings,
        _(
            "Names of views whose concrete address may be kept, for example 'news:article'; 'news:*' for all of a "
            "namespace. Of other views only the route pattern is kept."
        ),
    )
    SERVICES: Setting[Mapping[str, Any]] = Setting(
        {},
        mapping,
        _(
            "Groups of pages that the report adds up, by name, each a list of first parts of addresses: "
            "{'Catalogue': ['/products/', '/search/']}."
        ),
    )
    SUBJECT_AREAS: Setting[Mapping[str, Any]] = Setting(
        {},
        mapping,
        _(
            "Subject areas by short name, each a list of first parts of addresses or routes: "
            "{'video': ['/products/cameras/']}; or a mapping with 'places', 'label' and 'description'."
        ),
    )
    DOMAINS: Setting[bool] = Setting(
        False,
        boolean,
        _("Whether privacy_run looks up the domain of each visitor's network, once a day (extra 'domains')."),
    )
    PAGES: Setting[tuple[str, ...]] = Setting(
        (),
        strings,
        _(
            "Pages of a single-page application that `privacyVisits.page()` may count, as route patterns: "
            "['/app/', '/app/<slug:name>/']."
        ),
    )
    UNIQUES: Setting[bool] = Setting(
        True,
        boolean,
        _("Whether the different visitors of a day are counted, by a sketch under a salt that lives one day."),
    )
    INTERESTS: Setting[bool] = Setting(
        False,
        boolean,
        _("Whether visitors are asked to let what interests them be kept, so that pages can show content for them."),
    )
    INTERESTS_HALF_LIFE_DAYS: Setting[int] = Setting(
        14, integer(1, 365), _("Days in which a visit comes to count half as much for an interest.")
    )
    INTERESTS_THRESHOLD: Setting[int] = Setting(
        3, integer(1, 1_000), _("Score from which on somebody may be interested in a subject area.")
    )
    INTERESTS_DAYS: Setting[int] = Setting(
        180, integer(1), _("Days after the last visit to a subject area that its score is deleted.")
    )
    ADVERTISING: Setting[bool] = Setting(
        False,
        boolean,
        _("Whether pages show advertisements that staff write, chosen by interest for whoever agreed to that."),
    )
    CONTENT_TYPES: Setting[tuple[str, ...]] = Setting(
        ("text/html", "application/xhtml+xml"), strings, _("Content types that count as a page.")
    )
    BUFFER_VISITS: Setting[int] = Setting(8_192, integer(1), _("Visits that may wait in one process."))
    BUFFER_BYTES: Setting[int] = Setting(8_000_000, integer(10_000), _("Bytes of visits that may wait in one process."))
    FLUSH_SECONDS: Setting[int] = Setting(2, integer(1, 60), _("Longest wait of a visit, in seconds."))
    FLUSH_VISITS: Setting[int] = Setting(4_000, integer(1), _("Number of waiting visits that are written at once."))
    RAW_DAYS: Setting[int] = Setting(90, integer(1), _("Days that single visits are kept; counts live longer."))
    HOURLY_DAYS: Setting[int] = Setting(396, integer(1), _("Days that counts by the hour are kept; those by day stay."))
    POPULAR_SECONDS: Setting[int] = Setting(
        300, integer(1), _("Seconds after which the list of popular pages shown on pages is read again.")
    )


conf = VisitsSettings()
