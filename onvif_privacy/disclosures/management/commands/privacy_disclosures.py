"""``privacy_disclosures``: cases by what is due, regimes, the record of processing, any published report checked."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from onvif_privacy.core.management.database import needs_database
from onvif_privacy.disclosures.legal.services import ending
from onvif_privacy.disclosures.models import Case, State
from onvif_privacy.disclosures.partners import register
from onvif_privacy.disclosures.services import regimes
from onvif_privacy.disclosures.services.transparency import check_file


class Command(BaseCommand):
    """What is done from a terminal. Exit status: 0 done or clean, 1 something is wrong."""

    help = "Loads regimes, writes the record of processing, checks a published transparency report (anybody's)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add a verb for each thing."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("cases", help="open cases, the most urgent first; 1 where one is overdue")
        verbs.add_parser("regimes", help="adds the shipped regimes that are missing, as unconfirmed")
        record = verbs.add_parser("register", help="writes the record of processing activities (GDPR Art. 30)")
        record.add_argument("--format", choices=("csv", "jsonld"), default="csv")
        report = verbs.add_parser("report", help="checks a published CSV")
        report.add_argument("--check", metavar="FILE", type=Path, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the verb says."""
        acts = {"cases": self._cases, "regimes": self._regimes, "report": self._report, "register": self._register}
        with needs_database():
            acts[options["verb"]](options)

    def _cases(self, options: dict[str, Any]) -> None:
        """Print reference, state and time of each open case; never whose data is asked for."""
        rows = Case.objects.exclude(state=State.CLOSED).order_by("due_at", "received_at").select_related("regime")
        for case in rows:
            due = f"{case.due_at:%Y-%m-%d %H:%M} UTC" if case.due_at else "-"
            self.stdout.write(f"{case.ref}  {case.regime.key:20}  {case.state:12}  due {due}")
        if ending.late().exists():
            sys.exit(1)

    def _regimes(self, options: dict[str, Any]) -> None:
        added = regimes.load()
        for regime in added:
            self.stdout.write(f"{regime} added, not confirmed by counsel")
        self.stdout.write(f"{len(added)} regimes added.")

    def _register(self, options: dict[str, Any]) -> None:
        made = {"csv": register.as_csv, "jsonld": register.as_jsonld}[options["format"]]
        self.stdout.write(made().decode(), ending="")

    def _report(self, options: dict[str, Any]) -> None:
        try:
            faults = check_file(options["check"])
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}.") from None
        for fault in faults:
            self.stdout.write(str(fault))
        if faults:
            self.stderr.write(f"{len(faults)} faults.")
            sys.exit(1)
        self.stdout.write("Nothing is wrong.")
