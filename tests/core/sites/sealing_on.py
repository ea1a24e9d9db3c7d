"""Seals the ledger of a site again and again until somebody ends it; prints a line for each seal."""

from __future__ import annotations

import time

import django

django.setup()

from django.db import DatabaseError  # noqa: E402 - the site must stand first

from onvif_privacy.core import ledger  # noqa: E402


def main() -> None:
    """Seal whatever waits; another sealer, or a database that was busy, is no reason to stop."""
    while True:
        try:
            done = ledger.seal()
        except (ledger.SealConflict, DatabaseError) as error:
            print(f"trouble {error}", flush=True)
            continue
        if done.seal is None:
            time.sleep(0.01)


main()
