"""A mail server in a process of its own that takes everything and keeps nothing: ``python -m benchmarks.sink``.

Prints its port; when its input ends, how many mails it took and how many bytes they had.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller


class Counting:
    """Counts what comes."""

    mails = size = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take one mail."""
        self.mails += 1
        self.size += len(envelope.content)
        return "250 taken"


class Sink:
    """A running one: its port, and what it took once it was stopped."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.port = int(self._line())
        self.mails = self.size = 0

    def _line(self) -> str:
        if self.process.stdout is None:
            raise RuntimeError("it was started without a pipe")
        return self.process.stdout.readline()

    def stop(self) -> None:
        """Let it say what it took, and end."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.mails, self.size = (int(word) for word in self._line().split())
        self.process.wait(30)


@contextmanager
def sink() -> Iterator[Sink]:
    """Run one as long as the block takes."""
    command = [sys.executable, "-m", "benchmarks.sink"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        running = Sink(process)
        try:
            yield running
        finally:
            running.stop()


def main() -> None:
    """Serve until the input ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = Counting()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    print(port, flush=True)
    sys.stdin.read()
    controller.stop()
    print(kept.mails, kept.size, flush=True)


if __name__ == "__main__":
    main()
