"""The job that compares what stands in different tables and must agree."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.db import connections, router

from onvif_privacy.core.consent.reading import unreconciled, without_standing
from onvif_privacy.core.guards import problems
from onvif_privacy.core.guards.install import wanted
from onvif_privacy.core.jobs.registry import job
from onvif_privacy.core.jobs.running import Run
from onvif_privacy.core.ledger.forgetting import unexplained
from onvif_privacy.core.models import Entry

logger = logging.getLogger(__name__)

_NAMED = 100


class Unreconciled(Exception):
    """Tables do not agree: somebody changed one by hand. The log names the places."""


def differences() -> Iterator[str]:
    """Yield a sentence for each place that does not agree with another; ids only, never a value."""
    for one in unreconciled()[:_NAMED]:
        yield f"standing {one.pk} differs from its decisions"
    for decision in without_standing()[:_NAMED]:
        yield f"decision {decision.pk} has lost its standing"
    for what, entry in unexplained():
        yield f"entry {entry} {what}"
    if wanted():
        for table in problems(connections[router.db_for_write(Entry)]):
            yield f"table {table} has lost its append-only guard"


@job("reconcile", every="1d", lease="10m")
def reconcile(run: Run) -> None:
    """Compare every standing with its decisions, missing secrets with what explains them, and look for guards."""
    with run.step():
        wrong = list(differences())
    for sentence in wrong[:_NAMED]:
        logger.error(sentence)
    if wrong:
        raise Unreconciled(f"{len(wrong)} places do not agree")
