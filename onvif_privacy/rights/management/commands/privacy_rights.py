"""``privacy_rights requests | erase | due | retain | replay``."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any, cast

from django.core.management.base import CommandError
from django.utils import timezone
from tqdm import tqdm

from onvif_privacy.core.management.database import needs_database
from onvif_privacy.rights.management.retaining import RetainingVerbs
from onvif_privacy.rights.models import Kind, Request, State
from onvif_privacy.rights.services import clock, erasure, requests
from onvif_privacy.rights.services.requests.states import end_of_day, using


class Command(RetainingVerbs):
    """Looks after what people asked for. Exit codes: 0 good, 1 something is overdue or failed."""

    help = "Shows what people asked for and until when they must be answered; carries out erasures that wait."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One sub-command for each verb."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        listing = verbs.add_parser("requests", help="Open requests, the most urgent first; 1 where one is overdue.")
        listing.add_argument("--json", action="store_true", help="Print one JSON list.")
        verbs.add_parser("erase", help="Carry out every erasure that waits, showing how far it is; can be stopped.")
        self.add_retaining(verbs)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb; a database that is away or has no tables ends in one line that says what to do."""
        with needs_database():
            getattr(self, f"do_{cast('str', options['verb'])}")(**options)

    def do_requests(self, **options: Any) -> None:
        """Print reference, kind, state and clock of each open request; never whose it is."""
        now = timezone.now()
        rows = Request.objects.using(using()).running()
        facts = [
            {
                "reference": one.reference,
                "kind": one.kind,
                "state": one.state,
                "received": one.received_at.isoformat(),
                "until": one.last_day.isoformat(),
                "used": clock.stage(one.received_at, end_of_day(one.last_day), now),
                "overdue": now > end_of_day(one.last_day),
            }
            for one in sorted(rows, key=lambda one: (one.last_day, one.reference))
        ]
        if options["json"]:
            self.stdout.write(json.dumps(facts, indent=2))
        for one in () if options["json"] else facts:
            late = "  overdue" if one["overdue"] else ""
            self.stdout.write(f"{one['until']}  {one['reference']}  {one['kind']}  {one['state']}{late}")
        late_ones = sum(bool(one["overdue"]) for one in facts)
        if late_ones:
            raise CommandError(f"{late_ones} of {len(facts)} open requests are overdue.")

    def do_erase(self, **options: Any) -> None:
        """Carry out erasures step by step. Stopped at any point, the next run goes on where this one was."""
        rows = Request.objects.using(using()).filter(kind=Kind.ERASE, state__in=[State.COOLING, State.WORKING])
        failed, done = list[str](), 0
        with tqdm(total=rows.count(), unit=" people", disable=None, file=sys.stderr, mininterval=1) as bar:
            for request in rows.select_related("subject").order_by("state_at", "pk").iterator(chunk_size=500):
                try:
                    while erasure.step(request=request) is not None:
                        bar.set_postfix_str(request.reference)
                except requests.NotNow:
                    pass  # cancelled meanwhile
                except Exception as error:  # whatever a storage or a trace of the site raises: the others go on
                    failed.append(f"{request.reference}: {type(error).__name__}")
                done += request.state == State.DONE
                bar.update()
        self.stdout.write(f"{done} erased, {rows.count()} wait.")
        if failed:
            raise CommandError("\n".join(["These could not go on:", *failed]))
