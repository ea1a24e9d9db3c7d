"""A published statement for a saboteur to spoil."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import router

from onvif_privacy.core.promises.planting import rolled_back
from onvif_privacy.statement import testing
from onvif_privacy.statement.models import Version


@contextmanager
def published(*, guards: bool = True) -> Iterator[str]:
    """Publish the shipped statement for the length of the block, and give the name of the database."""
    using = router.db_for_write(Version)
    with rolled_back(using, guards=guards), testing.published():
        yield using
