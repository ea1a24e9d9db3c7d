"""Housekeeping: jobs that any number of machines may try to run, each held by a lease in the database."""

from onvif_privacy.core.jobs.leases import State, overdue, overview
from onvif_privacy.core.jobs.registry import Job, duration, job, jobs
from onvif_privacy.core.jobs.running import LeaseLost, Result, Run, run_due

__all__ = [
    "Job",
    "LeaseLost",
    "Result",
    "Run",
    "State",
    "duration",
    "job",
    "jobs",
    "overdue",
    "overview",
    "run_due",
]
