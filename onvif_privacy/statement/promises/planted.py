"""A published statement for a saboteur to spoil."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import router
from django.utils import timezone

from onvif_privacy.core import ledger
from onvif_privacy.core.promises.planting import rolled_back
from onvif_privacy.statement import testing
from onvif_privacy.statement.conf import conf
from onvif_privacy.statement.models import Change, Notice, Version
from onvif_privacy.statement.services.effects import notice_time, record_effect


@contextmanager
def published(*, guards: bool = True) -> Iterator[str]:
    """Publish the shipped statement for the length of the block, and give the name of the database."""
    using = router.db_for_write(Version)
    with rolled_back(using, guards=guards), testing.published():
        yield using


def material(first: Version, *, days_ago: int) -> Version:
    """Insert the material version that follows ``first`` as if it had been published so many days ago, untold."""
    now = timezone.now() - timedelta(days=days_ago)
    payload = {"document": first.document.slug, "number": 2, "digest": "0" * 64, "change": Change.MATERIAL.value}
    version = Version(
        document=first.document,
        number=2,
        change=Change.MATERIAL,
        facts=first.facts,
        purposes=first.purposes,
        purposes_digest=first.purposes_digest,
        submitted_by="a" * 22,
        published_by="b" * 22,
        published_at=now,
        previous_digest=first.digest,
        digest="0" * 64,
        entry=ledger.record("statement.published", payload=payload),
    )
    version.save()
    Notice(version=version, days=conf.NOTICE_DAYS or 1).save()
    record_effect(version, now + notice_time(version.notice.days), reason="", actor=None, now=now)
    return version
