"""``privacy_disclosures``: regimes into the table, the record of processing, any published report checked."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from onvif_privacy.disclosures.partners import register
from onvif_privacy.disclosures.services import regimes
from onvif_privacy.disclosures.services.transparency import check_file


class Command(BaseCommand):
    """What is done from a terminal. Exit status: 0 done or clean, 1 something is wrong."""

    help = "Loads regimes, writes the record of processing, checks a published transparency report (anybody's)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add a verb for each thing."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("regimes", help="adds the shipped regimes that are missing, as unconfirmed")
        record = verbs.add_parser("register", help="writes the record of processing activities (GDPR Art. 30)")
        record.add_argument("--format", choices=("csv", "jsonld"), default="csv")
        report = verbs.add_parser("report", help="checks a published CSV")
        report.add_argument("--check", metavar="FILE", type=Path, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the verb says."""
        {"regimes": self._regimes, "report": self._report, "register": self._register}[options["verb"]](options)

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
