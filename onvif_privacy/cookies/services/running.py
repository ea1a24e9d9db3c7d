"""Which policy this process runs, and how it learns of a newer one. Nothing here happens inside a request.

The policy is loaded when the middleware is built, in a short thread with a connection of its own, so that it works
under a running event loop and before a fork. Once a minute at most a thread, started after an answer was sent, looks
for a newer one and writes what the guard has found and what was counted.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, connection

from onvif_privacy.cookies.models import PolicyVersion
from onvif_privacy.cookies.services import counting, findings
from onvif_privacy.cookies.services import policy as policies
from onvif_privacy.cookies.services.policy import Policy
from onvif_privacy.core import consent

logger = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
LOAD_SECONDS = 10.0  # how long the start waits for the database


class _Process:
    """What one process remembers."""

    def __init__(self) -> None:
        self.policy: Policy | None = None
        self.loaded = False  # not so where the code's own runs because nobody asked the database yet
        self.due = 0.0
        self.pid = os.getpid()
        self.lock = threading.Lock()


_process = _Process()


def current() -> Policy:
    """Return the policy in force in this process; the code's own where nothing was loaded. No query."""
    found = _process.policy
    if found is None:
        found = _process.policy = policies.of_code()
    return found


def install(policy: Policy | None) -> None:
    """Make ``policy`` the one in force; None forgets, so that the code's declaration runs."""
    _process.policy = policy
    _process.loaded = policy is not None


def fetch() -> Policy:
    """Read the newest policy from the database. Three queries, and no transaction, which may be a lock on SQLite.

    Renewals come first: one that is published in between is asked about a minute later, not with the older words.
    A database that cannot be asked gives an unreachable policy; a database without our tables (``migrate`` was not
    run) gives the unpublished one, since installing must break nobody's site.
    """
    try:
        generations, newest = consent.generations(), PolicyVersion.objects.newest()
        return policies.of_version(newest, generations) if newest else policies.of_code(generations)
    except DatabaseError as error:
        return policies.of_code(reachable=_lacks_tables(error))


def _lacks_tables(error: DatabaseError) -> bool:
    try:
        present = connection.introspection.table_names()
    except Exception:
        logger.warning("The cookie policy could not be loaded, nothing optional is allowed until it can: %s", error)
        return False
    return PolicyVersion._meta.db_table not in present


def load() -> Policy:
    """Read the newest policy and run it, here and now. For the start, tests and commands."""
    install(fetch())
    return current()


def start() -> None:
    """Load the policy for a process that starts to serve; waits up to ten seconds. Later handlers wait for nothing.

    A test process keeps the policy it has: another thread would not see a test's transaction, and a query here would
    show in a host's ``assertNumQueries``. Tests call `load`.
    """
    if testing():
        return
    known, loading = _process.loaded, _run_apart(load)
    if not known:
        loading.join(LOAD_SECONDS)
    if _process.policy is None:
        install(policies.of_code(reachable=False))
    _process.due = time.monotonic() + EVERY_SECONDS


def testing() -> bool:
    """Say whether Django's test environment is set up.

    Asked of the private state of ``django.test.utils`` (same in 5.2 to 6.1), since the outbox in ``django.core.mail``,
    which others look for, is also made by a site that runs on the locmem mail backend. A test sees if it moves.
    """
    return hasattr(getattr(sys.modules.get("django.test.utils"), "_TestState", None), "saved_data")


def tick(**signal: object) -> None:
    """Start the minute's work if it is due; called after an answer was sent. Costs one comparison otherwise."""
    now = time.monotonic()
    if now < _process.due or testing():
        return
    with _process.lock:
        if now < _process.due:
            return
        _process.due = now + EVERY_SECONDS
    _run_apart(_minute)


def refresh() -> bool:
    """Read the newest policy and run it; one that was loaded stays in force while the database is away.

    Returns whether the database could be asked.
    """
    fresh = fetch()
    if fresh.reachable or _process.policy is None:
        install(fresh)
    return fresh.reachable


def _minute() -> None:
    if refresh():
        findings.flush()
        counting.flush()


def _run_apart(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        except Exception:
            logger.exception("The cookie policy could not be brought up to date.")
        finally:
            connection.close()

    thread = threading.Thread(target=run, name="onvif-privacy-cookies", daemon=True)
    thread.start()
    return thread


def after_fork() -> None:
    """Give a forked child its own locks, no findings and counts of its parent, and an early look for a newer policy."""
    findings.buffer.begin_anew()
    counting.buffer.begin_anew()
    _process.lock = threading.Lock()
    _process.due = 0.0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=after_fork)
