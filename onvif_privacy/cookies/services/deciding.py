"""The only writer of choices: what somebody answered becomes a decision on record and two cookies in their browser."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from django.db import DatabaseError
from django.http.response import HttpResponseBase

from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.models import PolicyText, PolicyVersion
from onvif_privacy.cookies.services import answering, counting, running, wording
from onvif_privacy.cookies.services import choice as choices
from onvif_privacy.cookies.services.answering import Action, Standing
from onvif_privacy.cookies.services.choice import Answer, Choice
from onvif_privacy.cookies.services.policy import Policy
from onvif_privacy.cookies.services.shown import Shown
from onvif_privacy.cookies.services.visitor import Silent, verdict
from onvif_privacy.core import consent, subjects
from onvif_privacy.core.consent import ConsentUnavailable, ContextRef, Method, Outcome, State
from onvif_privacy.core.models import Notice, Subject

METHODS = {"a": Method.ACCEPT_ALL, "r": Method.DECLINE_ALL, "c": Method.CHOSEN}

A_MOMENT = 60  # seconds within which a choice counts as made now: accepting and refusing hold equally long

_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


class UnknownPurpose(ValueError):
    """A purpose was named that is not asked about. Answer 400."""


class Outdated(Exception):
    """The page showed something other than what is in force now. Answer 409 and show it anew."""


@dataclass(frozen=True)
class Decided:
    """The outcome: the choice for the browser, and the state of each optional purpose under it."""

    choice: Choice
    policy: Policy
    states: Mapping[str, State]

    def allows(self, slug: str) -> bool:
        """Whether the purpose is granted from now on."""
        return self.states.get(slug) is State.GRANTED


def decide(
    privacy: Silent,
    *,
    action: Action,
    slugs: Iterable[str] = (),
    shown: Shown,
    key: str = "",
    surface: str = "",
    scripted: bool = True,
) -> Decided:
    """Decide for one browser and record it.

    `answering.answers` says what each action means; ``record`` only repeats what could not be recorded. A refusal by a
    stranger needs no database. ``scripted`` says that a script sent it, which had counted the entry.
    Raises UnknownPurpose, Outdated, IdempotencyConflict, and ConsentUnavailable for a grant that cannot be recorded; a
    withdrawal holds even then and is flagged in the choice.
    """
    policy, named = privacy.declaration, set(slugs)
    if action in ("accept", "save", "allow") and _differs(shown, policy):
        policy = _newest()
    _known(policy, named, shown)
    standing = Standing.of(privacy, policy)
    answers = answering.answers(standing, action, named, asked=shown.generations.keys(), on_bar=surface == "bar")
    if action == "record" and privacy.choice:
        choice = privacy.choice
    else:
        choice = Choice(int(time.time()), policy.number, answers, answering.method(answers, policy))
    fresh = {slug for slug, answer in answers.items() if answer.granted and privacy.stored(slug) != answer}
    key = key if _KEY.fullmatch(key) else uuid.uuid4().hex
    surface = counting.surface(privacy, surface)
    if fresh:
        choice = _granted(privacy, policy, choice, fresh, shown, key, surface)
    else:
        choice = _withdrawn(privacy, choice, key, surface)
    counting.answered(
        privacy,
        choice,
        action=action,
        surface=surface,
        fresh=fresh,
        language=shown.language,
        policy=shown.policy,
        scripted=scripted,
    )
    states = {slug: verdict([choice], slug, policy, gpc=privacy.gpc)[0] for slug in sorted(policy.optional)}
    return Decided(choice, policy, states)


def _differs(shown: Shown, policy: Policy) -> bool:
    """Say whether the page was made from another policy than this process runs."""
    return shown.policy != policy.number or any(
        policy.generation(slug) != number for slug, number in shown.generations.items()
    )


def _newest() -> Policy:
    """Load the newest policy: the page may be newer than this process, or a cache may have kept an old one."""
    if not running.refresh():
        raise ConsentUnavailable("The decision could not be recorded. Please try again.")
    return running.current()


def _known(policy: Policy, named: set[str], shown: Shown) -> None:
    for slug in sorted(named - policy.optional):
        if slug in shown.generations:
            raise Outdated(f"{slug} is not asked about any more.")
        raise UnknownPurpose(f"{slug} is no purpose of this site.")


def _granted(
    privacy: Silent, policy: Policy, choice: Choice, fresh: set[str], shown: Shown, key: str, surface: str
) -> Choice:
    """Record a choice that grants something new: all of it or nothing."""
    try:
        notice, context = _evidence(policy, shown)
        current = consent.generations()
        for slug in sorted(fresh):
            if not (shown.generations.get(slug) == policy.generation(slug) == current.get(slug, 0)):
                raise Outdated(f"{slug} has changed since the page was made.")
        subject = _subject(privacy) or subjects.visitor()
        consent.decide_all(
            subject=subject,
            choices={
                slug: Outcome.GRANTED if answer.granted else Outcome.WITHDRAWN
                for slug, answer in choice.answers.items()
            },
            method=METHODS[choice.method],
            key=key,
            notice=notice,
            surface=surface,
            gpc=privacy.gpc,
            context=context,
        )
    except DatabaseError as error:
        raise ConsentUnavailable("The decision could not be recorded. Please try again.") from error
    return replace(choice, reference=subject.reference)


def _withdrawn(privacy: Silent, choice: Choice, key: str, surface: str) -> Choice:
    """Record what is taken back; if that cannot be done now the choice says so, and holds nevertheless."""
    before = privacy.choice
    if before is None or not before.reference:
        return choice
    taken = {slug for slug, answer in choice.answers.items() if not answer.granted}
    if not before.pending:
        taken = {slug for slug in taken if slug in before.answers and before.answers[slug].granted}
    try:
        subject = subjects.by_reference(before.reference)
        if subject is not None and taken:
            consent.decide_all(
                subject=subject,
                choices=dict.fromkeys(sorted(taken), Outcome.WITHDRAWN),
                method=METHODS[choice.method],
                key=key,
                surface=surface,
                gpc=privacy.gpc,
            )
    except (DatabaseError, ConsentUnavailable):
        return replace(choice, reference=before.reference, pending=True)
    return replace(choice, reference=before.reference if choice.grants else "", pending=False)


def _subject(privacy: Silent) -> Subject | None:
    """Return the subject that this browser's choice names, if it can still decide for itself."""
    if privacy.choice is None or not privacy.choice.reference:
        return None
    found = subjects.by_reference(privacy.choice.reference)
    return found if found and not found.erased_at and not found.merged_into_id else None


