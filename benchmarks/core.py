"""What evidence, keys and consent cost, on a database of its own: every figure that the kernel promises.

CPU time is what one core spent in our own code; wall time includes the database and whoever shares the machine.
"""

from __future__ import annotations

import argparse
import hashlib
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.site import Table, print_table, set_up

set_up()

from django.db import connection, transaction  # noqa: E402 - the settings must stand first
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, override_settings  # noqa: E402
from tqdm import tqdm  # noqa: E402

from onvif_privacy.core import consent, gate, ledger  # noqa: E402
from onvif_privacy.core.fields.rotation import reseal_values  # noqa: E402
from onvif_privacy.core.keys import generate, ring  # noqa: E402
from onvif_privacy.core.keys.rotation import rewrap_keys  # noqa: E402
from onvif_privacy.core.ledger import seals, tree, verify  # noqa: E402
from onvif_privacy.core.ledger.canonical import base64url, canonical  # noqa: E402
from onvif_privacy.core.models import Entry, Subject  # noqa: E402
from onvif_privacy.core.registry import Basis, Purpose, temporarily  # noqa: E402
from tests.core.hostapp.models import Order  # noqa: E402

ASKED = Purpose("benchmark", label="B", text="B", basis=Basis.CONSENT, clause="use")
BATCH = 4096
NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SET LOCAL")
Row = list[str]
# The verifier's own CPU time and peak of memory; what getrusage gives would count the process that started it.
RUN = """
import re, runpy, sys, time
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as done:
    assert not done.code
print(time.process_time())
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""


def percentile(values: list[float], part: float) -> float:
    """Return the value that so large a part of all lies below."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


Times = tuple[list[float], list[float]]


def timed(call: Callable[[], object], number: int, what: str) -> Times:
    """Call again and again; returns the seconds of each by the clock, and those that our own process worked."""
    found: Times = [], []
    for _ in tqdm(range(number), desc=what, disable=None):
        _one(call, found)
    return found


def _one(call: Callable[[], object], found: Times) -> None:
    worked, started = time.process_time(), time.perf_counter()
    call()
    found[0].append(time.perf_counter() - started)
    found[1].append(time.process_time() - worked)


def milliseconds(times: Times) -> str:
    """Write median and 99th percentile by the clock, and the median of our own work."""
    clock, own = times
    middle, late = statistics.median(clock) * 1000, percentile(clock, 0.99) * 1000
    return f"p50 {middle:.2f} ms, p99 {late:.2f} ms; CPU {statistics.median(own) * 1000:.2f} ms"


def appending(number: int) -> Row:
    """Measure what one entry adds to a transaction that is open anyway."""
    subject = Subject.objects.create()
    payload = {"subject": subject.reference}
    with transaction.atomic():
        ledger.record("subject.restricted", subject=subject, payload=payload)
    found: Times = [], []
    for _ in tqdm(range(number), desc="entries", disable=None):
        with transaction.atomic():
            Subject.objects.filter(pk=subject.pk).update(restricted_at=None)
            _one(lambda: ledger.record("subject.restricted", subject=subject, payload=payload), found)
    return [
        "entry in the caller's transaction, one writer",
        milliseconds(found),
        "p50 ≤ 1 ms, p99 ≤ 5 ms",
        f"{number:,}",
    ]


def sealing(rounds: int) -> list[Row]:
    """Measure a seal of 4,096 entries: in all, and what our own code spends of it."""
    whole, own = [], []
    for _ in tqdm(range(rounds), desc="seals", disable=None):
        while ledger.seal().seal:
            pass
        with transaction.atomic():
            ledger.record_all([ledger.Record("party.changed", {"party": "p"}) for _ in range(BATCH)])
        rows = list(Entry.objects.filter(seal__isnull=True))
        started = time.process_time()
        good = [bytes(row.leaf) for row in rows if seals.untouched(row)]
        seals.sign(tree.root(sorted(good)))
        own.append(time.process_time() - started)
        started = time.perf_counter()
        ledger.seal()
        whole.append(time.perf_counter() - started)
    return [
        ["seal 4,096 entries, own CPU", f"{statistics.median(own) * 1000:.0f} ms", "≤ 50 ms", f"{rounds}"],
        ["seal 4,096 entries, in all", f"{statistics.median(whole) * 1000:.0f} ms", "≤ 250 ms", f"{rounds}"],
    ]


