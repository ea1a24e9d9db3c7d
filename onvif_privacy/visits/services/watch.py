"""A line to PostgreSQL that has gone silent is cut, so that whoever waits for an answer goes on.

The server's own limits stand still with it (a paused process, a hanging disk), its kernel keeps the connection alive,
and neither libpq nor its drivers limit how long an answer may take. MySQL's driver does (``read_timeout``).
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


class Watch:
    """Cuts a connection when nothing follows a statement for some seconds: no other statement, and no `rest`.

    Everything the thread of the connection does after its first statement is watched, COPY and commit included.
    Whoever waits gets the driver's error for a closed connection.
    """

    def __init__(self, connection: BaseDatabaseWrapper, seconds: float) -> None:
        self._connection = connection
        self._seconds = seconds
        self._heard = 0.0
        self._over: threading.Event | None = None
        connection.execute_wrappers.append(self)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Note that a statement begins; Django calls this for each."""
        self._heard = time.monotonic()
        if self._over is None:
            self._over = threading.Event()
            # a handle of its own: the connection's may be closed and its number reused at the moment of cutting;
            # family and type do not matter for what it is used for
            line = socket.fromfd(self._connection.connection.fileno(), socket.AF_INET, socket.SOCK_STREAM)
            threading.Thread(
                target=self._look, args=(line, self._over), name="onvif_privacy.watch", daemon=True
            ).start()
        return execute(sql, params, many, context)

    def rest(self) -> None:
        """Nothing is waited for until the next statement."""
        if self._over is not None:
            self._over.set()
            self._over = None

    def _look(self, line: socket.socket, over: threading.Event) -> None:
        with line:
            while not over.wait(left := self._heard + self._seconds - time.monotonic()):
                if left <= 0:
                    with contextlib.suppress(OSError):  # closed already
                        line.shutdown(socket.SHUT_RDWR)
                    return
