"""The recorder: takes records in from pages, keeps them in bounded memory, hands them on from a thread of its own.

At most once, never twice, bounded loss, every loss counted, and pages never wait (`reliability.md`, "Visit buffer").
The law ``accepted = stored + handed + dropped{reason} + pending`` holds exactly whenever `Recorder.books` is read.
"""

from __future__ import annotations

import atexit
import logging
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence

from django.db import OperationalError
from django.utils import timezone

from onvif_privacy.visits.services import clock, forks, upkeep
from onvif_privacy.visits.services.plan import plan
from onvif_privacy.visits.services.records import Books, Note, Parcel, Receipt, Record, Unavailable
from onvif_privacy.visits.services.streams import Configured, StreamAway
from onvif_privacy.visits.services.transports import Transport

logger = logging.getLogger("onvif_privacy.visits")

# A full buffer in one transaction: what a transaction costs beside its visits is then a small part of it.
PARCEL_VISITS = 8_192
STOP_SECONDS = 2.0
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.5, 8.0
LAST_TRIES_SECONDS = 0.1
LOG_EVERY_SECONDS = 60.0


class Recorder:
    """One buffer with its thread. A process has one, `recorder`; tests make their own.

    ``put`` and ``exclude`` are called from pages: O(1), no I/O, no log line, nothing raised. After a fork the child
    starts with an empty buffer, fresh locks and no thread; what it inherited is counted ``fork`` there and stored by
    its parent.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        upkeep: Sequence[Callable[[], object]] = (),
        ending: Sequence[Callable[[], object]] = (),
    ) -> None:
        self._transport = transport
        self._upkeep = upkeep
        self._ending = ending
        self.begin_anew()
        forks.follow(self)

    def begin_anew(self, inherited: int = 0) -> None:
        """Start new books with an empty buffer, for a forked child and for tests; inherited copies are dropped."""
        self._lock = threading.Lock()
        self.storing = threading.RLock()  # held by whoever is at the store, and while the process forks
        self._wake = threading.Event()
        self._stopping = self._stopped = False
        self.thread: threading.Thread | None = None
        self._queue: list[Record] = []
        self._bytes = 0
        self._accepted = inherited
        self._stored = 0
        self._handed = 0
        self._dropped: Counter[str] = Counter({"fork": inherited} if inherited else {})
        self._excluded: Counter[str] = Counter()
        self._notes: list[Note] = []
        self._parcel: Parcel | None = None
        self._process = uuid.uuid4()
        self._started = timezone.now()
        self._failures = 0
        self._logged = float("-inf")

    # from pages

    def put(self, record: Record) -> None:
        """Take a record in; dropped and counted when the buffer is full, under one lock with the test for room."""
        current = plan()
        size = record.size_bytes
        with self._lock:
            self._accepted += 1
            if self._stopping:
                self._dropped["shutdown"] += 1
                return
            waiting = len(self._queue)
            if waiting >= current.buffer_visits or self._bytes + size > current.buffer_bytes:
                self._dropped["queue_full"] += 1
                return
            self._queue.append(record)
            self._bytes += size
        if current.mode != "thread":
            return
        if self.thread is None:
            self.start()
        elif waiting + 1 >= current.flush_visits and not self._failures:
            self._wake.set()

    def drop(self, reason: str) -> None:
        """Count a visit that was accepted but cannot be kept."""
        with self._lock:
            self._accepted += 1
            self._dropped[reason] += 1

    def exclude(self, reason: str) -> None:
        """Count a request that is no visit."""
        with self._lock:
            self._excluded[reason] += 1
        if self.thread is None and plan().mode == "thread":
            self.start()

    def note(self, note: Note) -> None:
        """Take in what a visit says of its visitor's interests; left out when too many wait. Follows put or exclude."""
        with self._lock:
            if not self._stopping and len(self._notes) < plan().buffer_visits:
                self._notes.append(note)

    # the books

    @property
    def pending(self) -> int:
        """Number of records that wait."""
        return len(self._queue)

    def books(self) -> Books:
        """Return the counters at one moment."""
        with self._lock:
            return self._books()

    def _books(self) -> Books:
        return Books(
            self._process,
            self._started,
            self._accepted,
            self._stored,
            dict(self._dropped),
            len(self._queue),
            self._handed,
        )

    # to the store

    def flush(self) -> bool:
        """Send one parcel; gives whether there was one. Raises Unavailable, with everything kept."""
        with self.storing:
            parcel = self._parcel or self._packed()
            if parcel is None:
                return False
            self._parcel = parcel
            self._settle(parcel, self._transport.send(parcel))
            return True

    def _packed(self) -> Parcel | None:
        with self._lock:
            records = tuple(self._queue[:PARCEL_VISITS])
            if not records and not self._excluded and not self._notes:
                return None
            notes, self._notes = tuple(self._notes), []
            day = clock.today()
            excluded = {(day, reason): number for reason, number in self._excluded.items()}
            self._excluded.clear()
            return Parcel(records, excluded, self._books(), notes=notes)

    def _settle(self, parcel: Parcel, receipt: Receipt) -> None:
        """Take records out of the queue, after commit and not before."""
        size = sum(record.size_bytes for record in parcel.records)  # before pages have to wait for the lock
        with self._lock:
            self._parcel = None
            self._failures = 0
            if self._stopped:  # came too late: its records are counted `shutdown` already
                return
            del self._queue[: len(parcel.records)]
            self._bytes -= size
            self._stored += receipt.stored
            self._handed += receipt.handed
            self._dropped.update(receipt.dropped)

    # the thread

    def start(self) -> None:
        """Start the thread once; at the first record, never at import, and again after a fork."""
        with self._lock:
            if self.thread is not None or self._stopping:
                return
            self.thread = threading.Thread(target=self._run, name="onvif_privacy.visits", daemon=True)
            thread = self.thread
        try:
            thread.start()
        except RuntimeError:  # the interpreter is ending or the system has no thread left: try at the next record
            self.thread = None

    def _run(self) -> None:
        try:
            with self.storing:
                self._transport.open()
                self._keep_up()
                self._transport.rest()
            while not self._stopping:
                self._wake.wait(self._interval())
                self._wake.clear()
                if not self._stopping:
                    with self.storing:
                        self._drain()
            with self.storing:
                self._finish()
                self._transport.close()
        except Exception as error:  # nothing is lost: the next record starts another thread
            self._failures += 1
            self._say(error)
            self.thread = None

    def _interval(self) -> float:
        if self._failures:
            wait: float = min(LAST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** (self._failures - 1))
            return wait * random.uniform(0.5, 1)  # noqa: S311 - jitter, so that processes do not knock together
        return plan().flush_seconds

    def _drain(self) -> None:
        """Send what waits unless the store is away; the thread's own connection rests in between."""
        if not self.send():
            self._transport.close()
            return
        self._keep_up()
        self._transport.rest()

    def _finish(self) -> None:
        """Send what is left, again and again while `stop` has time: a file may be locked for a moment only."""
        while not self.send() and not self._stopped:
            self._transport.close()
            time.sleep(LAST_TRIES_SECONDS)
        for task in self._ending:
            if not self._stopped:
                self.attempt(task)

    def _keep_up(self) -> None:
        """Do what the thread does first and between two parcels. It can wait, visits cannot."""
        for task in self._upkeep:
            if self._stopping:
                return
            if not self.attempt(task):  # the others would wait for the same database
                return

    def attempt(self, task: Callable[[], object]) -> bool:
        """Do what can wait until the next time; raises nothing, gives False where the database is away."""
        try:
            task()
        except Exception as error:
            self._say(error)
            return not isinstance(error, OperationalError)
        return True

    def send(self) -> bool:
        """Send what waits now; gives False, with everything kept, when the store is away. Raises nothing.

        What comes in meanwhile is for the next time: on a busy site there would be no end to ever smaller parcels.
        """
        now = self._accepted
        try:
            while self.flush() and self._accepted - len(self._queue) < now:
                pass
        except Exception as error:
            self._failures += 1
            self._say(error)
            return False
        return True

    def _say(self, error: Exception) -> None:
        """One log line a minute, without values: the message of a database error may quote what was to be stored."""
        now = time.monotonic()
        if now - self._logged >= LOG_EVERY_SECONDS:
            self._logged = now
            cause = error.__cause__ if isinstance(error, Unavailable) and error.__cause__ else error
            where = "Redis" if isinstance(error, StreamAway) else "the database"
            logger.warning("visits wait for %s (%s); %d waiting", where, type(cause).__name__, self.pending)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Send what waits, for ``seconds`` at most by the monotonic clock, and count the rest ``shutdown``; once."""
        if self._stopped:
            return
        if self.thread is None and self._queue and plan().mode == "thread":
            self.start()  # the one before has ended by an error
        with self._lock:
            thread, self._stopping = self.thread, True
        if thread is not None and thread is not threading.current_thread():
            self._wake.set()
            thread.join(seconds)
        with self._lock:
            self._stopped = True
            if self._queue:
                self._dropped["shutdown"] += len(self._queue)
            self._queue.clear()
            self._bytes = 0


recorder = Recorder(Configured(), upkeep=upkeep.TASKS, ending=upkeep.LAST)

# Runs in whichever process imported this, forked workers included, and before daemon threads are ended.
atexit.register(lambda: recorder.stop())


def begin() -> None:
    """Start the thread at the first request, so that the salt of the day is there when its answer goes out."""
    if plan().mode == "thread":
        recorder.start()


def write_now() -> None:
    """Store what waits in the calling thread, for inline mode; what cannot be stored stays, and no page notices."""
    if recorder.send():
        for task in upkeep.INLINE:
            recorder.attempt(task)
