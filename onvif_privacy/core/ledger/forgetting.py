"""The end of evidence: salts, payloads and keys go when their term ends; what was sealed stays whole without them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import router, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from onvif_privacy.core import keys
from onvif_privacy.core.clock import later
from onvif_privacy.core.conf import conf
from onvif_privacy.core.ledger.entries import Record, opened, record_all, release
from onvif_privacy.core.models import Decision, Entry, EntrySecret, Standing, Subject, SubjectKey
from onvif_privacy.core.querysets import AppendOnlyQuerySet
from onvif_privacy.core.registry import entry_kinds

AT_ONCE = 200
_DECIDED = "consent.decided"


def _using() -> str:
    return router.db_for_write(Entry)


def _ago(days: int) -> Any:
    return later(-timedelta(days=days))


def past_term(prefix: str = "") -> Q:
    """Return the condition that an entry's term of evidence has passed, by the database's clock.

    ``prefix`` leads to the entry, for example ``"entry__"``.
    """
    own = {kind.slug: kind.days for kind in entry_kinds.all() if kind.days is not None}
    passed = Q(**{f"{prefix}at__lt": _ago(conf.EVIDENCE_DAYS)}) & ~Q(**{f"{prefix}kind__in": list(own)})
    for slug, days in own.items():
        if days != "always":
            passed |= Q(**{f"{prefix}kind": slug, f"{prefix}at__lt": _ago(days)})
    return passed


def _decided_days() -> int:
    days = entry_kinds.get(_DECIDED).days
    return days if isinstance(days, int) else conf.EVIDENCE_DAYS


def _ended() -> Any:
    """Return the condition that a decision has not counted for a term: replaced, or its person erased, so long ago."""
    since = _ago(_decided_days())
    later_ones = Decision.objects.filter(subject=OuterRef("subject"), purpose=OuterRef("purpose"))
    replaced = Exists(later_ones.filter(sequence__gt=OuterRef("sequence"), decided_at__lt=since))
    return Q(subject__erased_at__lt=since) | Q(subject__merged_into__erased_at__lt=since) | replaced


def _delete(secrets: Iterable[uuid.UUID]) -> int:
    return AppendOnlyQuerySet(EntrySecret, using=_using()).filter(pk__in=list(secrets)).release()


def expire(limit: int = AT_ONCE) -> int:
    """Delete up to ``limit`` secrets whose term has passed, in the caller's transaction; returns how many went.

    A grant is evidence for as long as it holds, so the term of a decision begins when it no longer counts.
    """
    ended = Exists(Decision.objects.filter(_ended(), entry=OuterRef("entry")))
    due = EntrySecret.objects.using(_using()).filter(past_term("entry__"))
    return _delete(due.filter(Q(entry__decision__isnull=True) | ended).values_list("pk", flat=True)[:limit])


def _named_elsewhere(rows: QuerySet[Decision]) -> QuerySet[Decision]:
    """Leave out decisions that any other row points at: later decisions, records of rooms."""
    for relation in Decision._meta.related_objects:
        if relation.related_model is not Standing:
            rows = rows.filter(**{f"{relation.name}__isnull": True})
    return rows


def end_decisions(limit: int = AT_ONCE) -> int:
    """Release up to ``limit`` decisions that have not counted for a term; returns how many went.

    The last decision of a person who was erased takes its standing along.
    """
    rows = _named_elsewhere(Decision.objects.using(_using()).filter(_ended())).order_by("decided_at", "sequence")
    due = list(rows.distinct()[:limit])
    with transaction.atomic(using=_using()):
        Standing.objects.using(_using()).filter(decision__in=[row.pk for row in due]).delete()
        return release(due, reason="evidence_term")


def end_keys(limit: int = AT_ONCE, after: str = "") -> str:
    """Destroy the evidence keys of people erased a term ago who have no secret left.

    Looks at ``limit`` people after the id ``after``, which is what it returned last; empty when all were seen.
    """
    people = Subject.objects.using(_using()).filter(erased_at__lt=_ago(conf.EVIDENCE_DAYS)).order_by("pk")
    if after:
        people = people.filter(pk__gt=uuid.UUID(after))
    seen = list(people.values_list("pk", flat=True)[:limit])
    named = EntrySecret.objects.using(_using()).filter(subject_id__in=seen).values_list("subject_id", flat=True)
    for subject_id in set(seen) - set(named):
        keys.destroy(subject_id, "evidence")
    return str(seen[-1]) if len(seen) == limit else ""


def forget(subject: Subject, *, reason: str) -> int:
    """End all evidence about a person before its term; returns how many entries were closed for good.

    ``reason`` is a slug. Every hash stays in place, so the ledger verifies as before; the entries ``ledger.forgotten``
    name what can no longer be opened. Nothing can be recorded about this person afterwards.
    """
    secrets = list(EntrySecret.objects.using(_using()).filter(subject_id=subject.pk).values_list("pk", flat=True))
    with transaction.atomic(using=_using()):
        parts = iter(secrets)
        while part := list(islice(parts, AT_ONCE)):
            record_all(
                [Record("ledger.forgotten", {"entries": [pk.hex for pk in part], "reason": reason})], using=_using()
            )
            _delete(part)
        keys.destroy(subject.pk, "evidence")
    return len(secrets)


def _forgotten() -> set[uuid.UUID]:
    """Return the entries that ``ledger.forgotten`` names."""
    found: set[uuid.UUID] = set()
    rows = Entry.objects.using(_using()).filter(kind="ledger.forgotten", secret__isnull=False)
    for entry in rows.select_related("secret").iterator():
        found.update(uuid.UUID(one) for one in opened(entry)["entries"])
    return found


def unexplained() -> Iterator[tuple[str, uuid.UUID]]:
    """Yield what is wrong and the entry: a secret that is gone before its term, or one whose key was destroyed."""
    missing = Entry.objects.using(_using()).filter(secret__isnull=True).exclude(past_term())
    lost = set(missing.values_list("pk", flat=True))
    for pk in sorted(lost - _forgotten() if lost else lost):
        yield "has lost its secret before its term", pk
    ended = SubjectKey.objects.using(router.db_for_write(SubjectKey)).filter(use="evidence", destroyed_at__isnull=False)
    people = ended.values_list("subject_id", flat=True).iterator()
    while part := list(islice(people, AT_ONCE)):
        closed = EntrySecret.objects.using(_using()).filter(subject_id__in=part)
        for pk in closed.values_list("pk", flat=True):
            yield "has lost the key of its secret", pk
