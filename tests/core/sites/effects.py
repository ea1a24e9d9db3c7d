"""Prints as JSON what the jobs of a site did; ``--silent-for-hours N`` first turns the clock of their leases back."""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import timedelta

import django


def main() -> None:
    """Look, in a process of the site."""
    from django.db.models import F
    from django.utils import timezone

    from onvif_privacy.core.models import Lease, Party

    if "--silent-for-hours" in sys.argv:
        Lease.objects.update(done_at=timezone.now() - timedelta(hours=int(sys.argv[-1])), token=F("token"))
    leases = {row.job: {"token": row.token, "failure": row.failure} for row in Lease.objects.all()}
    print(json.dumps({"steps": Counter(Party.objects.values_list("name", flat=True)), "leases": leases}))


if __name__ == "__main__":
    django.setup()
    main()
