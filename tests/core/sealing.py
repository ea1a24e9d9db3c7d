"""A site that seals its ledger, for the length of a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.test import override_settings

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Entry
from onvif_privacy.core.registry import reopened, temporarily

with reopened():  # declared only where ONVIF_PRIVACY_LEDGER_SEAL is set when the site starts
    from onvif_privacy.core.jobs import sealing as jobs


@contextmanager
def sealing_site(**settings: Any) -> Iterator[None]:
    """Declare the jobs of such a site; ``settings`` without their prefix."""
    given = {f"ONVIF_PRIVACY_{name}": value for name, value in settings.items()}
    with override_settings(ONVIF_PRIVACY_LEDGER_SEAL=True, **given), temporarily(jobs.seal, jobs.anchor, jobs.verify):
        yield


def append(count: int) -> list[Entry]:
    """Append entries about nobody."""
    with transaction.atomic():
        return ledger.record_all([ledger.Record("party.changed", {"party": f"p{n}"}) for n in range(count)])


def sealed(*sizes: int) -> None:
    """Append and seal, a batch for each size."""
    for size in sizes:
        append(size)
        ledger.seal()
