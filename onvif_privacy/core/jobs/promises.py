"""The job that looks whether promises are kept."""

from __future__ import annotations

from django.utils import timezone

from onvif_privacy.core.jobs.registry import job
from onvif_privacy.core.jobs.running import Run
from onvif_privacy.core.models import Heartbeat
from onvif_privacy.core.promises import checks, run_checks


@job("promises", every="1h", lease="15m", alarm="1d")
def promises(run: Run) -> None:
    """Run the checks that are due."""
    now = timezone.now()
    beats = {beat.check_name: beat.looked_at for beat in Heartbeat.objects.all()}
    due = [one for one in checks.all() if one.name not in beats or now - beats[one.name] >= one.every]
    for one in due:
        if run.spent:
            return
        list(run_checks([one]))
