"""``privacy_visits status | ingest | flush | rebuild | import-log``."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import json
import signal
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.management.base import BaseCommand, CommandError
from django.db import router
from tqdm import tqdm

from onvif_privacy.core.management.database import advice, needs_database
from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import LogImport, Visit
from onvif_privacy.visits.querysets import Use
from onvif_privacy.visits.services import clock, imports, logs, partitions, popular, reports, store
from onvif_privacy.visits.services.ingest import Consumer
from onvif_privacy.visits.services.periods import Choice, Period
from onvif_privacy.visits.services.plan import plan
from onvif_privacy.visits.services.recorder import recorder
from onvif_privacy.visits.services.records import Unavailable
from onvif_privacy.visits.services.streams import StreamAway


class Command(BaseCommand):
    """Looks after page visits."""

    help = "Shows whether every visit is accounted for, stores what waits, counts again, imports web server logs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One sub-command for each verb."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        status = verbs.add_parser("status", help="The books of all recording processes, and what is stored.")
        status.add_argument("--json", action="store_true", help="Print one JSON object.")
        verbs.add_parser("flush", help="Store what waits in this process.")
        ingest = verbs.add_parser(
            "ingest", help="Store what comes over the stream, until stopped; run as many as wanted."
        )
        ingest.add_argument("--once", action="store_true", help="End when nothing is left.")
        rebuild = verbs.add_parser("rebuild", help="Count again from single visits.")
        rebuild.add_argument(
            "--since", type=dt.date.fromisoformat, help="First day, YYYY-MM-DD; default: all that can be."
        )
        importing = verbs.add_parser("import-log", help="Import web server logs; reading one again continues it.")
        importing.add_argument("files", nargs="+", metavar="FILE", help="Log, plain or gzip; - for standard input.")
        importing.add_argument(
            "--format",
            default="combined",
            help="combined (reads common too), common, or the LogFormat or log_format string.",
        )
        importing.add_argument(
            "--own-host",
            action="append",
            default=[],
            metavar="HOST",
            help="Host of this site: referring visits are internal.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb; a database that is away or has no tables ends in one line that says what to do."""
        verb = cast("str", options["verb"]).replace("-", "_")
        try:
            with needs_database():
                getattr(self, f"do_{verb}")(**options)
        except StreamAway as error:
            raise CommandError(
                "Redis cannot be used now: start it or check ONVIF_PRIVACY_VISITS_REDIS_URL, then run the command "
                f"again. ({error})"
            ) from None
        except Unavailable as error:
            raise CommandError(advice(error)) from None

    def do_status(self, **options: Any) -> None:
        """Print the law, what was left out today, and how fresh the counts are."""
        ledger = reports.ledger()
        today = reports.Asked(period=Period.ending(clock.today(), Choice.TODAY), use=Use.OPERATION)
        left_out = reports.by_day(today).excluded.values()
        facts = {
            "recording": plan().mode,
            "accepted": ledger.accepted,
            "stored": ledger.stored,
            "bots": ledger.bots,
            "dropped": dict(ledger.dropped),
            "pending": ledger.pending,
            "in_stream": ledger.streamed,
            "lost": ledger.lost,
            "balanced": ledger.balanced,
            "single_visits": Visit.objects.used_for(Use.OPERATION).count(),
            "last_stored": ledger.fresh_at.isoformat() if ledger.fresh_at else None,
            "left_out_today": {line.name: line.visits for line in left_out},
        }
        if options["json"]:
            self.stdout.write(json.dumps(facts, indent=2))
            return
        self.stdout.write(f"recording: {facts['recording']}")
        within = f" ({ledger.streamed} of them in the stream)" if ledger.streamed else ""
        parts = [f"{number} dropped ({reason})" for reason, number in sorted(ledger.dropped.items())]
        parts += [f"{ledger.bots} programs", f"{ledger.pending} waiting{within}", f"{ledger.lost} lost with a process"]
        sign = "=" if ledger.balanced else "≠"
        self.stdout.write(f"{ledger.accepted} accepted {sign} {ledger.stored} stored + " + " + ".join(parts))
        self.stdout.write(f"{facts['single_visits']} single visits kept ({conf.RAW_DAYS} days)")
        self.stdout.write(f"last stored: {facts['last_stored'] or 'never'}")
        for line in left_out:
            self.stdout.write(f"left out today: {line.visits} {line.name}")

    def do_ingest(self, once: bool, **options: Any) -> None:
        """Store parcels from the stream until SIGTERM or Ctrl-C; the one in hand is finished first."""
        if find_spec("redis") is None:
            raise CommandError('The package redis is missing. Install it: pip install "onvif-privacy[redis]".')
        over = threading.Event()
        before = {sign: signal.signal(sign, lambda *_: over.set()) for sign in (signal.SIGTERM, signal.SIGINT)}
        consumer = Consumer()
        try:
            consumer.run(over, once=once)
        finally:
            for sign, handler in before.items():
                signal.signal(sign, handler)
            popular.forget()
        unreadable = f", {consumer.unreadable} unreadable" if consumer.unreadable else ""
        self.stdout.write(f"{consumer.visits} visits in {consumer.parcels} parcels stored{unreadable}.")

    def do_flush(self, **options: Any) -> None:
        """Store what waits here. Server processes store their own visits within seconds; no command reaches them."""
        before = recorder.pending
        while recorder.flush():
            pass
        popular.forget()
        self.stdout.write(f"{before - recorder.pending} visits of this process stored, {recorder.pending} waiting.")

    def do_rebuild(self, since: dt.date | None, **options: Any) -> None:
        """Count days again, as far back as their single visits are all there."""
        oldest = partitions.first_whole_day(router.db_for_write(Visit))
        if since is not None and since < oldest:
            raise CommandError(f"Single visits are kept for {conf.RAW_DAYS} days: choose {oldest} or later.")
        kept = Visit.objects.used_for(Use.OPERATION).count()
        with tqdm(total=kept, unit=" visits", disable=None, file=sys.stderr) as bar:
            total = store.rebuild(since or oldest, progress=bar.update)
        popular.forget()
        self.stdout.write(f"{total} visits counted again, from {since or oldest}.")

    def do_import_log(self, files: list[str], **options: Any) -> None:
        """Import each file in turn and say what became of its lines."""
        try:
            format_ = logs.known(options["format"])
        except logs.BadFormat as error:
            raise CommandError(str(error)) from error
        LogImport.objects.exists()  # says at once when the tables are missing
        own = frozenset(host.lower() for host in options["own_host"])
        for name in files:
            started = time.perf_counter()
            importer = imports.Importer(format_, own)
            try:
                with _opened(name) as (source, size), tqdm(total=size, unit="B", unit_scale=True, disable=None) as bar:
                    importer.read(source, name, bar.update)
            except (OSError, EOFError) as error:
                raise CommandError(
                    f"{name} cannot be read: {getattr(error, 'strerror', None) or error}. "
                    f"{importer.summary.lines} lines are in; run the command again to continue."
                ) from error
            self._report(name, importer.summary, time.perf_counter() - started)
        popular.forget()

    def _report(self, name: str, summary: imports.Summary, seconds: float) -> None:
        speed = f"{summary.lines / seconds:,.0f} lines/s" if summary.lines else "nothing new"
        self.stdout.write(
            f"{name}: {summary.lines} lines read in {seconds:.1f} s ({speed}), {summary.skipped} known already"
        )
        self.stdout.write(f"  {summary.stored} visits counted")
        left_out = summary.excluded + type(summary.excluded)({"bot": summary.bots})
        for reason, number in sorted(left_out.items()):
            self.stdout.write(f"  {number} left out: {reason}")
        if summary.invalid:
            self.stdout.write(f"  {summary.invalid} refused by the database")
        if summary.bad_lines:
            numbers = ", ".join(str(number) for number in summary.bad_numbers[:20])
            more = " …" if summary.bad_lines > 20 else ""
            self.stdout.write(f"  {summary.bad_lines} bad lines: {numbers}{more}")


@contextlib.contextmanager
def _opened(name: str) -> Iterator[tuple[BinaryIO, int | None]]:
    """Open a log, unpacked where it is gzip; gives it with its size in bytes, None where that is not known."""
    if name == "-":
        yield sys.stdin.buffer, None
        return
    with Path(name).open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if packed:
            yield cast("BinaryIO", gzip.GzipFile(fileobj=file)), None
        else:
            yield file, Path(name).stat().st_size
