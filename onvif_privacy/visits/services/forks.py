"""What a fork does to a recorder: its parent goes on as if nothing had happened, the child begins anew.

On SQLite a fork waits a moment for the recorder's thread to leave the file. A child that came meanwhile would inherit
the parent's locks in memory, and find the file locked for good.
"""

from __future__ import annotations

import os
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import connections, router

from onvif_privacy.visits.models import Visit

if TYPE_CHECKING:
    from onvif_privacy.visits.services.recorder import Recorder

# As long as writing a full buffer takes. Upkeep may take longer, and so may a file that others have locked: then the
# child comes all the same.
WAIT_SECONDS = 0.5


def follow(recorder: Recorder) -> None:
    """See to a recorder whenever the process forks; it is held weakly, so that one that nobody uses can go."""
    if not hasattr(os, "register_at_fork"):  # a system without forks
        return
    known = weakref.ref(recorder)

    def before() -> None:
        if (mine := known()) is not None and _writes_a_file():
            mine.storing.acquire(timeout=WAIT_SECONDS)

    def in_parent() -> None:
        # a thread that waited in vain does not own it, and must not take it from who does
        if (mine := known()) is not None and _writes_a_file():
            with suppress(RuntimeError):
                mine.storing.release()

    def in_child() -> None:
        if (mine := known()) is not None:
            mine.begin_anew(inherited=mine.pending)

    os.register_at_fork(before=before, after_in_parent=in_parent, after_in_child=in_child)


def _writes_a_file() -> bool:
    return connections[router.db_for_write(Visit)].vendor == "sqlite"
