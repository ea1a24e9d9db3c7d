"""The job that rotates keys while the site runs."""

from __future__ import annotations

from collections.abc import Callable

from onvif_privacy.core.fields.rotation import follow_declarations, reseal_values, values_by
from onvif_privacy.core.jobs.registry import job
from onvif_privacy.core.jobs.running import Run
from onvif_privacy.core.keys import ring
from onvif_privacy.core.keys.rotation import rewrap_keys, wrapped_by
from onvif_privacy.core.models import Entry
from onvif_privacy.core.signals import keys_rotated

BATCH = 500


def named() -> dict[str, int]:
    """Return what names each data key: wrapped keys, values of row keys, entries that wait for a seal, by key id."""
    found: dict[str, int] = {}
    unsealed = Entry.objects.filter(seal__isnull=True).order_by().values_list("mac_key", flat=True)
    waiting = {key_id: unsealed.filter(mac_key=key_id).count() for key_id in unsealed.distinct()}
    for part in (wrapped_by(), values_by(), waiting):
        for key_id, number in part.items():
            found[key_id] = found.get(key_id, 0) + number
    return found


def left() -> int:
    """Return how many keys and values an older ring key still holds."""
    active = ring().active("data").id
    return sum(number for part in (wrapped_by(), values_by()) for key_id, number in part.items() if key_id != active)


def batch(limit: int = BATCH) -> int:
    """Bring up to ``limit`` keys or values under the active ring key, in the caller's transaction; returns how many."""
    return rewrap_keys(limit) or reseal_values(limit)


@job("rewrap", every="1d", lease="10m")
def rewrap(run: Run, progress: Callable[[int], object] = lambda number: None) -> None:
    """Seal keys and values anew after a key was added, a field declared otherwise, or an index renewed."""
    older = {key_id for part in (wrapped_by(), values_by()) for key_id in part} - {ring().active("data").id}
    number = 1
    while number and not run.spent:
        with run.step():
            number = batch()
        progress(number)
    while not run.spent:
        with run.step():
            if not follow_declarations(run.cursor, BATCH):
                break
    still = {**wrapped_by(), **values_by()}
    for key_id in sorted(older - set(still)):
        keys_rotated.send_robust(Run, old=key_id, new=ring().active("data").id)
