"""What a request knows of its visitor's choice: the protocol `Privacy`, filled by the room `cookies`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from django.http import HttpRequest

Why = Literal["choice", "gpc", "necessary", "outdated", "none"]


class State(StrEnum):
    """The present answer for a purpose."""

    GRANTED = "granted"
    REFUSED = "refused"
    UNDECIDED = "undecided"


@runtime_checkable
class Privacy(Protocol):
    """The visitor's choice on this request. Asking costs no query and no cache access.

    ``allows``, ``state`` and ``why`` mark the response as depending on the visitor; ``silent`` asks without the mark.
    ``reference`` names the visitor's subject while something is granted, else it is empty.
    """

    @property
    def gpc(self) -> bool:
        """Whether the browser sends Global Privacy Control and the site honours it."""
        ...

    @property
    def decided(self) -> bool:
        """Whether a choice was made in this browser."""
        ...

    @property
    def decided_at(self) -> datetime | None:
        """When it was made; None where none was."""
        ...

    @property
    def policy(self) -> int:
        """Number of the policy that the choice answered; 0 where none was published."""
        ...

    @property
    def reference(self) -> str:
        """Public reference of the visitor's subject, or empty."""
        ...

    @property
    def silent(self) -> Privacy:
        """The same questions without marking the response."""
        ...

    def allows(self, slug: str) -> bool:
        """Whether the visitor granted the purpose, or needs not be asked for it."""
        ...

    def state(self, slug: str) -> State:
        """The visitor's answer."""
        ...

    def why(self, slug: str) -> Why:
        """What the answer rests on."""
        ...


class Refusing:
    """Stands in where the room `cookies` is absent: nothing optional is allowed, and nobody is known."""

    gpc = False
    decided = False
    decided_at: datetime | None = None
    policy = 0
    reference = ""

    def __init__(self) -> None:
        self.silent: Privacy = self  # there is nothing to mark

    def allows(self, slug: str) -> bool:
        """Nothing is."""
        return False

    def state(self, slug: str) -> State:
        """Nobody was asked."""
        return State.UNDECIDED

    def why(self, slug: str) -> Why:
        """Nothing to rest on."""
        return "none"


_REFUSING = Refusing()


def of(request: HttpRequest) -> Privacy:
    """Return ``request.privacy``, or one that refuses everything where no middleware filled it."""
    privacy = getattr(request, "privacy", None)
    return privacy if privacy is not None else _REFUSING
