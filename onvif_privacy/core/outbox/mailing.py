"""How one table of letters is sent. A room whose letters go to many people at once says more than the default."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.core.mail import EmailMessage
from django.db.models import Q

from onvif_privacy.core.models import Outgoing
from onvif_privacy.core.registry import purposes

M = TypeVar("M", bound=Outgoing)

NO_CONSENT = "no_consent"


@dataclass(frozen=True)
class Refusal:
    """Why a letter does not leave now; with ``until`` it is asked again then, without it never."""

    reason: str
    until: datetime | None = None


class Mailing(Generic[M]):
    """What `drain` asks about a table. The default sends one letter at a time, the longest waiting first.

    ``batch`` letters are taken at once, at most ``wave`` of them are decided in one transaction: whoever is killed
    repeats one wave at most. ``order`` is how due letters are taken; an empty one is any order.
    """

    batch = 20
    wave = 1
    order: tuple[str, ...] = ("created_at",)

    def __init__(self, model: type[M]) -> None:
        self.model = model

    def due(self) -> Q:
        """Narrow which letters are due."""
        return Q()

    @contextmanager
    def opened(self, letters: Sequence[M]) -> Iterator[None]:
        """Surround everything that is done with the letters of one batch; outside any transaction."""
        yield

    def refusals(self, letters: Sequence[M], allowed: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Refusal]:
        """Return which letters do not leave now, by id; in the transaction of their wave.

        ``allowed`` are the ids of those whose person may be written to; the people's rows are locked.
        """
        return {one.pk: Refusal(NO_CONSENT) for one in letters if not self.is_wanted(one, allowed)}

    @staticmethod
    def is_wanted(letter: M, allowed: Collection[uuid.UUID]) -> bool:
        """Whether the person of a letter may be written to; nobody's letter needs a purpose nobody is asked for."""
        if letter.subject_id is None:
            return purposes.get(letter.purpose).default
        return letter.pk in allowed

    def leaving(self, letters: Sequence[M]) -> None:
        """Note what else belongs to letters that are about to leave; in the transaction of their wave."""

    def compose(self, letter: M) -> EmailMessage | None:
        """Write a letter to one recipient; None where they cannot be reached. Outside any transaction."""
        raise NotImplementedError

    def refused(self, letter: M, code: str) -> None:
        """Hear that the mail server will never take a letter; ``code`` is ``smtp 550 5.1.1`` or the like."""


class Written(Mailing[M]):
    """A table whose letters one function writes."""

    def __init__(self, model: type[M], write: Callable[[M], EmailMessage | None]) -> None:
        super().__init__(model)
        self._write = write

    def compose(self, letter: M) -> EmailMessage | None:
        """Ask the function."""
        return self._write(letter)
