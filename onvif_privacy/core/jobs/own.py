"""The kernel's own jobs."""

from __future__ import annotations

import logging

from onvif_privacy.core.consent.reading import unreconciled, without_standing
from onvif_privacy.core.jobs.registry import job
from onvif_privacy.core.jobs.running import Run

logger = logging.getLogger(__name__)


class Unreconciled(Exception):
    """A standing differs from what its decisions fold to: somebody changed a table by hand."""


@job("reconcile", every="1d", lease="10m")
def reconcile(run: Run) -> None:
    """Compare every standing with its decisions and name those that differ."""
    with run.step():
        wrong = [f"standing {one.pk} differs from its decisions" for one in unreconciled()[:100]]
        wrong += [f"decision {one.pk} has lost its standing" for one in without_standing()[:100]]
    for sentence in wrong:
        logger.error(sentence)
    if wrong:
        raise Unreconciled(f"{len(wrong)} standings differ from their decisions")
