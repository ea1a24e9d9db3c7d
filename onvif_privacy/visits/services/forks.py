"""What a fork does to a recorder: its parent goes on as if nothing had happened, the child begins anew.

A fork waits a moment for the recorder's thread to leave the store. A child that came while SQLite was writing would
inherit the parent's locks in memory, and find the file locked for good; one that inherited half an exchange with a
server might end it.
"""

from __future__ import annotations

import os
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onvif_privacy.visits.services.recorder import Recorder

# As long as writing a full buffer takes. Upkeep may take longer, and so may a store that is away: then the child
# comes all the same, and on SQLite counts its visits until it ends.
WAIT_SECONDS = 0.5


def follow(recorder: Recorder) -> None:
    """See to a recorder whenever the process forks; it is held weakly, so that one that nobody uses can go."""
    if not hasattr(os, "register_at_fork"):  # a system without forks
        return
    known = weakref.ref(recorder)

    def before() -> None:
        if (mine := known()) is not None:
            mine.storing.acquire(timeout=WAIT_SECONDS)

    def in_parent() -> None:
        # a thread that waited in vain does not own it, and must not take it from who does
        if (mine := known()) is not None:
            with suppress(RuntimeError):
                mine.storing.release()

    def in_child() -> None:
        if (mine := known()) is not None:
            mine.begin_anew(inherited=mine.pending)

    os.register_at_fork(before=before, after_in_parent=in_parent, after_in_child=in_child)
