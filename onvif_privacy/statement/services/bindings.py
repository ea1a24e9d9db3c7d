"""What keeps a sentence: the promises it is bound to, or the word of somebody that it is a plain fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Subject
from onvif_privacy.core.promises import promises as declared
from onvif_privacy.core.querysets import AppendOnlyQuerySet
from onvif_privacy.statement.models import Binding
from onvif_privacy.statement.services.permissions import BIND, allow
from onvif_privacy.statement.services.sentences import Problem, Source
from onvif_privacy.statement.services.template import promises_named, shipped_bindings

NEVER_A_FACT = "commitment"  # the clause that stands for all others


class UnknownPromise(ValueError):
    """No installed room declares this promise, and no shipped sentence names it."""


@dataclass(frozen=True)
class Kept:
    """What keeps one sentence now: slugs of promises, sorted, or the row that calls it a plain fact."""

    promises: tuple[str, ...] = ()
    fact: Binding | None = None

    @property
    def is_bound(self) -> bool:
        """Whether somebody or something answers for the sentence."""
        return bool(self.promises or self.fact)


UNBOUND = Kept()


def live(digests: Iterable[str] | None = None) -> dict[str, Kept]:
    """Return what keeps each of these sentences, or every sentence ever bound; one query. The unbound are left out."""
    rows = Binding.objects.using(router.db_for_write(Binding)).filter(withdrawn_at=None)
    if digests is not None:
        rows = rows.filter(digest__in=set(digests))
    found: dict[str, list[Binding]] = {}
    for row in rows.order_by("bound_at"):
        found.setdefault(row.digest, []).append(row)
    return {digest: _kept(mine) for digest, mine in found.items()}


def _kept(rows: Sequence[Binding]) -> Kept:
    slugs = tuple(sorted({row.promise for row in rows if not row.fact}))
    facts = [row for row in rows if row.fact]
    return Kept(slugs, facts[-1] if facts else None)


def choices() -> list[str]:
    """Return the promises a sentence can be bound to, sorted: those declared, and those of rooms to come."""
    return sorted({promise.slug for promise in declared.all()} | promises_named())


def promises_of(source: Source) -> set[str]:
    """Return every promise that keeps a sentence of ``source``; one query."""
    kept = live(sentence.digest for sentence in source.sentences)
    return {slug for one in kept.values() for slug in one.promises}


def problems(source: Source, language: str) -> list[Problem]:
    """Return each sentence that nobody and nothing answers for, and each that may not be a plain fact; one query."""
    kept = live(sentence.digest for sentence in source.sentences)
    found = []
    for sentence in source.sentences:
        mine = kept.get(sentence.digest, UNBOUND)
        if not mine.is_bound:
            message = _("no promise keeps this sentence, and nobody called it a plain fact")
            found.append(Problem(sentence.line, message, language))
        elif sentence.clause == NEVER_A_FACT and not mine.promises:
            message = format_lazy(_("the clause “{slug}” takes no plain facts"), slug=NEVER_A_FACT)
            found.append(Problem(sentence.line, message, language))
    return found


@transaction.atomic
def bind(
    *,
    digests: Iterable[str],
    promises: Iterable[str] = (),
    fact: bool = False,
    reason: str = "",
    actor: AbstractBaseUser,
    now: datetime | None = None,
) -> list[Binding]:
    """Bind sentences, named by the digests of their lines, to ``promises``, or call them plain facts.

    What they are bound to already stays. Raises PermissionDenied, UnknownPromise, ValueError for both or neither.
    """
    allow(actor, BIND)
    slugs, wanted = sorted(set(promises)), sorted(set(digests))
    if fact is bool(slugs):
        raise ValueError("A sentence is bound to promises or called a plain fact.")
    if unknown := set(slugs) - set(choices()):
        raise UnknownPromise(", ".join(sorted(unknown)))
    kept = live(wanted)
    new = {digest: [slug for slug in slugs or [""] if not _has(kept.get(digest, UNBOUND), slug)] for digest in wanted}
    return _insert(new, shipped=False, reason=reason, actor=actor, now=now)


def _has(kept: Kept, slug: str) -> bool:
    return slug in kept.promises if slug else kept.fact is not None


def _insert(
    new: Mapping[str, Iterable[str]],
    *,
    shipped: bool,
    reason: str = "",
    actor: AbstractBaseUser | None,
    now: datetime | None = None,
) -> list[Binding]:
    """Write one row for each digest and promise; an empty promise is a plain fact. One entry, however many rows."""
    if not any(new.values()):
        return []
    person = Subject.objects.for_user(actor).reference if actor else ""
    payload = {"digests": sorted(new), "promises": sorted({slug for slugs in new.values() for slug in slugs if slug})}
    entry = ledger.record("statement.bound", payload={**payload, "shipped": shipped}, actor=actor)
    moment = now or timezone.now()
    rows = [
        Binding(
            digest=digest,
            promise=slug,
            fact=not slug,
            shipped=shipped,
            reason=reason,
            bound_by=person,
            bound_at=moment,
            entry=entry,
        )
        for digest, slugs in new.items()
        for slug in slugs
    ]
    return Binding.objects.bulk_create(rows)


@transaction.atomic
def unbind(*, digest: str, promise: str, reason: str, actor: AbstractBaseUser, now: datetime | None = None) -> int:
    """Take a sentence off a promise; an empty ``promise`` means that it is no plain fact. Returns how many rows.

    The rows stay, with who, when and why. Raises PermissionDenied.
    """
    allow(actor, BIND)
    rows: AppendOnlyQuerySet[Binding] = AppendOnlyQuerySet(Binding).filter(digest=digest, promise=promise)
    if not rows.filter(withdrawn_at=None).exists():
        return 0
    payload = {"digests": [digest], "promises": [promise] if promise else []}
    ledger.record("statement.unbound", payload=payload, actor=actor)
    person = Subject.objects.for_user(actor).reference
    return rows.fill(withdrawn_at=now or timezone.now(), withdrawn_by=person, withdrawn_reason=reason)


@transaction.atomic
def rebind(*, digest: str, promises: Iterable[str], fact: bool, reason: str, actor: AbstractBaseUser) -> None:
    """Let exactly these promises, or the word that it is a plain fact, keep a sentence.

    Raises PermissionDenied, UnknownPromise, ValueError for both or neither; nothing is stored then.
    """
    wanted = set(promises)
    bind(digests=[digest], promises=wanted, fact=fact, reason=reason, actor=actor)
    kept = live([digest]).get(digest, UNBOUND)
    for slug in set(kept.promises) - wanted:
        unbind(digest=digest, promise=slug, reason=reason, actor=actor)
    if kept.fact and not fact:
        unbind(digest=digest, promise="", reason=reason, actor=actor)


def bind_shipped(source: Source, *, actor: AbstractBaseUser | None) -> None:
    """Bind the sentences of the shipped template as the package says; a sentence bound before stays as it is."""
    kept, shipped = live(sentence.digest for sentence in source.sentences), shipped_bindings()
    new: dict[str, set[str]] = {}
    for sentence in source.sentences:
        slugs = shipped.get((sentence.clause, sentence.position))
        if slugs is not None and sentence.digest not in kept:
            new.setdefault(sentence.digest, set()).update(slugs or ("",))
    _insert({digest: sorted(slugs) for digest, slugs in new.items()}, shipped=True, actor=actor)
