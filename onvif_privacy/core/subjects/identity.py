"""Who is meant."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router

from onvif_privacy.core.models import Subject


def for_user(user: AbstractBaseUser) -> Subject:
    """Return the subject of a user of the site, made on first need."""
    return Subject.objects.for_user(user)


def visitor() -> Subject:
    """Make a subject for somebody who grants something for the first time; never for a visit or a refusal."""
    return Subject.objects.create()


def correspondent() -> Subject:
    """Make a subject for somebody who only writes to us or only subscribes."""
    return Subject.objects.create()


def by_reference(reference: str) -> Subject | None:
    """Return the subject that a 22-character reference names; None where it is unknown or malformed."""
    return Subject.objects.all().by_reference(reference)


def merged(subject: Subject) -> tuple[Subject, ...]:
    """Return the subject and all merged into it, at any distance. One query for each generation of mergers."""
    found, last = [subject], [subject]
    rows = Subject.objects.using(router.db_for_write(Subject))
    while last:
        last = list(rows.filter(merged_into__in=[one.pk for one in last]).order_by("pk"))
        found += last
    return tuple(found)
