"""``privacy_check``: looks whether every promise of the statement is kept."""

from __future__ import annotations

import json
import sys
from io import StringIO
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.test.runner import DiscoverRunner
from django.utils import timezone
from tqdm import tqdm

from onvif_privacy.core.promises import Check, Kind, Looked, Standing, Verdict, checks, overview, run_checks
from onvif_privacy.core.testing.saboteurs import cases, slipped

KINDS = ",".join(kind.value for kind in Kind)


class Command(BaseCommand):
    """Exit codes, of several the first that applies.

    5 a saboteur slipped through; 3 a check could not look; 1 a promise is broken; 4 with ``--strict``, something is
    stale or not proven; 0 every promise is kept or attested; 2 wrong use.
    """

    help = "Looks whether every promise of the privacy statement is kept."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clause", action="append", default=[], metavar="SLUG", help="Only this clause.")
        parser.add_argument("--kind", default=KINDS, help=f"Only checks of these kinds: {KINDS}.")
        parser.add_argument("--json", action="store_true", help="Print JSON for machines.")
        parser.add_argument("--strict", action="store_true", help="Stale and not proven promises fail, too.")
        parser.add_argument("--saboteurs", action="store_true", help="Plant each violation in a test database instead.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            code = self._saboteurs(options) if options["saboteurs"] else self._look(options)
        except DatabaseError as error:
            raise CommandError(f"The database is out of reach: {error}", returncode=3) from None
        if code:
            sys.exit(code)

    def _chosen(self, options: dict[str, Any]) -> list[Check]:
        kinds = set(options["kind"].upper().split(","))
        if unknown := kinds - set(Kind):
            raise CommandError(f"There is no kind {', '.join(sorted(unknown))}. Kinds: {KINDS}.", returncode=2)
        known = {check.promise.clause.slug for check in checks.all()}
        if missing := set(options["clause"]) - known:
            raise CommandError(f"No check belongs to the clause {', '.join(sorted(missing))}.", returncode=2)
        wanted = set(options["clause"]) or known
        return [one for one in checks.all() if one.kind in kinds and one.promise.clause.slug in wanted]

    def _look(self, options: dict[str, Any]) -> int:
        chosen = self._chosen(options)
        quiet = options["json"] or not sys.stderr.isatty()
        looked = list(tqdm(run_checks(chosen), total=len(chosen), disable=quiet, unit="check"))
        slugs = {one.promise.slug for one in chosen}
        standings = [one for one in overview() if one.promise.slug in slugs]
        code = self._code(looked, standings, strict=options["strict"])
        if options["json"]:
            self.stdout.write(json.dumps(self._document(looked, standings, code), indent=2))
        else:
            self._table(looked, standings)
        return code

    @staticmethod
    def _code(looked: list[Looked], standings: list[Standing], *, strict: bool) -> int:
        if any(one.error for one in looked):
            return 3
        verdicts = {one.verdict for one in standings}
        if Verdict.BROKEN in verdicts:
            return 1
        return 4 if strict and verdicts & {Verdict.STALE, Verdict.UNPROVEN} else 0

    def _table(self, looked: list[Looked], standings: list[Standing]) -> None:
        styles = {Verdict.BROKEN: self.style.ERROR, Verdict.KEPT: self.style.SUCCESS}
        for one in standings:
            style = styles.get(one.verdict, self.style.WARNING)
            self.stdout.write(f"{style(str(one.verdict.label)):<24} {one.promise.slug}  {one.promise.text}")
        for look in looked:
            for finding in look.findings[:10]:
                self.stdout.write(f"  {look.check.name}: {finding}")
            if look.error:
                self.stdout.write(f"  {look.check.name} could not look: {look.error}")

    @staticmethod
    def _document(looked: list[Looked], standings: list[Standing], code: int) -> dict[str, Any]:
        return {
            "schema": "onvif_privacy check v1",
            "generated_at": timezone.now().isoformat(timespec="seconds"),
            "exit": code,
            "promises": [
                {"slug": one.promise.slug, "clause": one.promise.clause.slug, "verdict": one.verdict.value}
                for one in standings
            ],
            "checks": [
                {
                    "name": one.check.name,
                    "kind": one.check.kind.value,
                    "verdict": one.verdict.value,
                    "looked_at": one.count,
                    "error": one.error,
                    "findings": [str(finding) for finding in one.findings],
                }
                for one in looked
            ],
        }

    def _saboteurs(self, options: dict[str, Any]) -> int:
        """Make a test database as the test runner does, plant everything there, and touch no other."""
        runner = DiscoverRunner(verbosity=0, interactive=False)
        stdout, sys.stdout = sys.stdout, StringIO()  # the runner's chatter would spoil --json
        try:
            runner.setup_test_environment()
            databases = runner.setup_databases()
        finally:
            sys.stdout = stdout
        try:
            planted = tqdm(cases(), disable=options["json"] or not sys.stderr.isatty(), unit="saboteur")
            missed = [said for check, saboteur in planted if (said := slipped(check, saboteur))]
        finally:
            runner.teardown_databases(databases)
            runner.teardown_test_environment()
        total = len(cases())
        document = {"planted": total, "caught": total - len(missed), "slipped": missed}
        lines = [*missed, f"{total} saboteurs planted, {total - len(missed)} caught."]
        self.stdout.write(json.dumps(document, indent=2) if options["json"] else "\n".join(lines))
        return 5 if missed else 0
