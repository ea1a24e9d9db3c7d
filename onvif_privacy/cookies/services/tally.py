"""Counting in memory between two flushes; a process that is killed loses what it had not written yet."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

Key = TypeVar("Key")


class Tally(Generic[Key]):
    """How often each key was added since the last `drain`."""

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """Begin empty and unlocked, also in a forked child: what it inherited is its parent's to store."""
        self._counts: dict[Key, int] = {}
        self._lock = threading.Lock()

    def add(self, key: Key, number: int = 1) -> None:
        """Count one key."""
        with self._lock:
            key = self._kept(key)
            self._counts[key] = self._counts.get(key, 0) + number

    def _kept(self, key: Key) -> Key:
        """Return the key to count it under; called with the lock held."""
        return key

    def drain(self) -> dict[Key, int]:
        """Return everything counted so far and begin again."""
        with self._lock:
            counts, self._counts = self._counts, {}
        return counts

    def __len__(self) -> int:
        return len(self._counts)

    def __contains__(self, key: object) -> bool:
        return key in self._counts
