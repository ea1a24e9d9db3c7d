"""The purposes as the code declares them at the moment of publishing, and whether a later state is wider."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import override

from onvif_privacy.core.ledger import canonical
from onvif_privacy.core.registry import purposes


def present() -> str:
    """Return the canonical JSON of the declared purposes: slug → basis, default, parties, digest of the declaration.

    A retired purpose is left out, because nothing is done for it any more.
    """
    rows = {
        purpose.slug: {
            "basis": purpose.basis.value,
            "default": purpose.default,
            "digest": purpose.digest,
            "parties": sorted(purpose.parties),
        }
        for purpose in purposes.all()
        if not purpose.retired
    }
    with override(None):
        return canonical(rows).decode()


def widened(before: str, after: str) -> list[str]:
    """Return the slugs of purposes in ``after`` that are new or wider than in ``before``, sorted.

    Wider is another legal basis, another party, or a default that became yes. Other words alone are not.
    """
    old: dict[str, Any] = json.loads(before)
    new: dict[str, Any] = json.loads(after)
    return sorted(slug for slug, row in new.items() if slug not in old or _wider(old[slug], row))


def _wider(old: dict[str, Any], new: dict[str, Any]) -> bool:
    return bool(
        old["basis"] != new["basis"]
        or (new["default"] and not old["default"])
        or set(new["parties"]) - set(old["parties"])
    )
