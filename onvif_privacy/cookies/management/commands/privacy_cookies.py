"""``privacy_cookies publish | audit | import | import-decisions | prune``: one thin verb over each service."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import Any

from django.core.checks import run_checks
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, router, transaction
from tqdm import tqdm

from onvif_privacy.cookies.management import auditing
from onvif_privacy.cookies.models import KnownItem
from onvif_privacy.cookies.services import known, proposing, publishing, retention, takeover
from onvif_privacy.cookies.services.changes import Change, NotWording
from onvif_privacy.cookies.services.proposing import NotProposable, Proposed
from onvif_privacy.cookies.services.publishing import Draft, NothingToPublish, NotPublishable, PublishedMeanwhile
from onvif_privacy.cookies.services.snapshot import Contradiction
from onvif_privacy.core.management.database import advice, needs_database

DRIFT, WRONG_USE, UNPROVEN = 1, 2, 3


class Command(BaseCommand):
    """Exit codes: 0 good, 1 the site or the drafts are not what is published, 2 wrong use, 3 not proven."""

    help = "Publish the cookie policy, audit the site, import what is known of cookies, prune what has ended."
    # checked in `handle`, for errors only: that nothing was published yet is no news to somebody who publishes
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the verb and its options."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        publish = verbs.add_parser("publish", help="print the differences and publish them")
        publish.add_argument("--check", action="store_true", help="publish nothing; exit with 1 if anything differs")
        publish.add_argument(
            "--cosmetic",
            action="append",
            default=[],
            metavar="SLUG=REASON",
            help="a change of wording of this purpose means nothing new, so nobody is asked again",
        )
        publish.add_argument("--json", action="store_true", help="print JSON")
        auditing.add_arguments(verbs.add_parser("audit", help="walk the site as a stranger and compare"))
        importing = verbs.add_parser("import", help="read your copy of the Open Cookie Database")
        importing.add_argument("file", type=Path, metavar="FILE.csv")
        importing.add_argument("--platform", help="also make drafts of everything that this platform is known for")
        importing.add_argument("--purpose", metavar="SLUG", help="the purpose of these drafts")
        importing.add_argument("--json", action="store_true", help="print JSON")
        taking = verbs.add_parser("import-decisions", help="take over the log of django-cookie-consent")
        taking.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="GROUP=PURPOSE",
            help="the purpose of a group that is not named like one; GROUP= leaves it",
        )
        taking.add_argument("--json", action="store_true", help="print JSON")
        prune = verbs.add_parser(
            "prune", help="delete counts after 25 months, findings after 90 days, audits after 24 months"
        )
        prune.add_argument("--dry-run", action="store_true", help="delete nothing; say how many would go")
        prune.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb."""
        getattr(self, f"do_{options['verb']}".replace("-", "_"))(**options)

    def do_prune(self, *, dry_run: bool, json: bool, **options: Any) -> None:
        """Forget what has outlived its term, or only count it."""
        with needs_database(returncode=UNPROVEN):
            gone = retention.prune(dry_run=dry_run)
        if json:
            self.stdout.write(dumps(gone))
            return
        for kind, number in gone.items():
            self.stdout.write(f"{kind}: {number} {'would go' if dry_run else 'gone'}")

    def do_audit(self, **options: Any) -> None:
        """Audit a site."""
        auditing.run(self, **options)

    def do_import(self, *, file: Path, platform: str | None, purpose: str | None, json: bool, **options: Any) -> None:
        """Take over the rows of a file, all that are good or none, and make drafts where a platform is named."""
        if bool(platform) != bool(purpose):
            raise CommandError("--platform and --purpose go together.", returncode=WRONG_USE)
        drafts = Proposed()
        try:
            found = known.read(file)
            rows = proposing.of_platform(found.items, platform) if platform else []
            if purpose:
                proposing.check_purpose(purpose)
        except known.Unreadable as error:
            raise CommandError(f"{file} cannot be read: {error} Nothing was changed.", returncode=WRONG_USE) from error
        except NotProposable as error:
            raise CommandError(f"{error} Nothing was changed.", returncode=WRONG_USE) from error
        with needs_database(returncode=UNPROVEN), transaction.atomic(using=router.db_for_write(KnownItem)):
            with tqdm(total=len(found.items), unit=" rows", disable=None, file=sys.stderr) as bar:
                new = known.store(found.items, bar.update)
            if purpose:
                drafts = proposing.propose(rows, purpose)
        if json:
            result = {"rows": len(found.items), "new": new, "bad": found.bad, **asdict(drafts)}
            self.stdout.write(dumps(result, ensure_ascii=False))
            return
        for line, reason in found.bad:
            self.stdout.write(f"line {line} skipped: {reason}")
        self.stdout.write(f"{len(found.items)} rows, {new} of them new; {len(found.bad)} skipped.")
        for name, reason in drafts.left:
            self.stdout.write(f"no draft of {name}: {reason}")
        for name, reason in drafts.looked_at:
            self.stdout.write(f"look at {name}: {reason}")
        if purpose:
            self.stdout.write(f"{len(drafts.made)} drafts made. Look at them in the admin, then publish.")

    def do_import_decisions(self, *, map: list[str], json: bool, **options: Any) -> None:
        """Take over what django-cookie-consent has logged; a second run finds what the first one took."""
        if wrong := [pair for pair in map if "=" not in pair]:
            raise CommandError(f"--map needs GROUP=PURPOSE, not {wrong[0]!r}.", returncode=WRONG_USE)
        given = {group: purpose for group, _equals, purpose in (pair.partition("=") for pair in map)}
        with needs_database(returncode=UNPROVEN):
            try:
                found = takeover.mapping(given)
            except (takeover.NotInstalled, takeover.Unmapped) as error:
                raise CommandError(str(error), returncode=WRONG_USE) from error
            with tqdm(total=takeover.log().count(), unit=" decisions", disable=None, file=sys.stderr) as bar:
                new, known_before = takeover.take_over(found, bar.update)
        if json:
            self.stdout.write(dumps({"groups": found, "new": new, "known": known_before}))
            return
        for group, purpose in found.items():
            self.stdout.write(f"{group} is {purpose}")
        self.stdout.write(f"{new} decisions taken over, {known_before} known already.")

    def do_publish(self, **options: Any) -> None:
        """Publish, or only look."""
        if errors := [message for message in run_checks() if message.is_serious() and not message.is_silenced()]:
            raise CommandError("\n".join(str(message) for message in errors), returncode=WRONG_USE)
        cosmetic = _reasons(options["cosmetic"])
        try:
            draft = publishing.draft(cosmetic)
            if options["check"]:
                self._say(draft, options["json"], published=False)
                if draft.changes:
                    raise CommandError("The published cookie policy is not what is declared.", returncode=DRIFT)
                return
            if draft.changes:
                publishing.publish(cosmetic=cosmetic)
        except (Contradiction, NotPublishable, NotWording, PublishedMeanwhile) as error:
            raise CommandError(str(error), returncode=WRONG_USE) from error
        except DatabaseError as error:
            raise CommandError(advice(error), returncode=UNPROVEN) from error
        except NothingToPublish:
            pass
        self._say(draft, options["json"], published=bool(draft.changes))

    def _say(self, draft: Draft, as_json: bool, *, published: bool) -> None:
        number = draft.number if published else draft.number - 1
        if as_json:
            result = {
                "published": published,
                "number": number,
                "asked_again": draft.renewed,
                "changes": [change.stored() for change in draft.changes],
            }
            self.stdout.write(dumps(result, ensure_ascii=False))
            return
        for change in draft.changes:
            self.stdout.write(_line(change))
        if published:
            self.stdout.write(self.style.SUCCESS(f"Published as version {number}."))
            if draft.renewed:
                self.stdout.write(f"Who granted these is asked again: {', '.join(draft.renewed)}.")
        elif not draft.changes:
            self.stdout.write(f"Version {number} is what is declared.")


def _line(change: Change) -> str:
    weight = "material" if change.material else "cosmetic"
    reason = f" ({change.reason})" if change.reason else ""
    return f"{weight:9}{change.purpose or 'bar'}: {change.label}{reason}"


def _reasons(pairs: list[str]) -> dict[str, str]:
    reasons = {}
    for pair in pairs:
        slug, equals, reason = pair.partition("=")
        if not equals or not reason.strip():
            raise CommandError(f"--cosmetic needs SLUG=REASON, not {pair!r}.", returncode=WRONG_USE)
        reasons[slug] = reason
    return reasons
