"""What of this room ends by itself, and when. Versions stay: they are evidence, and decisions point at them."""

from __future__ import annotations

from django.utils import timezone

from onvif_privacy.cookies.services import counting, findings
from onvif_privacy.cookies.services.auditing import keeping
from onvif_privacy.core.jobs import Run, job


def prune(*, dry_run: bool = False) -> dict[str, int]:
    """Delete counts after 25 months, findings after 90 days, audits after 24 months; returns how many of each.

    ``dry_run`` only counts them.
    """
    now = timezone.now()
    ending = {"counts": counting.ended(), "findings": findings.ended(now), "audits": keeping.ended(now)}
    return {kind: rows.count() if dry_run else rows.delete()[0] for kind, rows in ending.items()}


@job("cookies.daily", every="1d", lease="5m", alarm="3d")
def once_a_day(run: Run) -> None:
    """Forget counts, findings and audits that have outlived their term."""
    with run.step():
        prune()
