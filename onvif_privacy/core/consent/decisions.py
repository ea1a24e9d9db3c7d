"""Recording what a person decides."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.base_user import AbstractBaseUser

from onvif_privacy.core.consent.locking import one_transaction
from onvif_privacy.core.consent.writing import Act, ContextRef, write
from onvif_privacy.core.models import Decision, Method, Notice, Outcome, Subject

Actor = AbstractBaseUser | Subject
"""Who decides for somebody else: a user of the site, or a guardian who has no account."""


def _reference(actor: Actor | None) -> str:
    if actor is None:
        return ""
    return actor.reference if isinstance(actor, Subject) else Subject.objects.for_user(actor).reference


def decide_all(
    *,
    subject: Subject,
    choices: Mapping[str, Outcome],
    method: Method,
    key: str,
    notice: Notice | None = None,
    surface: str = "",
    gpc: bool = False,
    context: ContextRef | None = None,
    actor: Actor | None = None,
) -> list[Decision]:
    """Record the answers to several purposes, all or none, in the order of ``choices``.

    ``key`` is the random key of the form: the same key and content give the first decisions again. Seven queries,
    nine the first time; one more on PostgreSQL, which is told how long to wait for the lock.
    Raises NotDeclared, NoticeRequired, ObjectionStands, SubjectGone, IdempotencyConflict, ConsentUnavailable, and
    stores nothing.
    Source: GDPR Art. 7(1); statement clause ``cookies_choice``.
    """
    by = _reference(actor)
    acts = [
        Act(
            purpose=purpose,
            outcome=Outcome(outcome),
            method=Method(method),
            key=key,
            notice=notice,
            surface=surface,
            gpc=gpc,
            context=context,
            actor=by,
        )
        for purpose, outcome in choices.items()
    ]
    with one_transaction(subject) as locked:
        return write(subject, acts, locked)


def decide(
    *,
    subject: Subject,
    purpose: str,
    outcome: Outcome,
    method: Method,
    key: str,
    notice: Notice | None = None,
    surface: str = "",
    gpc: bool = False,
    context: ContextRef | None = None,
    actor: Actor | None = None,
) -> Decision:
    """Record the answer to one purpose; see `decide_all`."""
    return decide_all(
        subject=subject,
        choices={purpose: outcome},
        method=method,
        key=key,
        notice=notice,
        surface=surface,
        gpc=gpc,
        context=context,
        actor=actor,
    )[0]


def withdraw(
    *,
    subject: Subject,
    purpose: str,
    method: Method,
    key: str,
    surface: str = "",
    actor: Actor | None = None,
) -> Decision:
    """Withdraw one purpose. Needs no notice: as easy as giving (GDPR Art. 7(3))."""
    return decide(
        subject=subject,
        purpose=purpose,
        outcome=Outcome.WITHDRAWN,
        method=method,
        key=key,
        surface=surface,
        actor=actor,
    )
