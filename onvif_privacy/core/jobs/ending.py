"""The jobs that let things end: evidence whose term has passed, and people whose account is gone."""

from __future__ import annotations

from datetime import timedelta

from django.db import router

from onvif_privacy.core import doors, keys, ledger
from onvif_privacy.core.clock import DatabaseNow, later
from onvif_privacy.core.conf import conf
from onvif_privacy.core.consent.locking import lock_subject
from onvif_privacy.core.jobs.registry import job
from onvif_privacy.core.jobs.running import Run
from onvif_privacy.core.ledger import forgetting
from onvif_privacy.core.models import Subject
from onvif_privacy.core.querysets import SubjectQuerySet


@job("forget", every="1d", lease="10m")
def forget(run: Run) -> None:
    """End evidence whose term has passed: secrets, decisions that no longer count, keys of people who were erased."""
    for end in (forgetting.expire, forgetting.end_decisions):
        number = 1
        while number and not run.spent:
            with run.step():
                number = end()
    after = run.cursor.get("after", "")
    while not run.spent:
        with run.step():
            after = run.cursor["after"] = forgetting.end_keys(after=after)
        if not after:
            return


def _people() -> SubjectQuerySet:
    return Subject.objects.using(router.db_for_write(Subject))


def _notice() -> None:
    """Remember who has an account, and since when an account is missing."""
    _people().filter(user__isnull=False, had_user=False).update(had_user=True)
    _people().filter(user__isnull=False, orphaned_at__isnull=False).update(orphaned_at=None)
    orphans = _people().alive().filter(user__isnull=True, had_user=True, orphaned_at__isnull=True)
    orphans.update(orphaned_at=DatabaseNow())


def _end(subject: Subject) -> None:
    """Have everything about a person erased; without a room that erases, make it unreadable."""
    if doors.eraser(subject.pk, "orphaned") is not None:
        return
    using = router.db_for_write(Subject)
    if not lock_subject(subject, using):
        return
    keys.destroy(subject.pk, "data")
    _people().filter(pk=subject.pk).update(erased_at=DatabaseNow())
    ledger.record("subject.orphaned", subject=subject, payload={"subject": subject.reference})


@job("orphans", every="1d", lease="10m")
def orphans(run: Run) -> None:
    """Erase people whose account was deleted behind our back, after the days of grace."""
    with run.step():
        _notice()
    due = _people().alive().filter(orphaned_at__lte=later(-timedelta(days=conf.ORPHAN_DAYS))).order_by("pk")
    for subject in list(due):
        if run.spent:
            return
        with run.step():
            _end(subject)
