"""How much memory this process has while something runs, looked at again and again. Linux."""

from __future__ import annotations

import os
import threading
from pathlib import Path

EVERY_SECONDS = 0.02
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
MEBIBYTE = 1 << 20


def resident() -> int:
    """Return the resident memory of this process, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES


class Sampled:
    """The samples taken while the block runs; raises nothing by itself."""

    def __init__(self) -> None:
        self.samples = [resident()]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            self.samples.append(resident())

    def __enter__(self) -> Sampled:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()
        self.samples.append(resident())

    @property
    def grown(self) -> float:
        """How much more there was at most than at the beginning, in MiB."""
        return (max(self.samples) - self.samples[0]) / MEBIBYTE

    @property
    def drift(self) -> float:
        """How much more the last tenth of the samples has than the first, on average, in MiB."""
        part = max(1, len(self.samples) // 10)
        return (sum(self.samples[-part:]) - sum(self.samples[:part])) / part / MEBIBYTE

    def __str__(self) -> str:
        return f"memory {self.grown:+.1f} MiB at most, {self.drift:+.1f} from the first tenth to the last"
