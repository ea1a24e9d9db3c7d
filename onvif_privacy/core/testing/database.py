"""The database guards, for the length of one test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from onvif_privacy.core.guards import create, drop


@contextmanager
def guards(using: str = "default") -> Iterator[None]:
    """Put the append-only triggers on. Use with a transactional test: MariaDB commits on creating a trigger."""
    try:
        create(using)
        yield
    finally:
        drop(using)
