"""``manage.py privacy_outreach send|status|bounces|import``."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from onvif_privacy.core.management.database import needs_database
from onvif_privacy.core.outbox import MailUnreachable
from onvif_privacy.outreach.conf import conf
from onvif_privacy.outreach.models import Campaign
from onvif_privacy.outreach.services import bounces, importing, jobs
from onvif_privacy.outreach.services.campaigns import acting, progress

STEP_SECONDS = 2


class Command(BaseCommand):
    """Send what is approved, see how far it is, read reports, bring an old list along."""

    help = "Sends approved campaigns, shows their progress, reads reports of bounces, imports a list with its evidence."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        send = verbs.add_parser("send", help="queue and send what is approved and due")
        send.add_argument("--seconds", type=int, default=3600, help="time for this run (default: an hour)")
        send.add_argument("--campaign", default="", help="reference of one campaign (default: all that are due)")
        status = verbs.add_parser("status", help="show every campaign that has begun")
        status.add_argument("--json", action="store_true", help="print for machines")
        verbs.add_parser("bounces", help="read reports from ONVIF_PRIVACY_OUTREACH_BOUNCES_MAILDIR")
        bring = verbs.add_parser("import", help="import a list in CSV, with the evidence of each address or not at all")
        bring.add_argument("file", type=Path)
        bring.add_argument("--user", required=True, help="user name of who answers for it")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        with needs_database():
            getattr(self, f"do_{verb}")(**options)

    def do_send(self, *, seconds: int, campaign: str, **options: Any) -> None:
        """Send until all is done or the time is up; the bar counts mails that have an end."""
        deadline = time.monotonic() + seconds
        rows = [one for one in jobs.due() if campaign in ("", one.ref)]
        if campaign and not rows:
            raise CommandError(f"No campaign {campaign} is approved and due.")
        for one in rows:
            self._send(one, deadline)
            self.stdout.write(f"{one.ref}: {one.get_state_display()}, {_words(one)}")

    def _send(self, campaign: Campaign, deadline: float) -> None:
        with tqdm(desc=campaign.ref, unit="mail", disable=not sys.stderr.isatty()) as bar:
            while time.monotonic() < deadline:
                before = progress.of(campaign).ended
                try:
                    jobs.advance(campaign, min(deadline, time.monotonic() + STEP_SECONDS))
                except acting.NotNow as error:
                    raise CommandError(str(error)) from None
                except MailUnreachable as error:
                    raise CommandError(f"No line to the mail server: {error}. What was not sent waits.") from None
                campaign.refresh_from_db(using=acting.using())
                found = progress.of(campaign)
                bar.total, bar.n = found.total, found.ended
                bar.refresh()
                moving = campaign.state in (Campaign.State.QUEUEING, Campaign.State.APPROVED)
                if not moving and (campaign.state != Campaign.State.SENDING or found.ended == before):
                    return

    def do_status(self, *, json: bool, **options: Any) -> None:
        """Print a line for each campaign."""
        rows = acting.rows().filter(began_at__isnull=False).order_by("began_at")
        if json:
            self.stdout.write(_as_json(rows))
            return
        for one in rows:
            self.stdout.write(f"{one.ref}: {one.get_state_display()}, {_words(one)}")

    def do_bounces(self, **options: Any) -> None:
        """Read what waits."""
        if not conf.BOUNCES_MAILDIR:
            raise CommandError("ONVIF_PRIVACY_OUTREACH_BOUNCES_MAILDIR is not set.")
        try:
            number, reports = bounces.watch()
        except OSError as error:
            raise CommandError(f"The Maildir cannot be read: {error.strerror}.") from None
        self.stdout.write(f"{number} mails read, {reports} reports")

    def do_import(self, *, file: Path, user: str, **options: Any) -> None:
        """Bring a list along and say what became of each line that was not taken; exit code 1 if there was one."""
        actor = get_user_model()._default_manager.filter(**{get_user_model().USERNAME_FIELD: user}).first()
        if actor is None:
            raise CommandError(f"There is no user {user}.")
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                done = importing.bring(lines, actor=actor)
        except PermissionDenied:
            raise CommandError(f"{user} lacks the permission {importing.PERMISSION}.") from None
        except (importing.NotAList, UnicodeDecodeError, OSError) as error:
            raise CommandError(str(error)) from None
        for number, why in done.lines.items():
            self.stderr.write(f"line {number}: {why}")
        self.stdout.write(f"{done.taken} taken, {sum(done.refused.values())} refused")
        if done.refused:
            sys.exit(1)


def _words(campaign: Campaign) -> str:
    counts = progress.of(campaign).counts
    return ", ".join(f"{name} {number}" for name, number in counts.items()) or "nothing queued"


def _as_json(rows: Any) -> str:
    return json.dumps([{"ref": one.ref, "state": one.state, "counts": progress.of(one).counts} for one in rows])
