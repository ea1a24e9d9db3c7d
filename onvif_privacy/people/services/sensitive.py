"""Values of special categories: kept for one use that somebody explicitly agreed to, and gone when they do not."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, Final

from django.db import router, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from onvif_privacy.core import consent, gate
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.fields import Sealed
from onvif_privacy.core.models import Notice, Renewal, Standing, Subject
from onvif_privacy.core.registry import Basis, Purpose, purposes
from onvif_privacy.core.registry.personal import SPECIAL
from onvif_privacy.people.models import SensitiveValue
from onvif_privacy.people.services import minors
from onvif_privacy.people.services.errors import PeopleError
from onvif_privacy.people.services.recording import changing, record
from onvif_privacy.people.services.values import storable

PREFIX: Final = "special_"
LENGTH: Final = 240  # bytes: all of them fit into one padded block, so that lengths tell nothing

# True where the row must be refused; the same text on SQLite, PostgreSQL and MariaDB
GUARD: Final = (
    "NOT EXISTS (SELECT 1 FROM onvif_privacy_standing s WHERE s.subject_id = NEW.subject_id "
    "AND s.purpose = NEW.purpose AND s.outcome = 'granted' AND s.decision_id = NEW.decision_id "
    "AND NOT EXISTS (SELECT 1 FROM onvif_privacy_renewal r WHERE r.purpose = s.purpose AND r.at > s.decided_at)) "
    "OR EXISTS (SELECT 1 FROM onvif_privacy_subject p WHERE p.id = NEW.subject_id "
    "AND (p.erased_at IS NOT NULL OR p.merged_into_id IS NOT NULL OR p.restricted_at IS NOT NULL)) "
    "OR NEW.category = '' OR SUBSTR(NEW.purpose, 1, 8) <> 'special_' "
    "OR SUBSTR(NEW.purpose, 9, LENGTH(NEW.category)) <> NEW.category "
    "OR SUBSTR(NEW.purpose, 9 + LENGTH(NEW.category), 1) <> '_'"
)


def category_of(purpose: str) -> str:
    """Return the special category of a purpose; raises PeopleError for a purpose of another kind."""
    rest = purpose.removeprefix(PREFIX)
    found = [one for one in SPECIAL if rest.startswith(f"{one}_")]
    if rest == purpose or not found or purposes.get(purpose).basis is not Basis.EXPLICIT_CONSENT:
        raise PeopleError(f"{purpose!r} is no use of a special category.")
    return found[0]


def uses() -> tuple[Purpose, ...]:
    """Return every declared use of a special category."""
    return tuple(one for one in purposes.all() if one.slug.startswith(PREFIX) and one.basis is Basis.EXPLICIT_CONSENT)


def set_sensitive(
    *, subject: Subject, purpose: str, value: str, notice: Notice, key: str = "", surface: str = "people"
) -> SensitiveValue:
    """Record the explicit consent to one use and keep the value for it, both or neither.

    ``notice`` is the text that stood beside the unticked box. A value that was kept for this use before is replaced.
    Raises PeopleError for an undeclared use, a minor, or somebody who was erased, ValidationError, and what
    `consent.decide` raises.
    """
    category, words = category_of(purpose), storable(value)
    if not words or len(words.encode()) > LENGTH:
        raise PeopleError(f"A sensitive value has 1 to {LENGTH} bytes.")
    if minors.is_minor(subject):
        raise PeopleError("Sensitive values of minors are not kept.")
    with changing(subject):
        decision = consent.decide(
            subject=subject,
            purpose=purpose,
            outcome=Outcome.GRANTED,
            method=Method.FORM,
            key=key or uuid.uuid4().hex,
            notice=notice,
            surface=surface,
        )
        SensitiveValue.objects.filter(subject=subject, purpose=purpose).delete()
        row = SensitiveValue(subject=subject, category=category, purpose=purpose, value=words, decision=decision)
        row.save(force_insert=True)
        record("sensitive", row)
    return row


def live(rows: QuerySet[Any] | None = None) -> QuerySet[Any]:
    """Return the values whose consent stands: granted, not renewed since, by the very decision that the row names."""
    rows = SensitiveValue.objects.using(router.db_for_write(SensitiveValue)).all() if rows is None else rows
    return rows.filter(_stands())


def _stands() -> Exists:
    renewed = Renewal.objects.filter(purpose=OuterRef("purpose"), at__gt=OuterRef("decided_at"))
    standing = Standing.objects.filter(
        ~Exists(renewed),
        subject=OuterRef("subject"),
        purpose=OuterRef("purpose"),
        decision=OuterRef("decision"),
        outcome=Outcome.GRANTED,
    )
    return Exists(standing)


def read_sensitive(*, scope: gate.Scope, subjects: QuerySet[Any] | list[Subject]) -> Iterator[tuple[uuid.UUID, str]]:
    """Yield subject id and value for the purpose of an open scope; people whose consent does not stand are left out.

    Each person read is an entry. Raises PurposeRequired, GateClosed.
    """
    rows = live().filter(purpose=scope.purpose, subject__in=subjects)
    for row in scope.read(rows, ["value"]):
        assert row.person is not None  # noqa: S101 - the column is not null
        yield row.person, row["value"]


def own_values(subject: Subject) -> dict[str, str]:
    """Return somebody's own values by purpose, for themselves to see."""
    with gate.scope("own_access", subject=subject):
        rows = [(row.purpose, row.value) for row in live().filter(subject=subject)]
    return {purpose: value for purpose, value in rows if not isinstance(value, Sealed)}


def withdraw_sensitive(*, subject: Subject, purpose: str, key: str = "", surface: str = "people") -> None:
    """Take the consent to one use back: reading ends at commit, and the value is deleted in the same transaction."""
    category_of(purpose)
    with transaction.atomic(using=router.db_for_write(SensitiveValue)):
        consent.withdraw(
            subject=subject, purpose=purpose, method=Method.FORM, key=key or uuid.uuid4().hex, surface=surface
        )
        _delete(SensitiveValue.objects.filter(subject=subject, purpose=purpose))


def forget(subject: Subject, purpose: str) -> None:
    """Delete the value of one use, after its consent was withdrawn elsewhere."""
    with transaction.atomic(using=router.db_for_write(SensitiveValue)):
        _delete(SensitiveValue.objects.filter(subject=subject, purpose=purpose))


def _delete(rows: QuerySet[Any]) -> int:
    found = list(rows.select_related("subject"))
    for row in found:
        record("ended", row)
    SensitiveValue.objects.filter(pk__in=[row.pk for row in found]).delete()
    return len(found)


def end_withdrawn(limit: int) -> bool:
    """Delete values whose consent does not stand any more; True while more are left. Call it in a transaction."""
    gone = Q(subject__erased_at__isnull=False) | Q(subject__merged_into__isnull=False)
    rows = SensitiveValue.objects.using(router.db_for_write(SensitiveValue)).filter(~Q(_stands()) | gone)
    return _delete(rows.order_by("pk")[:limit]) == limit
