"""The processor's time of a database that works for us, which does not depend on what else the machine does."""

from __future__ import annotations

import contextlib
import math
from itertools import chain
from pathlib import Path

from django.db import connection

MARIADB_THREAD = "SELECT TID FROM information_schema.PROCESSLIST WHERE ID = CONNECTION_ID()"


def database_seconds() -> float:
    """Return the processor's time that the database has spent on this connection; 0 where it runs in this process.

    Needs a database on this machine and Linux, otherwise not a number.
    """
    if connection.vendor == "sqlite":
        return 0.0
    sql = "SELECT pg_backend_pid()" if connection.vendor == "postgresql" else MARIADB_THREAD
    with connection.cursor() as cursor:
        cursor.execute(sql)
        number = cursor.fetchone()[0]
    for place in chain((Path(f"/proc/{number}"),), Path("/proc").glob(f"[0-9]*/task/{number}")):
        with contextlib.suppress(OSError):
            return int((place / "schedstat").read_text().split()[0]) / 1e9
    return math.nan
