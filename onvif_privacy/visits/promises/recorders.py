"""Nobody else keeps a record of visits behind the closed list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.test import override_settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.registry import declare
from onvif_privacy.visits.promises.clauses import AUTOMATIC

ONLY = Promise("automatic.only_recorder", AUTOMATIC, _("No other middleware that is known to record visits is used."))

declare(ONLY)

# first parts of the dotted names of middleware that stores requests, with addresses, of people
RECORDERS = (
    "easyaudit.middleware.",
    "request.middleware.",
    "silk.middleware.",
    "tracking.middleware.",
    "tracking_analyzer.",
    "user_visit.middleware.",
    "visits.middleware.",
)


@check(ONLY, kind=Kind.STATIC)
def no_other_recorder_is_used(look: Look) -> Iterable[Finding]:
    """Look for middleware that is known to store requests."""
    for name in settings.MIDDLEWARE:
        look.seen()
        if name.startswith(RECORDERS):
            yield Finding("MIDDLEWARE", f"{name} records visits of its own")


@no_other_recorder_is_used.saboteur
@contextmanager
def second_recorder(plant: Plant) -> Iterator[str]:
    """Add django-request."""
    other = "request.middleware.RequestMiddleware"
    with override_settings(MIDDLEWARE=[*plant.settings.MIDDLEWARE, other]):
        yield other
