"""Doors: slots that one room fills and others ask, so that no room imports another. Empty, they answer None."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, ParamSpec, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser

P = ParamSpec("P")
R = TypeVar("R")
V = TypeVar("V", bound=Callable[..., Any])


class Door(Generic[P, R]):
    """One slot. ``fill`` it once, at start; calling it empty gives None, never yes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._answer: Callable[P, R] | None = None

    def fill(self, answer: Callable[P, R]) -> None:
        """Put the answering function in; raises RuntimeError where another stands already."""
        if self._answer is not None and self._answer is not answer:
            raise RuntimeError(f"The door {self.name!r} is filled twice.")
        self._answer = answer

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R | None:
        return None if self._answer is None else self._answer(*args, **kwargs)


statement: Door[[str], str | None] = Door("statement")
"""Digest of the statement in force for a language code."""


@dataclass(frozen=True)
class ClauseText:
    """A clause of the published statement as it stood at a moment, facts put in, and the SHA-256 (hex) of its words."""

    title: str
    words: str
    digest: str


clause: Door[[str, str, datetime], ClauseText | None] = Door("clause")
"""Text of a clause (slug) in a language, in force at a moment; None where it was not. Filled by `statement`."""

cited: Door[[str, int], None] = Door("cited")
"""Told that a version (by its number) of the statement was published because of comments, with what its editor wrote.

Called in the transaction of the publication. Filled by `enquiries`.
"""


@dataclass(frozen=True)
class Coverage:
    """How many sentences a promise keeps, how many are plain facts, and for how many nobody and nothing answers.

    ``missing`` names the promises that sentences rest on and that no installed room makes: what they say is unproven.
    """

    promised: int
    facts: int
    unbound: int
    missing: tuple[str, ...] = ()

    @property
    def sentences(self) -> int:
        """All of them."""
        return self.promised + self.facts + self.unbound

    @property
    def percent(self) -> int:
        """The share that is answered for, rounded down: 100 only where nothing is missing."""
        return 100 * (self.promised + self.facts) // self.sentences if self.sentences else 0


coverage: Door[[], Coverage | None] = Door("coverage")
"""Coverage of the statement in force; None while there is none. Filled by `statement`."""

eraser: Door[[uuid.UUID, str], str] = Door("eraser")
"""Begins to erase everything about a subject, named by id, for a reason (a slug); gives the request's reference.

Asked again while the request is open, it gives the same reference. Filled by `rights`.
"""

restored: Door[[], str | None] = Door("restored")
"""Says why the database must be taken for a restored one that has forgotten erasures; None where it is not.

The gate asks before the first value that a process reads. Filled by `rights`.
"""


@dataclass(frozen=True)
class HandOver:
    """What one hand-over to a trusted partner asks for.

    ``agreement`` is the reference of an approved one; ``subjects`` are ids; ``fields`` None means all that the
    agreement allows. The same ``key`` again is the same hand-over.
    """

    agreement: str
    subjects: tuple[uuid.UUID, ...]
    purpose: str
    key: str
    fields: tuple[str, ...] | None = None
    actor: AbstractBaseUser | None = None


partner: Door[[HandOver], str] = Door("partner")
"""Hands data of people to a trusted partner; gives the reference of the hand-over. Filled by `disclosures`.

None means that nothing was handed over, because that room is not there. A hand-over that it refuses raises.
"""


def private_page(view: V) -> V:
    """Mark a view that `visits` must not record: conversations, rights, enquiries."""
    view.onvif_privacy_private = True  # type: ignore[attr-defined]
    return view
