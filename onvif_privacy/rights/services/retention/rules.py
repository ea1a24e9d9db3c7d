"""Rules: how the rows of a model end, and whether somebody must say yes before a new or changed one ends much."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.db.models import QuerySet
from django.utils import timezone

from onvif_privacy.core import consent, ledger
from onvif_privacy.core.ledger import canonical
from onvif_privacy.core.registry import PersonalData, personal_data, purposes
from onvif_privacy.rights.models import RetentionRule
from onvif_privacy.rights.services.erasure.planning import ordered
from onvif_privacy.rights.services.requests.states import NotNow, by
from onvif_privacy.rights.services.retention.candidates import batch, candidates, ends_by_itself, parts_of
from onvif_privacy.rights.services.retention.judging import Due, due

MANY_ROWS, MANY_PER_CENT = 1_000, 10
EXAMPLES = 10
BATCH = 1_000


def rows() -> QuerySet[RetentionRule]:
    """Return every rule."""
    return RetentionRule.objects.using(router.db_for_write(RetentionRule))


def with_an_end() -> list[PersonalData]:
    """Return the declarations of which something ends by itself, children before what they point at."""
    now = timezone.now()
    return [one for one in ordered(personal_data.all()) if ends_by_itself(one, at=now)]


def digest(declaration: PersonalData) -> str:
    """Return the SHA-256 (hex) of all that decides when rows of a model end; asking again for consent changes it."""
    asked, parts = consent.generations(), list[Any]()
    for name in sorted(declaration.fields):
        for part in parts_of(declaration.fields[name]):
            names = part.purposes or tuple(one.slug for one in purposes.all() if part.purpose_column)
            bases = [f"{one}:{purposes.get(one).basis}:{asked.get(one, 0)}" for one in sorted(names)]
            parts.append([name, part.of, part.purpose_column, repr(part.erase), bases])
    terms = [f"{slug}:{term!r}" for slug, term in sorted(declaration.terms.items())]
    return hashlib.sha256(canonical([parts, terms, repr(declaration.row)])).hexdigest()


def batches(declaration: PersonalData, *, now: datetime) -> Iterator[list[Due]]:
    """Yield what must end, a batch of rows at a time, in order of the primary key; nothing is changed."""
    found = candidates(declaration, at=now)
    if found is None:
        return
    after = None
    while True:
        looked_at = batch(found, after=after, size=BATCH)
        yield due(declaration, looked_at, now=now)
        if len(looked_at) < BATCH:
            return
        after = looked_at[-1].pk


def _weighed(declaration: PersonalData, *, now: datetime) -> tuple[int, int, list[dict[str, Any]]]:
    """Return how many rows would end (counted until it is too many), of how many, with ten examples."""
    found = candidates(declaration, at=now)
    assert found is not None  # noqa: S101 - asked only where something ends
    total = found.model._base_manager.using(found.db).count()
    number, examples = 0, list[dict[str, Any]]()
    for ending in batches(declaration, now=now):
        number += len(ending)
        for one in ending[: EXAMPLES - len(examples)]:
            row = str(one.judged.row.pk)
            examples.append({"row": row, "fields": sorted(one.judged.ends), "whole": one.goes})
        if too_many(number, total) and len(examples) >= EXAMPLES:
            break
    return number, total, examples


def too_many(number: int, total: int) -> bool:
    """Whether so many rows of a table end only after somebody has said yes."""
    return number > MANY_ROWS or number * 100 > total * MANY_PER_CENT


def may_run(declaration: PersonalData, *, now: datetime) -> bool:
    """Whether the rule of a model runs; a new or changed one that ends little begins to, any other waits.

    In the caller's transaction. One query where nothing has changed.
    """
    label, mark = declaration.model.lower(), digest(declaration)
    known = rows().filter(model=label).first()
    if known is not None and known.digest == mark and not known.waits:
        return True
    number, total, examples = _weighed(declaration, now=now)
    waits = too_many(number, total)
    since = known.since if known is not None and known.digest == mark else now
    values = {"digest": mark, "since": since, "due": number, "total": total, "examples": examples}
    rows().update_or_create(model=label, defaults={**values, "approved_at": None if waits else now, "approved_by": ""})
    return not waits


def approve(rule: RetentionRule, *, actor: AbstractBaseUser) -> None:
    """Let a waiting rule run, as it was shown; raises NotNow where it was changed meanwhile or runs already."""
    with transaction.atomic(using=rows().db):
        changes = {"approved_at": timezone.now(), "approved_by": by(actor)}
        if not rows().filter(pk=rule.pk, digest=rule.digest, approved_at=None).update(**changes):
            raise NotNow("The rule does not wait, or was changed meanwhile.")
        payload = {"model": rule.model, "rule": rule.digest, "rows": rule.due}
        ledger.record("rights.retention", payload=payload, actor=actor)
