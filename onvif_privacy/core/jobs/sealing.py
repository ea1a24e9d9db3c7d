"""Jobs of a site that seals its ledger (``ONVIF_PRIVACY_LEDGER_SEAL``)."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta

from django.utils import timezone

from onvif_privacy.core import incidents, ledger
from onvif_privacy.core.conf import conf
from onvif_privacy.core.jobs.registry import job
from onvif_privacy.core.jobs.running import Run
from onvif_privacy.core.ledger import anchors

logger = logging.getLogger(__name__)


class LedgerTampered(Exception):
    """The ledger is not as it was written; the log names the places."""


class AnchorFailed(Exception):
    """A checkpoint did not arrive; the log names the anchor."""


def _seal_interval() -> timedelta:
    return timedelta(seconds=conf.LEDGER_SEAL_SECONDS)


def _alarm_age() -> timedelta:
    return timedelta(seconds=conf.LEDGER_ALARM_SECONDS)


def _anchor_interval() -> timedelta:
    return timedelta(hours=conf.LEDGER_ANCHOR_HOURS)


@job("seal", every=_seal_interval, lease="2m", alarm=_alarm_age)
def seal(run: Run) -> None:
    """Seal the ledger entries that wait, in signed batches."""
    while not run.spent:
        with run.step():
            done = ledger.seal()
        if done.refused:
            raise LedgerTampered(f"{len(done.refused)} entries were changed before they were sealed")
        if done.seal is None:
            return


@job("anchor", every=_anchor_interval, lease="10m")
def anchor(run: Run) -> None:
    """Take the ledger's checkpoint to where the owner of this database cannot write."""
    checkpoint = anchors.last_checkpoint()
    failed = []
    for target in anchors.due(checkpoint) if checkpoint else []:
        if run.spent:
            break
        assert checkpoint is not None  # noqa: S101 - or nothing is due
        try:
            receipt = anchors.anchor(target)(checkpoint)
        except Exception as error:  # whatever a function of the site raises: the others go on
            logger.exception("ledger: checkpoint %s did not arrive at %s", checkpoint.size, anchors.label(target))
            failed.append(target)
            _tell(target, type(error).__name__)
            continue
        with run.step():
            anchors.keep(checkpoint, target, receipt)
    if failed:
        raise AnchorFailed(f"{len(failed)} of {len(conf.LEDGER_ANCHORS)} anchors did not take the checkpoint")


def _tell(target: str, reason: str) -> None:
    name = anchors.label(target)
    reference = f"{hashlib.sha256(name.encode()).hexdigest()[:16]}:{timezone.localdate()}"
    incidents.alarm("ledger.anchor_failed", reference=reference, details={"anchor": name, "reason": reason})


@job("verify", every="1d", lease="1h")
def verify(run: Run) -> None:
    """Check every entry and seal of the ledger."""
    problems = list(ledger.problems())
    for problem in problems[:100]:
        logger.error("ledger: %s at %s", problem.kind, problem.place)
    if not problems:
        return
    first = f"{problems[0].kind} at {problems[0].place}"
    details = {"places": len(problems), "first": first}
    incidents.alarm("ledger.tampered", reference=f"{timezone.localdate()}", details=details)
    raise LedgerTampered(f"{len(problems)} places of the ledger are not as they were written")
