"""What leaves because two people said yes: who knows such a yes again, and who opens what no purpose opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from onvif_privacy.core.registry.base import Registry


@dataclass(frozen=True)
class Release:
    """The room that gives tickets for an exit, named by its slug.

    ``covers(ticket, person, field, at)`` says whether it gave exactly this ticket, whether both people's yes is still
    in force, and whether it is for this field (``app.Model.field``) of this person (a subject id) at this time (aware).
    ``told_at(reference)`` is since when those concerned may know of it; None while they may not.
    """

    exit: str
    covers: Callable[[Any, Any, str, datetime], bool]
    told_at: Callable[[str], datetime | None]


@dataclass(frozen=True)
class Guarded:
    """A field whose room opens it itself, one value at a time, and only for a ticket that it has asked about.

    ``opened(scope, value)`` gets what lies inside the field's own seal, and returns the plaintext after it has recorded
    that. Raises PurposeRequired; nothing is handed out then.
    """

    field: str
    opened: Callable[[Any, Any], Any]


releases: Registry[Release] = Registry(Release, "release", lambda item: item.exit)
guarded: Registry[Guarded] = Registry(Guarded, "guarded field", lambda item: item.field)
