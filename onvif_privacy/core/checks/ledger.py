"""Checks of the ledger's anchors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register

from onvif_privacy.core.checks.house import LABEL, broken
from onvif_privacy.core.conf import conf
from onvif_privacy.core.ledger import anchors


@register()
def anchors_are_usable(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E013: an anchor of the ledger leads nowhere: no such storage or function, or its extra is not installed."""
    found: list[CheckMessage] = []
    for target in () if broken("LEDGER_ANCHORS") else conf.LEDGER_ANCHORS:
        try:
            anchors.anchor(target)
        except anchors.AnchorUnusable as error:
            hint = 'Correct it in ONVIF_PRIVACY_LEDGER_ANCHORS, for example "mailto:archive@example.org".'
            words = f"The anchor {anchors.label(target)} cannot be used: {error}"
            found.append(Error(words, hint=hint, id=f"{LABEL}.E013"))
    return found


@register(deploy=True)
def seals_are_anchored(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W002: the ledger is sealed and anchored nowhere, so whoever holds keys and database can write it anew."""
    if any(broken(name) for name in ("LEDGER_SEAL", "LEDGER_ANCHORS")) or not conf.LEDGER_SEAL or conf.LEDGER_ANCHORS:
        return []
    return [
        Warning(
            "The ledger is sealed, and no checkpoint of it is kept elsewhere.",
            hint='Name a place, for example ONVIF_PRIVACY_LEDGER_ANCHORS = ["mailto:archive@example.org"].',
            id=f"{LABEL}.W002",
        )
    ]
