"""The profile of whoever asks for a page, read when a tag needs it: one query, and none for a stranger."""

from __future__ import annotations

import logging
import uuid
from typing import cast

from django.core.exceptions import SynchronousOnlyOperation
from django.db import DatabaseError, router
from django.http import HttpRequest

from onvif_privacy.core import consent
from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import Interest
from onvif_privacy.visits.services import areas
from onvif_privacy.visits.services.interests import PURPOSE, agreeing
from onvif_privacy.visits.services.interests.rule import STRANGER, Profile, profile

logger = logging.getLogger("onvif_privacy.visits")

ATTRIBUTE = "onvif_privacy_profile"


def of_request(request: HttpRequest | None) -> Profile:
    """Return what is known of the visitor, or `STRANGER`: who did not grant `interests`, or while nothing can be read.

    Marks the answer as this visitor's own, so that no shared cache keeps it, unless interests are off. Where the
    database is away, and in an event loop, everybody is a stranger.
    """
    if request is None or not conf.INTERESTS:
        return STRANGER
    visitor = visitor_here(request)
    if visitor is None:
        return STRANGER
    found = getattr(request, ATTRIBUTE, None)
    if found is None:
        try:
            found = read(visitor)
        except (DatabaseError, SynchronousOnlyOperation) as error:
            logger.info("interests cannot be read now (%s)", type(error).__name__)
            found = STRANGER
        setattr(request, ATTRIBUTE, found)
    return cast("Profile", found)


def visitor_here(request: HttpRequest) -> uuid.UUID | None:
    """Return the visitor whom this browser's choice names if it grants interests; whoever is signed in here."""
    privacy = consent.of(request)
    return agreeing.visitor_of(privacy.reference) if privacy.allows(PURPOSE) else None


def read(visitor: uuid.UUID) -> Profile:
    """Return the profile of one visitor if they agree now. One query, and one a minute for the areas of the site."""
    rows = (
        Interest.objects.using(router.db_for_write(Interest))
        .filter(visitor=visitor, visitor__in=agreeing.visitors().filter(subject=visitor))
        .values_list("area__slug", "score", "as_of", "own")
    )
    return profile(list(rows), areas.places.all())
