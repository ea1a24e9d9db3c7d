"""``privacy_run``: everything that is due, safe to run from cron each minute on any number of machines."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from onvif_privacy.core.conf import conf
from onvif_privacy.core.jobs import State, jobs, overview, run_due
from onvif_privacy.core.management.database import needs_database
from onvif_privacy.core.registry import NotDeclared


def _positive(value: str) -> int:
    number = int(value)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _row(state: State) -> dict[str, Any]:
    """Return one job for machines; times are of the database's clock, ISO 8601."""
    times = {name: getattr(state, name) for name in ("started_at", "done_at", "failed_at", "next_at")}
    return {
        "job": state.job.name,
        "text": state.job.text,
        "every_seconds": int(state.job.interval.total_seconds()),
        "running": state.running,
        "overdue": state.overdue,
        "failure": state.failure,
        **{name: at.isoformat() if at else None for name, at in times.items()},
    }


class Command(BaseCommand):
    """Exit codes: 0 done, nothing due or held by another machine; 1 failed or overdue; 2 wrong use; 3 no database."""

    help = "Runs every job that is due. Put it into cron, each minute."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--job", action="append", default=[], metavar="NAME", help="Run this job now, due or not.")
        parser.add_argument("--seconds", type=_positive, default=None, help="Time for this run.")
        parser.add_argument("--list", action="store_true", help="List the jobs and what they do.")
        parser.add_argument("--check", action="store_true", help="Run nothing; exit 1 when a job is overdue.")
        parser.add_argument("--json", action="store_true", help="Print for machines.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"] and not options["json"]:
            for job in jobs.all():
                self.stdout.write(f"{job.name:<24} every {job.interval}  {job.text}")
            return
        try:
            with needs_database(returncode=3):
                if options["list"]:
                    self.stdout.write(json.dumps([_row(state) for state in overview()]))
                    return
                failed = self._check(options) if options["check"] else self._run(options)
        except NotDeclared as error:
            raise CommandError(str(error), returncode=2) from None
        if failed:
            sys.exit(1)

    def _check(self, options: dict[str, Any]) -> bool:
        late = [state for state in overview() if state.overdue]
        if options["json"]:
            self.stdout.write(json.dumps([_row(state) for state in late]))
            return bool(late)
        for state in late:
            every = state.job.interval
            self.stderr.write(f"{state.job.name} is overdue: it should run every {every}. Is cron running privacy_run?")
        return bool(late)

    def _run(self, options: dict[str, Any]) -> bool:
        with tqdm(
            total=len(options["job"] or jobs), disable=not sys.stderr.isatty() or options["json"], unit="job"
        ) as bar:

            def show(name: str) -> None:
                bar.set_description(name)
                bar.update()

            results = run_due(
                names=tuple(options["job"]), seconds=options["seconds"] or conf.JOB_SECONDS, progress=show
            )
        if options["json"]:
            rows = [{"job": one.job, "outcome": one.outcome, "reason": one.reason} for one in results]
            self.stdout.write(json.dumps(rows))
        elif options["verbosity"] > 1 or options["job"]:
            for one in results:
                self.stdout.write(f"{one.job}: {one.outcome}")
        for one in results:
            if one.outcome == "failed":
                self.stderr.write(f"{one.job} failed: {one.reason}. The log has the details.")
        return any(one.outcome == "failed" for one in results)
