"""``privacy_check``: looks whether every promise of the statement is kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.test.runner import DiscoverRunner
from tqdm import tqdm

from onvif_privacy.core import doors
from onvif_privacy.core.promises import Check, Kind, Verdict, checks, overview, run_checks
from onvif_privacy.core.promises.jws import BadSignature, verify
from onvif_privacy.core.promises.remote import checked
from onvif_privacy.core.promises.report import Report, Sabotage, chosen
from onvif_privacy.core.testing.saboteurs import cases, slipped

KINDS = ",".join(kind.value for kind in Kind)


class Command(BaseCommand):
    """Exit codes, of several the first that applies.

    5 a saboteur slipped through; 3 a check, or the command itself, could not look; 1 a promise is broken, or a
    verified file is not what was signed; 4 with ``--strict``, something is stale, not proven or bound to nothing;
    0 every promise is kept or attested; 2 wrong use.
    """

    help = "Looks whether every promise of the privacy statement is kept."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clause", action="append", default=[], metavar="SLUG", help="Only this clause.")
        parser.add_argument("--kind", default=KINDS, help=f"Only checks of these kinds: {KINDS}.")
        parser.add_argument("--base-url", default="", metavar="URL", help="Ask for pages there, over the network.")
        parser.add_argument("--json", action="store_true", help="Print JSON for machines and nothing else.")
        parser.add_argument(
            "--strict", action="store_true", help="What is stale, not proven or bound to nothing fails, too."
        )
        parser.add_argument("--saboteurs", action="store_true", help="Plant each violation in a test database instead.")
        parser.add_argument("--verify", type=Path, metavar="FILE", help="Verify a signed status instead; needs --keys.")
        parser.add_argument("--keys", type=Path, metavar="FILE", help="The public keys, from privacy/keys.json.")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["verify"] is None) is not (options["keys"] is None):
            raise CommandError("--verify FILE and --keys FILE belong together.", returncode=2)
        if options["verify"]:
            self._verify(options["verify"], options["keys"])
            return
        if options["base_url"] and options["saboteurs"]:
            raise CommandError("Saboteurs work in test databases, never at --base-url.", returncode=2)
        try:
            options["base_url"] = options["base_url"] and checked(options["base_url"])
            wanted = chosen(checks.all(), options["clause"], set(options["kind"].upper().split(",")))
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from None
        act: Callable[[list[Check], dict[str, Any]], Report] = self._sabotage if options["saboteurs"] else self._look
        try:
            report = act(wanted, options)
            self._print(report, options)
        except Exception as error:  # the code of an uncaught exception is 1, and would read as broken
            raise CommandError(f"Could not look: {type(error).__name__}: {error}", returncode=3) from error
        if report.code:
            sys.exit(report.code)

    @staticmethod
    def _progress(steps: Any, options: dict[str, Any], total: int, unit: str) -> Any:
        return tqdm(steps, total=total, disable=options["json"] or not sys.stderr.isatty(), unit=unit)

    def _look(self, wanted: list[Check], options: dict[str, Any]) -> Report:
        steps = run_checks(wanted, base_url=options["base_url"])
        looked = list(self._progress(steps, options, len(wanted), "check"))
        slugs = {one.promise.slug for one in wanted}
        standings = [one for one in overview() if one.promise.slug in slugs]
        return Report(looked, standings, doors.coverage(), strict=options["strict"])

    def _sabotage(self, wanted: list[Check], options: dict[str, Any]) -> Report:
        """Make a test database as the test runner does, plant everything there, and touch no other."""
        planted = [(check, saboteur) for check, saboteur in cases() if check in wanted]
        runner = DiscoverRunner(verbosity=0, interactive=False)
        stdout, sys.stdout = sys.stdout, StringIO()  # the runner's chatter would spoil --json
        try:
            runner.setup_test_environment()
            databases = runner.setup_databases()
        finally:
            sys.stdout = stdout
        try:
            steps = self._progress(planted, options, len(planted), "saboteur")
            missed = tuple(said for check, saboteur in steps if (said := slipped(check, saboteur)))
        finally:
            runner.teardown_databases(databases)
            runner.teardown_test_environment()
        return Report(sabotage=Sabotage(len(planted), missed))

    def _print(self, report: Report, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(report.document(), indent=2))
            return
        styles: dict[Verdict, Callable[[str], str]] = {
            Verdict.BROKEN: self.style.ERROR,
            Verdict.KEPT: self.style.SUCCESS,
        }
        for verdict, line in report.lines():
            style = styles.get(verdict, self.style.WARNING) if verdict else str
            self.stdout.write(f"{style(str(verdict.label)):<24} {line}" if verdict else line)
        for point in report.open_points:
            self.stderr.write(self.style.WARNING(point))

    def _verify(self, file: Path, keys: Path) -> None:
        try:
            status, known = file.read_bytes(), json.loads(keys.read_bytes())
        except (OSError, ValueError) as error:
            raise CommandError(f"Cannot be read: {error}", returncode=3) from None
        try:
            payload = verify(status, known)
        except BadSignature as error:
            raise CommandError(f"Not what was signed: {error}", returncode=1) from None
        self.stdout.write(json.dumps(payload, ensure_ascii=False, indent=2))
