"""Says how the ledger of a site is."""

from __future__ import annotations

import json

import django

django.setup()

from onvif_privacy.core import ledger  # noqa: E402 - the site must stand first
from onvif_privacy.core.models import Entry, Seal  # noqa: E402

while ledger.seal().seal:
    pass
counts = [json.loads(bytes(seal.body))["count"] for seal in Seal.objects.order_by("number")]
print(
    json.dumps(
        {
            "entries": Entry.objects.count(),
            "sealed": Entry.objects.filter(seal__isnull=False).count(),
            "counted": sum(counts),
            "seals": len(counts),
            "problems": [f"{one.kind}: {one.place}" for one in ledger.problems()][:10],
        }
    )
)
