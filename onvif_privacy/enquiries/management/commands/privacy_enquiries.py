"""``manage.py privacy_enquiries intake|probe|status``."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from onvif_privacy.enquiries.models import Enquiry, State
from onvif_privacy.enquiries.services import mail
from onvif_privacy.enquiries.services.states import using


class Command(BaseCommand):
    """Read mail, test the address, or show how many wait. Exit 1 where something is overdue or could not be stored."""

    help = "Takes in mail to the contact address, tests that address, shows what waits and what is overdue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["intake", "probe", "status"])
        parser.add_argument("--seconds", type=int, default=600, help="how long to read at most (default: 600)")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, verb: str, seconds: int, **options: Any) -> None:
        if verb == "status":
            self.status(as_json=options["json"])
            return
        box = mail.box()
        if box is None:
            raise CommandError(
                "No mailbox is named. Set ONVIF_PRIVACY_ENQUIRIES_MAILDIR or ONVIF_PRIVACY_ENQUIRIES_IMAP."
            )
        if verb == "probe":
            self.stdout.write(f"A test is on its way to {mail.send_probe().address}.")
            return
        try:
            found = mail.take_all(box, deadline=time.monotonic() + seconds)
        except (mail.BoxAway, RuntimeError) as error:
            raise CommandError(f"{type(error).__name__}: {error}") from None
        words = ", ".join(f"{number} {name}" for name, number in sorted(found.items())) or "nothing new"
        self.stdout.write(json.dumps(found) if options["json"] else words)

    def status(self, *, as_json: bool) -> None:
        """Print what waits; exit 1 where something is overdue."""
        rows = Enquiry.objects.using(using())
        found = {str(state): rows.filter(state=state).count() for state in State if state != State.CLOSED}
        found["quarantined"] = rows.open().exclude(quarantined="").count()
        found["overdue"] = rows.overdue(timezone.now()).count()
        for name, number in found.items() if not as_json else ():
            self.stdout.write(f"{number:>6} {name}")
        if as_json:
            self.stdout.write(json.dumps(found))
        if found["overdue"]:
            raise CommandError(f"{found['overdue']} are overdue.")
