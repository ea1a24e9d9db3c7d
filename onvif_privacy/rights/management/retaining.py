"""The verbs ``due``, ``retain`` and ``replay`` of ``privacy_rights``."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from onvif_privacy.core.jobs import run_due
from onvif_privacy.rights.services import replay, retention

SECONDS = 3600  # a run by hand may take its time


class RetainingVerbs(BaseCommand):
    """What ends when, ending it now, and repeating erasures after a restored backup."""

    def add_retaining(self, verbs: Any) -> None:
        """Add the verbs."""
        due = verbs.add_parser("due", help="How many rows of each model have something end, and when; 1 if one waits.")
        due.add_argument("--json", action="store_true", help="Print one JSON list.")
        retain = verbs.add_parser("retain", help="End what has outlived its term, as the hourly job does.")
        retain.add_argument("--dry-run", action="store_true", help="Only say what would end; the same as due.")

        verbs.add_parser("replay", help="After a restored backup: erase again who was erased since it was made.")

    def do_replay(self, **options: Any) -> None:
        """Do again what the log of erasures knows and the database has forgotten; the gate is closed meanwhile."""
        known = replay.known().count()
        self._run("rights.replay")
        lines = replay.last_number()
        self.stdout.write(f"{lines} lines in the log, {max(lines - known, 0)} of them new to this database.")

    def do_due(self, **options: Any) -> None:
        """Print counts by model, and which rules wait for a yes."""
        found = retention.endings(at=timezone.now())
        facts = [
            {"model": one.model, "rows": one.total, **one.counts, "waits": one.waits, "terms": list(one.terms)}
            for one in found
        ]
        if options.get("json"):
            self.stdout.write(json.dumps(facts, indent=2))
        for one in () if options.get("json") else found:
            counts = ", ".join(f"{one.counts[name]} {words}" for name, _days, words in retention.HORIZONS)
            self.stdout.write(f"{one.model} ({one.total} rows): {counts}{'  waits for a yes' if one.waits else ''}")
        waiting = sum(one.waits for one in found)
        if waiting:
            raise CommandError(f"{waiting} rules wait for a yes: see “What ends when” in the admin.")

    def do_retain(self, **options: Any) -> None:
        """Run the job of retention to its end, on the one machine that holds its lease."""
        if options["dry_run"]:
            return self.do_due(**options)
        self._run("rights.retention")
        return None

    def _run(self, job: str) -> None:
        with tqdm(disable=None, file=sys.stderr, bar_format="{desc}", mininterval=1) as bar:
            outcome = "out of time"
            while outcome == "out of time":
                result = run_due(names=(job,), seconds=SECONDS, progress=bar.set_description_str)[0]
                outcome = result.outcome
        if outcome == "held elsewhere":
            raise CommandError(f"Another process runs {job} now.")
        if outcome == "failed":
            raise CommandError(f"{job} failed: {result.reason}. The log has the details.")
        self.stdout.write(f"{job}: done.")
