"""A private PostgreSQL server that tests may freeze. The shared service is never touched."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.visits.serving import children

DISK_MEGABYTES = 8


class Cluster:
    """One server with a data folder and a port of its own; run as ``postgres`` where the tests are root."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.data = folder / "data"
        self._programs = programs
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.port = free_port()
        if self._as:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-N")
        self.start()

    @property
    def url(self) -> str:
        """Address of its database."""
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start, and wait until it takes connections."""
        options = f"-p {self.port} -k {self.data} -c listen_addresses=127.0.0.1"
        self._run(
            "pg_ctl", "-D", str(self.data), "-w", "-t", "60", "-l", str(self.data / "log"), "-o", options, "start"
        )

    def stop(self, mode: str = "fast") -> None:
        """Stop; ``immediate`` is a crash: nobody is told, and the next start recovers."""
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "stop")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Take connections but answer nothing for the length of the block."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        processes = [first, *children(first)]
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                with suppress(ProcessLookupError):  # one that ended at that moment
                    os.kill(process, signal.SIGCONT)

    @contextmanager
    def full(self, table: str) -> Iterator[None]:
        """Leave no room for one table and its parts for the length of the block: their disk of few megabytes is full.

        Skips the test where disks cannot be mounted.
        """
        folder = self.data.parent / "small"
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m", "tmpfs", str(folder)]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("a small disk cannot be mounted: only root may")
        try:
            shutil.chown(folder, "postgres")
            folder.chmod(0o700)
            self.say(f"CREATE TABLESPACE small LOCATION '{folder}'")
            self._move(table, "small")
            self.say("CREATE TABLE filling (data text) TABLESPACE small")
            while self.say("INSERT INTO filling SELECT repeat('x', 900) FROM generate_series(1, 100)"):
                pass
            yield
            self.say("DROP TABLE filling")
            self._move(table, "pg_default")
            self.say("DROP TABLESPACE small")
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
            folder.rmdir()

    def _move(self, table: str, place: str) -> None:
        """Move a table with its parts; what is parted holds nothing itself."""
        self.say(
            f"DO $$ DECLARE part text; BEGIN FOR part IN SELECT relid::regclass FROM pg_partition_tree('{table}') "
            f"WHERE isleaf LOOP EXECUTE 'ALTER TABLE ' || part || ' SET TABLESPACE {place}'; END LOOP; END $$"
        )

    def say(self, statement: str) -> bool:
        """Run a statement; gives whether there was room for what it writes."""
        import psycopg

        with psycopg.connect(self.url.replace("postgres://", "postgresql://"), autocommit=True) as line:
            try:
                line.execute(statement)
            except psycopg.errors.DiskFull:
                return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self._programs / program), *arguments]
        # a server started by pg_ctl would keep a pipe open for ever
        done = subprocess.run(
            command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, check=False
        )
        assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}"


def free_port() -> int:
    """Return a port below those that systems give to clients: nobody may have it when a stopped server starts again."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port found")


def _programs() -> Path | None:
    """Return the folder with the newest PostgreSQL's programs, as Debian or the path have it."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    return next((folder for folder in [*folders, *([Path(found).parent] if found else [])] if folder.exists()), None)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Run a private server; skips the test where PostgreSQL's programs are not installed."""
    programs = _programs()
    if programs is None or not Path("/proc").exists():
        pytest.skip("PostgreSQL's own programs (initdb, pg_ctl) are not installed")
    folder = Path(tempfile.mkdtemp(prefix="onvif_privacy_cluster_"))
    os.environ.pop("PGOPTIONS", None)  # whatever hurries the other tests, this one acknowledges what is on the disk
    try:
        made = Cluster(folder, programs)
        try:
            yield made
        finally:
            made.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
