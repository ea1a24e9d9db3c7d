"""Appends entries to the ledger of a site, a few in each transaction, and prints what went wrong on the way."""

from __future__ import annotations

import json
import sys

import django

django.setup()

from django.db import OperationalError, transaction  # noqa: E402 - the site must stand first

from onvif_privacy.core import ledger  # noqa: E402

IN_ONE = 10


def main() -> None:
    """Append as many entries as the first argument says; a deadlock or a wait that was given up is tried again."""
    left, troubles = int(sys.argv[1]), list[str]()
    while left:
        number = min(IN_ONE, left)
        try:
            with transaction.atomic():
                ledger.record_all([ledger.Record("party.changed", {"party": "p"}) for _ in range(number)])
        except OperationalError as error:
            troubles.append(str(error))
            continue
        left -= number
    print(json.dumps({"troubles": troubles}))


main()
