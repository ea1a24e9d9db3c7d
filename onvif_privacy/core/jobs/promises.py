"""The job that looks whether promises are kept."""

from __future__ import annotations

from django.db import router

from onvif_privacy.core.clock import DatabaseNow
from onvif_privacy.core.jobs.registry import job
from onvif_privacy.core.jobs.running import Run
from onvif_privacy.core.models import Heartbeat
from onvif_privacy.core.promises import checks, run_checks


@job("promises", every="1h", lease="15m", alarm="1d")
def promises(run: Run) -> None:
    """Run the checks that are due."""
    beats = Heartbeat.objects.using(router.db_for_write(Heartbeat)).annotate(now=DatabaseNow())
    ages = {beat.check_name: beat.now - beat.looked_at for beat in beats}
    for one in checks.all():
        if one.name in ages and ages[one.name] < one.every:
            continue
        if run.spent:
            return
        list(run_checks([one]))