def _evidence(policy: Policy, shown: Shown) -> tuple[Notice, ContextRef]:
    """Return the words the page showed and the version they belong to. Raises Outdated for words nobody recorded."""
    if policy.number == 0:
        if shown.policy != 0:
            raise Outdated("This page is older than the site.")
        words = wording.words(policy, shown.language)
        notice = consent.notice(text=words.bar, language=shown.language, surface="bar")
        return notice, ContextRef("policy-0", policy.snapshot.digest)
    version = PolicyVersion.objects.numbered(shown.policy)
    text = (
        version
        and PolicyText.objects.select_related("banner", "dialog")
        .filter(version=version, language=shown.language)
        .first()
    )
    if not version or not text or shown.words not in (text.banner_id, text.dialog_id):
        raise Outdated("Nobody recorded the words that this page shows.")
    notice = text.banner if shown.words == text.banner_id else text.dialog
    return notice, ContextRef(version.reference, version.digest)


def record_waiting(privacy: Silent, response: HttpResponseBase) -> None:
    """Record a withdrawal that could not be recorded when it was made, and say so in the answer's cookies."""
    if privacy.choice is not None and privacy.choice.pending:
        made = decide(privacy, action="record", shown=Shown(privacy.policy, "", "", {}))
        write(response, made.choice)


def write(response: HttpResponseBase, choice: Choice) -> None:
    """Put the choice into an answer: the signed cookie and the one the script reads, for what is left of their life."""
    name, state = choices.cookie_names()
    age = int(time.time()) - choice.issued
    remaining = choices.lifetime() - age if age > A_MOMENT else choices.lifetime()
    for key, value, hidden in ((name, choices.sign(choice, name), True), (state, choices.state_value(choice), False)):
        response.set_cookie(
            key,
            value,
            max_age=remaining,
            path="/",
            domain=conf.DOMAIN,
            secure=conf.SECURE,
            httponly=hidden,
            samesite="Lax",
        )


def choice_cookies(granted: Iterable[str] = (), *, clock: Callable[[], float] = time.time) -> dict[str, str]:
    """Return valid choice cookies, by name, for a host's tests: ``granted`` purposes, everything else refused.

    Nothing is recorded; where a test needs the subject behind a choice, it posts the form.
    """
    policy, wanted = running.current(), set(granted)
    _known(policy, wanted, Shown(policy.number, "", "", {}))
    answers = {
        slug: Answer(slug in wanted, policy.generation(slug) if slug in wanted else 0) for slug in policy.optional
    }
    reference = Subject().reference if wanted else ""
    choice = Choice(int(clock()), policy.number, answers, answering.method(answers, policy), reference)
    name, state = choices.cookie_names()
    return {name: choices.sign(choice, name), state: choices.state_value(choice)}
