"""``manage.py demo``: the whole site with everything in it, on this machine, in one command."""

from __future__ import annotations

import errno
import logging
import socket
import time
from argparse import ArgumentParser
from io import StringIO
from threading import Thread
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections

from onvif_privacy.cookies.services import publish
from onvif_privacy.core.promises import checks, run_checks
from onvif_privacy.statement.services import status
from standards.demo import once
from standards.demo.accounts import describe_accounts, make_accounts
from standards.demo.cases import fill_cases
from standards.demo.content import fill
from standards.demo.enquiries import fill_enquiries, try_the_mailbox
from standards.demo.links import fill_links
from standards.demo.outreach import fill_outreach
from standards.demo.partners import deliver, fill_partners
from standards.demo.people import fill_people
from standards.demo.security import vouch
from standards.demo.visits import fill_advertising, fill_customised, fill_visits

HOST = "127.0.0.1"
HOUSEKEEPING_SECONDS = 20

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Migrate, publish, make log-ins, fill the site, serve it. A second run leaves alone what people have changed."""

    help = "Prepares the example site with believable data and serves it on this machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port to serve on (default: 8000)")
        parser.add_argument("--no-serve", action="store_true", help="prepare everything, then stop")

    def handle(self, *args: Any, port: int, no_serve: bool, **options: Any) -> None:
        if not no_serve:
            refuse_taken_port(port)
        settings.ONVIF_PRIVACY_BASE_URL = f"http://localhost:{port}"  # letters lead to where this run serves
        migrate()
        self.prepare()
        self.describe(port)
        if not no_serve:
            self.stdout.write("Letters, exports and erasures are done every 20 seconds. Stop with Ctrl-C.\n")
            Thread(target=keep_house, daemon=True).start()
            call_command("runserver", f"{HOST}:{port}", use_reloader=False, verbosity=0)

    def prepare(self) -> None:
        """Bring the content to where a visitor can start; each step once for each database."""
        steps = {
            "log-ins": make_accounts,
            "content": fill,
            "people": fill_people,
            "privacy statement": lambda: call_command("privacy_statement", "init", "--publish", stdout=StringIO()),
            "cookie policy": publish,
            "visits": fill_visits,
            "customised content": fill_customised,
            "advertising": fill_advertising,
            "demands of authorities": fill_cases,
            "trusted partners": fill_partners,
            "comments and complaints": fill_enquiries,
            "mailbox": try_the_mailbox,
            "word of the officer": vouch,
            "mails": fill_outreach,
            "linked sites": fill_links,
        }
        for name, step in steps.items():
            if once(name, step):
                self.stdout.write(f"  done: {name}")
                if step is fill_partners:
                    deliver()

    def describe(self, port: int) -> None:
        """Print the addresses to open and the log-ins."""
        site = f"http://localhost:{port}"
        places = {
            "The site": "/",
            "A tour of it": "/tour/",
            "Privacy statement": "/privacy/statement/",
            "Is it true?": "/privacy/status/",
            "Cookie settings": "/privacy/cookies/",
            "My privacy": "/privacy/me/",
            "Your interests": "/privacy/visits/interests/",
            "Trusted partners": "/privacy/disclosures/partners/",
            "Complaints": "/privacy/contact/",
            "Linked sites": "/privacy/links/",
            "Mails that left": "/mails/",
            "Standards desk": "/admin/",
        }
        self.stdout.write(self.style.MIGRATE_HEADING("\nOpen"))
        for label, path in places.items():
            self.stdout.write(f"  {label:<18} {site}{path}")
        self.stdout.write(self.style.MIGRATE_HEADING("\nSign in"))
        for account, password in describe_accounts():
            self.stdout.write(f"  {account:<18} {password}")
        self.stdout.write(f"\nMails are written to {settings.EMAIL_FILE_PATH}.")


def look() -> None:
    """Run every check once and sign what it saw, so that the page on the promises soon has something to show."""
    try:
        list(run_checks(checks.all()))
        status.release()
    except DatabaseError:
        logger.exception("the first look failed; housekeeping looks again")
    finally:
        connections.close_all()


def keep_house() -> None:
    """Do what cron does on a real site, for as long as the demo is served."""
    look()
    while True:
        time.sleep(HOUSEKEEPING_SECONDS)
        try:
            call_command("privacy_run", "--seconds", str(HOUSEKEEPING_SECONDS), stdout=StringIO(), stderr=StringIO())
        except (CommandError, SystemExit):
            logger.exception("housekeeping failed; it is tried again")
        finally:
            connections.close_all()


def migrate() -> None:
    """Make or update the tables; raises CommandError where the database cannot be written."""
    try:
        call_command("migrate", verbosity=0)
    except DatabaseError as error:
        raise CommandError(
            f"The database {settings.DATABASES['default']['NAME']} cannot be written: {str(error).strip()}. "
            "Is its folder writable, is its server running? DATABASE_URL names another one."
        ) from None


def refuse_taken_port(port: int) -> None:
    """Say at once, before any work, when nothing can be served on that port; raises CommandError."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            taken = getattr(error, "errno", None) == errno.EADDRINUSE
            reason = "is taken by another program" if taken else f"cannot be used ({error})"
            raise CommandError(f"Port {port} {reason}. Choose another one: demo --port {port % 60000 + 1}") from None