def _ledger_file(path: Path, number: int) -> None:
    """Write an export of so many entries without a database: the verifier sees nothing of it anyway."""
    at, previous = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), b""
    with path.open("wb") as file, tqdm(total=number, desc="export", disable=None) as bar:
        for seal_number in range(-(-number // BATCH)):
            count = min(BATCH, number - seal_number * BATCH)
            lines = [
                canonical(
                    {
                        "at": at,
                        "commitment": base64url(secrets.token_bytes(32)),
                        "id": str(uuid.UUID(bytes=secrets.token_bytes(16))),
                        "kind": "party.changed",
                        "v": 1,
                    }
                )
                for _ in range(count)
            ]
            leaves = sorted((hashlib.sha256(b"\x00" + line).digest(), line) for line in lines)
            body = canonical(
                {
                    "at": at,
                    "count": count,
                    "key": ring().active("sign").id,
                    "number": seal_number,
                    "previous": base64url(hashlib.sha256(previous).digest()),
                    "root": base64url(tree.root([leaf for leaf, _line in leaves])),
                    "v": 1,
                }
            )
            signature = base64url(seals.sign(seals.DOMAIN + body)[1])
            file.write(canonical({"seal": body.decode(), "signature": signature}) + b"\n")
            file.writelines(line + b"\n" for _leaf, line in leaves)
            previous = body
            bar.update(count)


def verifying(number: int) -> Row:
    """Measure the stand-alone verifier, as a stranger would run it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.jsonl"
        _ledger_file(path, number)
        keys = Path(folder) / "keys.json"
        keys.write_bytes(canonical_keys())
        command = [sys.executable, "-I", "-S", "-c", RUN, str(verify.__file__), str(path), "--keys", str(keys)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    result, seconds, peak = done.stdout.splitlines()
    if "good" not in result:
        raise RuntimeError(result)
    found = f"{float(seconds):.1f} s of one core, {int(peak) / 1024:.0f} MB"
    return [f"stand-alone verifier, {number:,} entries", found, "1,000,000: ≤ 30 s, ≤ 64 MB", "1"]


def canonical_keys() -> bytes:
    """Return the public keys as the page gives them."""
    import json

    return json.dumps(ledger.public_keys()).encode()


def people(number: int) -> list[Subject]:
    """Make so many people, each with an order of an encrypted name and e-mail address."""
    made: list[Subject] = []
    for start in tqdm(range(0, number, 1000), desc="people", disable=None):
        some = Subject.objects.bulk_create([Subject() for _ in range(min(1000, number - start))])
        orders = [Order(owner=one, email=f"p{start + place}@example.org", name="Ada") for place, one in enumerate(some)]
        with transaction.atomic():
            Order.objects.bulk_create(orders)
        made += some
    return made


def reading(number: int, rounds: int) -> Row:
    """Measure decrypting one field of each of many people, keys fetched anew."""

    def read() -> None:
        with gate.scope("counting") as scope:
            rows = scope.read(Order.objects.order_by("pk")[:number], ["name"])
            if sum(1 for _ in rows) != number:
                raise RuntimeError("somebody was skipped")

    clock, own = (statistics.median(part) for part in timed(read, rounds, "reading"))
    figure = f"decrypt {number:,} fields of {number:,} people"
    return [figure, f"{clock:.2f} s; CPU {own:.2f} s", "10,000: ≤ 1 s", f"{rounds}"]


def finding(rows: int, number: int) -> Row:
    """Measure a search by blind index."""
    wanted = [f"p{secrets.randbelow(rows)}@example.org" for _ in range(number)]

    def find() -> None:
        with gate.scope("fulfilment"):
            if not gate.find(Order.objects.all(), email=wanted.pop()):
                raise RuntimeError("nobody was found")

    found = timed(find, number, "searches")
    return [f"search by blind index, {rows:,} rows", milliseconds(found), "1,000,000: ≤ 20 ms", f"{number:,}"]


def rotating(limit: int) -> Row:
    """Measure how many keys and values a second come under a new ring key."""
    from django.conf import settings

    with override_settings(ONVIF_PRIVACY_KEYS=[generate("data"), *settings.ONVIF_PRIVACY_KEYS]):
        done, started, worked = 0, time.perf_counter(), time.process_time()
        while done < limit:
            with transaction.atomic():
                number = rewrap_keys(500) or reseal_values(500)
            if not number:
                break
            done += number
        seconds, own = time.perf_counter() - started, time.process_time() - worked
    found = f"{done / seconds:,.0f} a second; {done / own:,.0f} for each second of CPU"
    return ["rotation of keys and values", found, "≥ 2,000 a second", f"{done:,}"]


def deciding(number: int) -> list[Row]:
    """Measure a decision, and count the queries of everything that asks for one."""
    notice = consent.notice(text="May we?", language="en", surface="benchmark")
    subject = Subject.objects.create()

    def decide(whose: Subject | None = None) -> None:
        consent.decide(
            subject=whose or Subject.objects.create(),
            purpose=ASKED.slug,
            outcome=consent.Outcome.GRANTED,
            method=consent.Method.FORM,
            key=uuid.uuid4().hex,
            notice=notice,
        )

    def queries(call: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as seen:
            call()
        return len([one for one in seen if not one["sql"].startswith(NOT_COUNTED)])

    first = queries(lambda: decide(subject))
    counts = [queries(lambda: Client().get("/privacy/keys.json")), queries(lambda: consent.may(subject, ASKED.slug))]
    counts += [queries(lambda: consent.state(subject)), queries(lambda: decide(subject))]
    found = timed(lambda: decide(subject), number, "decisions")
    words = f"{counts[0]} · {counts[1]} · {counts[2]} · {counts[3]} ({first} the first time)"
    return [
        ["queries: request.privacy · may · state · decide", words, "0 · 1 · 1 · ≤ 7 (9)", "1"],
        ["decide", _late(found), "p95 ≤ 50 ms on PostgreSQL", f"{number:,}"],
    ]


def _late(times: Times) -> str:
    clock, own = times
    return f"p95 {percentile(clock, 0.95) * 1000:.1f} ms; CPU p50 {statistics.median(own) * 1000:.1f} ms"


def measured(options: argparse.Namespace) -> list[Row]:
    """Measure everything."""
    rows = [appending(options.entries), *sealing(options.rounds), verifying(options.verify)]
    with temporarily(ASKED):
        rows += deciding(options.entries // 2)
    people(options.people)
    rows += [reading(min(10_000, options.people), options.rounds), finding(options.people, 200)]
    return [*rows, rotating(options.people)]


def main(arguments: Any = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=2000, help="entries that are appended one by one")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of what takes long; the median is printed")
    parser.add_argument("--verify", type=int, default=1_000_000, help="entries for the stand-alone verifier")
    parser.add_argument("--people", type=int, default=10_000, help="people, each with a key and encrypted values")
    options = parser.parse_args(arguments)
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        rows = measured(options)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    note = "Medians unless said otherwise; CPU is that of our own process."
    print_table(Table(f"Kernel on {connection.display_name}", ["figure", "measured", "budget", "n"], rows, note))


if __name__ == "__main__":
    main()
