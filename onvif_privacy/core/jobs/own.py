"""The kernel's own jobs."""

from __future__ import annotations

import logging

from onvif_privacy.core.consent.reading import unreconciled
from onvif_privacy.core.jobs.registry import job
from onvif_privacy.core.jobs.running import Run

logger = logging.getLogger(__name__)


class Unreconciled(Exception):
    """A standing differs from what its decisions fold to: somebody changed a table by hand."""


@job("reconcile", every="1d", lease="10m")
def reconcile(run: Run) -> None:
    """Compare every standing with its decisions and name those that differ."""
    with run.step():
        wrong = [str(pk) for pk in unreconciled().values_list("pk", flat=True)[:100]]
    for pk in wrong:
        logger.error("standing %s differs from its decisions", pk)
    if wrong:
        raise Unreconciled(f"{len(wrong)} standings differ from their decisions")
