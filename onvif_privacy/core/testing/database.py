"""The database guards, for the length of one test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from onvif_privacy.core.guards import create, drop, present


@contextmanager
def guards(using: str = "default") -> Iterator[None]:
    """Put the append-only triggers on. Use with a transactional test: MariaDB commits on creating a trigger.

    A block within such a block leaves them to the outer one.
    """
    outermost = not present(connections[using])
    try:
        create(using)
        yield
    finally:
        if outermost:
            drop(using)
