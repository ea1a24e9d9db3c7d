"""What evidence costs: an entry, a seal, and the stand-alone verifier."""

from __future__ import annotations

import hashlib
import json
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from django.db import connections, transaction
from tqdm import tqdm

from benchmarks.timing import Row, Times, milliseconds, once
from onvif_privacy.core import ledger
from onvif_privacy.core.keys import ring
from onvif_privacy.core.ledger import seals, tree, verify
from onvif_privacy.core.ledger.canonical import base64url, canonical
from onvif_privacy.core.models import Entry, Subject

BATCH = 4096
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


def _append(number: int) -> Times:
    """Time what one entry adds to a transaction that is open anyway, for a person of this writer's own."""
    subject = Subject.objects.create()
    payload = {"subject": subject.reference}
    with transaction.atomic():
        ledger.record("subject.restricted", subject=subject, payload=payload)
    found: Times = [], []
    for _ in range(number):
        with transaction.atomic():
            Subject.objects.filter(pk=subject.pk).update(restricted_at=None)
            once(lambda: ledger.record("subject.restricted", subject=subject, payload=payload), found)
    return found


def appending(number: int, writers: int) -> Row:
    """Measure entries of several processes that write at the same time."""
    connections.close_all()  # each process opens its own
    with ProcessPoolExecutor(writers, mp_context=get_context("fork")) as pool:
        parts = list(pool.map(_append, [number // writers] * writers))
    found = [one for clock, _own in parts for one in clock], [one for _clock, own in parts for one in own]
    what = f"entry in the caller's transaction, {writers} writer{'s' if writers > 1 else ''}"
    return [what, milliseconds(found), "p50 ≤ 1 ms, p99 ≤ 5 ms", f"{len(found[0]):,}"]


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


def _line(at: str) -> bytes:
    return canonical(
        {
            "at": at,
            "commitment": base64url(secrets.token_bytes(32)),
            "id": str(uuid.UUID(bytes=secrets.token_bytes(16))),
            "kind": "party.changed",
            "v": 1,
        }
    )


def _ledger_file(path: Path, number: int) -> None:
    """Write an export of so many entries without a database: the verifier sees nothing of it anyway."""
    at, previous = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), b""
    with path.open("wb") as file, tqdm(total=number, desc="export", disable=None) as bar:
        for seal_number in range(-(-number // BATCH)):
            count = min(BATCH, number - seal_number * BATCH)
            lines = [_line(at) for _ in range(count)]
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
        path, keys = Path(folder) / "ledger.jsonl", Path(folder) / "keys.json"
        _ledger_file(path, number)
        keys.write_text(json.dumps(ledger.public_keys()))
        command = [sys.executable, "-I", "-S", "-c", RUN, str(verify.__file__), str(path), "--keys", str(keys)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    result, seconds, peak = done.stdout.splitlines()
    if "good" not in result:
        raise RuntimeError(result)
    found = f"{float(seconds):.1f} s of one core, {int(peak) / 1024:.0f} MB"
    return [f"stand-alone verifier, {number:,} entries", found, "1,000,000: ≤ 30 s, ≤ 64 MB", "1"]
