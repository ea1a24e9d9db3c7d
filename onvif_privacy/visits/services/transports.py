"""How a parcel gets from the recorder to the store. ``Direct`` writes it from the recording process itself."""

from __future__ import annotations

from typing import Any, Protocol

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper

from onvif_privacy.visits.models import Visit
from onvif_privacy.visits.services import store
from onvif_privacy.visits.services.records import Parcel, Receipt
from onvif_privacy.visits.services.watch import Watch

TIMEOUT_SECONDS = 5


class Transport(Protocol):
    """Takes parcels, in the recorder's own thread or, inline, in the caller's."""

    def send(self, parcel: Parcel) -> Receipt:
        """Deliver a parcel once, however often it is sent; raises Unavailable to be asked again later."""
        ...

    def open(self) -> None:
        """Prepare the calling thread, which will send from now on."""
        ...

    def rest(self) -> None:
        """Give back what is not needed until the next parcel."""
        ...

    def close(self) -> None:
        """Give back everything."""
        ...


class Direct:
    """Recorder to store, in one transaction for each parcel, on a connection of its own with short time-outs."""

    _watch: Watch | None = None

    def send(self, parcel: Parcel) -> Receipt:
        """Store the parcel."""
        return store.write(parcel)

    def open(self) -> None:
        """Give the calling thread a connection that never waits long: pages do not wait for it, but stopping does."""
        alias = router.db_for_write(Visit)
        connection = connections[alias].copy()
        options = {**connection.settings_dict["OPTIONS"], **_timeouts(connection)}
        options.pop("pool", None)  # its connections and its waits are those of pages, and it does not survive a fork
        connection.settings_dict["OPTIONS"] = options
        connections[alias].close()
        connections[alias] = connection
        self._watch = Watch(connection, TIMEOUT_SECONDS) if connection.vendor == "postgresql" else None

    def rest(self) -> None:
        """Close the connection where the site's CONN_MAX_AGE says so, and forget what DEBUG has noted of it.

        A file is closed each time: SQLite in a forked child believes that it holds the locks of what it inherits open.
        """
        connection = connections[router.db_for_write(Visit)]
        if connection.vendor == "sqlite":
            connection.close()
        connection.close_if_unusable_or_obsolete()
        connection.queries_log.clear()  # only requests do so, and this thread has none
        self._unwatched()

    def close(self) -> None:
        """Close the connection."""
        self._unwatched()
        connections[router.db_for_write(Visit)].close()

    def _unwatched(self) -> None:
        if self._watch is not None:
            self._watch.rest()


def _timeouts(connection: BaseDatabaseWrapper) -> dict[str, Any]:
    """Options of each driver by which connecting and each statement ends after `TIMEOUT_SECONDS`."""
    if connection.vendor == "mysql":
        return dict.fromkeys(("connect_timeout", "read_timeout", "write_timeout"), TIMEOUT_SECONDS)
    if connection.vendor == "postgresql":
        # tcp_user_timeout ends a connection whose machine has gone silent; `Watch` one whose server has. Statements are
        # limited by the store, in their transaction: a pooling proxy refuses such settings at connection time.
        return {"connect_timeout": TIMEOUT_SECONDS, "tcp_user_timeout": TIMEOUT_SECONDS * 1000}
    if connection.vendor == "sqlite":
        return {"timeout": TIMEOUT_SECONDS, "transaction_mode": "IMMEDIATE"}
    return {}
