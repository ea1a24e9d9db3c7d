"""Jobs of a site that seals its ledger (``ONVIF_PRIVACY_LEDGER_SEAL``)."""

from __future__ import annotations

import logging

from onvif_privacy.core import ledger
from onvif_privacy.core.jobs.registry import job
from onvif_privacy.core.jobs.running import Run

logger = logging.getLogger(__name__)


class LedgerTampered(Exception):
    """The ledger is not as it was written; the log names the places."""


@job("seal", every="1m", lease="2m", alarm="5m")
def seal(run: Run) -> None:
    """Seal the ledger entries that wait, in signed batches."""
    while not run.spent:
        with run.step():
            done = ledger.seal()
        if done.refused:
            raise LedgerTampered(f"{len(done.refused)} entries were changed before they were sealed")
        if done.seal is None:
            return


@job("verify", every="1d", lease="1h")
def verify(run: Run) -> None:
    """Check every entry and seal of the ledger."""
    problems = list(ledger.problems())
    for problem in problems[:100]:
        logger.error("ledger: %s at %s", problem.kind, problem.place)
    if problems:
        raise LedgerTampered(f"{len(problems)} places of the ledger are not as they were written")
