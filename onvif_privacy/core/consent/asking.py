"""What senders ask immediately before something leaves, so that nobody decides otherwise in between."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import router

from onvif_privacy.core.consent.locking import lock_subject
from onvif_privacy.core.consent.reading import audience
from onvif_privacy.core.models import Decision, Subject
from onvif_privacy.core.registry import purposes


def lock(*, subjects: Iterable[Subject], purpose: str) -> frozenset[uuid.UUID]:
    """Take the rows of people until commit, in key order, and return the ids of those for whom `may` holds.

    Call it inside a transaction, before any row of your own is locked. Whoever decides or restricts takes the same
    rows, so an answer holds until the commit. Two queries, and one more for each person. Raises NotDeclared, and
    OperationalError after ``LOCK_SECONDS``.
    """
    purposes.get(purpose)
    using = router.db_for_write(Decision)
    people = sorted(set(subjects), key=lambda one: one.pk.hex)
    alive = {one.pk for one in people if lock_subject(one, using)}
    return frozenset(audience(purpose).using(using).filter(pk__in=alive).values_list("pk", flat=True))
