"""Housekeeping: jobs that any number of machines may try to run, each held by a lease in the database."""

from onvif_privacy.core.jobs.registry import Job, duration, job, jobs
from onvif_privacy.core.jobs.running import LeaseLost, Result, Run, overdue, run_due

__all__ = ["Job", "LeaseLost", "Result", "Run", "duration", "job", "jobs", "overdue", "run_due"]
