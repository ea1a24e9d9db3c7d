"""A private Redis that tests may stop, empty and start again. The shared service is never touched."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.visits.cluster import free_port


class Server:
    """One server with a port and a folder of its own, which keeps what it holds over a stop."""

    def __init__(self, folder: Path) -> None:
        from redis import Redis

        self.port, self._folder = free_port(), folder
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client: Any = Redis.from_url(self.url, protocol=2)
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        more = ["--appendonly", "yes", "--save", "", "--logfile", str(self._folder / "log")]
        self._process = subprocess.Popen([*command, *more])
        end = time.monotonic() + 20
        while not self._answers():
            assert time.monotonic() < end
            time.sleep(0.02)

    def _answers(self) -> bool:
        from redis.exceptions import RedisError

        try:
            return bool(self.client.ping())
        except RedisError:
            return False

    def stop(self) -> None:
        """Stop as a system does, after everything is on the disk."""
        self._process.terminate()
        self._process.wait(20)


@contextmanager
def server() -> Iterator[Server]:
    """Run a private server; skips the test where Redis or its Python package is not installed."""
    pytest.importorskip("redis", reason="the package redis is not installed")
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    folder = Path(tempfile.mkdtemp(prefix="onvif_privacy_redis_"))
    try:
        made = Server(folder)
        try:
            yield made
        finally:
            made.client.close()
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
