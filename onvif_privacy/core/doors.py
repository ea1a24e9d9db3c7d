"""Doors: slots that one room fills and others ask, so that no room imports another. Empty, they answer None."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

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


def private_page(view: V) -> V:
    """Mark a view that `visits` must not record: conversations, rights, enquiries."""
    view.onvif_privacy_private = True  # type: ignore[attr-defined]
    return view
