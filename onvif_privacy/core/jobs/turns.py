"""Work that goes on and on, a transaction at a time, beside a site that is being used."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction

LONGEST_SECONDS = 0.1


@contextmanager
def turn(using: str) -> Iterator[None]:
    """One transaction of many, after which others get their turn.

    SQLite has one writer and wakes nobody who waits for it: each waiter looks again after up to 0.1 s. Whoever writes
    again at once keeps them all out until they give up, so this sleeps for as long as it has written, 0.1 s at most.
    """
    connection, began = connections[using], time.monotonic()
    with transaction.atomic(using=using):
        yield
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(min(LONGEST_SECONDS, time.monotonic() - began))


__all__ = ["turn"]
