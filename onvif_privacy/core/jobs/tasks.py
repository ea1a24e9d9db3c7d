"""Each job as a background task, for sites with a worker: ``run_job.enqueue("seal")``.

Needs Django 6 or the extra ``tasks``; importing this module without either raises ImportError. Django's default
backend runs a task at once, inside the request, so cron stays the way for sites without a worker.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onvif_privacy.core.jobs.running import run_due

task: Callable[[Callable[..., Any]], Any]
try:
    from django.tasks import task
except ImportError:  # Django 5.2
    from django_tasks import task


class JobFailed(Exception):
    """The job failed; its class of exception is the message, the log has the details."""


@task
def run_job(name: str) -> str:
    """Run one job now, due or not, and return its outcome; raises NotDeclared for an unknown name, JobFailed."""
    (result,) = run_due(names=(name,))
    if result.outcome == "failed":
        raise JobFailed(f"{result.job}: {result.reason}")
    return result.outcome
