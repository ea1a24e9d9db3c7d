"""A private MariaDB server that tests may stop and freeze. The shared service is never touched."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.visits.cluster import free_port

START_SECONDS = 120
PROGRAMS = ("mariadbd", "mariadb-install-db")
QUIET: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Server:
    """One server with a data folder and a port of its own; run as ``mysql`` where the tests are root."""

    def __init__(self, folder: Path) -> None:
        self.data, self.port = folder / "data", free_port()
        self._user = ["--user=mysql"] if os.geteuid() == 0 else []
        if self._user:
            shutil.chown(folder, "mysql")
        make = [_program("mariadb-install-db"), "--no-defaults", f"--datadir={self.data}", *self._user]
        subprocess.run(
            [*make, "--auth-root-authentication-method=normal", "--skip-test-db"], check=True, timeout=120, **QUIET
        )
        self.start()
        self.say("CREATE DATABASE site CHARACTER SET utf8mb4")

    @property
    def url(self) -> str:
        """Address of its database."""
        return f"mysql://root@127.0.0.1:{self.port}/site"

    def start(self) -> None:
        """Start, and wait until it takes connections."""
        place = [f"--datadir={self.data}", f"--socket={self.data}/socket", f"--pid-file={self.data}/pid"]
        net = [f"--port={self.port}", "--bind-address=127.0.0.1", "--skip-log-bin"]
        self._process = subprocess.Popen([_program("mariadbd"), "--no-defaults", *place, *net, *self._user], **QUIET)
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                return self.say("SELECT 1")
            except OSError:
                assert self._process.poll() is None, "MariaDB ended"
                assert time.monotonic() < end, "MariaDB does not answer"
                time.sleep(0.1)

    def stop(self, mode: str = "fast") -> None:
        """Stop; ``immediate`` is a crash: nobody is told, and the next start recovers."""
        self._process.send_signal(signal.SIGKILL if mode == "immediate" else signal.SIGTERM)
        self._process.wait(START_SECONDS)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Take connections but answer nothing for the length of the block."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def say(self, statement: str) -> None:
        """Run a statement; raises OSError while nobody answers."""
        import MySQLdb

        try:
            line = MySQLdb.connect(host="127.0.0.1", port=self.port, user="root", connect_timeout=5)
        except MySQLdb.OperationalError as error:
            raise OSError(str(error)) from error
        try:
            line.cursor().execute(statement)
        finally:
            line.close()


def _program(name: str) -> str:
    """Return the path of a program, which Debian keeps where only root looks."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin") or ""


@contextmanager
def server() -> Iterator[Server]:
    """Run a private server; skips the test where MariaDB's programs are not installed."""
    if not all(map(_program, PROGRAMS)):
        pytest.skip("MariaDB's own programs (mariadbd, mariadb-install-db) are not installed")
    folder = Path(tempfile.mkdtemp(prefix="onvif_privacy_mariadb_"))
    try:
        made = Server(folder)
        try:
            yield made
        finally:
            made.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
