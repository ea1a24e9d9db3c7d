"""What the tests of interests share: a site that keeps them, visitors who agree, and what their visits say."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import router
from django.test import Client, override_settings

from onvif_privacy.cookies.services import choice as choices
from onvif_privacy.cookies.services import running
from onvif_privacy.cookies.services.choice import Answer, Choice
from onvif_privacy.core import consent
from onvif_privacy.core.consent import Outcome, State
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import temporarily
from onvif_privacy.core.testing.factories import DecisionFactory, SubjectFactory
from onvif_privacy.visits.models import Area, Interest
from onvif_privacy.visits.privacy import profiles
from onvif_privacy.visits.services import areas, capture, dictionary, store
from onvif_privacy.visits.services.interests import INTERESTS, PURPOSE, writing
from onvif_privacy.visits.services.records import Note, Parcel

AREAS = {"video": ["/video/"], "access": ["/access/"], "audio": ["/audio/"], "light": ["/light/"]}
NOW = 1_790_000_000


@contextmanager
def kept(**settings: Any) -> Iterator[None]:
    """A site that keeps interests, as its settings would have made it at the start."""
    wanted = {"ONVIF_PRIVACY_VISITS_INTERESTS": True, "ONVIF_PRIVACY_VISITS_SUBJECT_AREAS": AREAS, **settings}
    with override_settings(**wanted), temporarily(INTERESTS, profiles(PURPOSE)):
        areas.places.forget()
        capture.rules.cache_clear()
        yield
    areas.places.forget()


def visitor(*outcomes: Outcome, subject: Subject | None = None) -> Subject:
    """A browser's visitor who decided so about interests, in that order; without any, who grants them."""
    found = subject or SubjectFactory()
    for outcome in outcomes or (Outcome.GRANTED,):
        DecisionFactory(subject=found, purpose=PURPOSE, outcome=outcome)
    return found


def visits(subject: Subject, *slugs: str, at: int = NOW) -> tuple[Note, ...]:
    """What visits to pages of these areas say, one a second."""
    return tuple(Note(at + number, subject.reference, f"/{slug}/", "") for number, slug in enumerate(slugs))


def store_notes(*notes: Note) -> None:
    """Store notes as one batch of the recorder."""
    store.write(Parcel((), notes=notes))


def scores(subject: Subject) -> dict[str, float]:
    """Stored scores by area."""
    return dict(Interest.objects.filter(visitor=subject.pk).values_list("area__slug", "score"))


def give(subject: Subject, **found: float) -> None:
    """Put scores into a profile, as of now."""
    using = router.db_for_write(Interest)
    numbers = dictionary.numbers(Area, {(slug,) for slug in found}, using)
    writing.add(((subject.pk, numbers[(slug,)], score, int(time.time())) for slug, score in found.items()), using)


def browser(subject: Subject | None, **granted: bool) -> Client:
    """A browser with the choice of this visitor, signed as the room `cookies` signs it."""
    policy = running.current()
    answers = {slug: Answer(yes, policy.generation(slug) if yes else 0) for slug, yes in granted.items()}
    choice = Choice(int(time.time()), policy.number, answers, "c", subject.reference if subject else "")
    client, (name, state) = Client(), choices.cookie_names()
    client.cookies.load({name: choices.sign(choice, name), state: choices.state_value(choice)})
    return client


class Choosing(consent.Refusing):
    """The choice of a browser as `request.privacy` has it; remembers whether it was asked aloud."""

    def __init__(self, subject: Subject | None, *purposes: str) -> None:
        self._purposes, self.asked = purposes, False
        self.reference = subject.reference if subject else ""
        self.silent: Any = _Silent(self)

    def allows(self, slug: str) -> bool:
        self.asked = True
        return slug in self._purposes

    def state(self, slug: str) -> State:
        self.asked = True
        return State.GRANTED if slug in self._purposes else State.UNDECIDED


class _Silent(consent.Refusing):
    def __init__(self, choice: Choosing) -> None:
        self._choice = choice
        self.reference = choice.reference
        self.silent = self

    def allows(self, slug: str) -> bool:
        return slug in self._choice._purposes

    def state(self, slug: str) -> State:
        return State.GRANTED if slug in self._choice._purposes else State.UNDECIDED
