"""Google Consent Mode v2: which purpose each signal follows. Basic mode: Google's tags stay blocked until a grant.

Source: https://developers.google.com/tag-platform/security/guides/consent
"""

from __future__ import annotations

from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.services.policy import Policy

SIGNALS = (
    "ad_personalization",
    "ad_storage",
    "ad_user_data",
    "analytics_storage",
    "functionality_storage",
    "personalization_storage",
)
ALWAYS = "security_storage"  # granted from the beginning: it protects the visitor


def rules(policy: Policy) -> str:
    """Return for the script ``signal=purpose,purpose`` joined by spaces, as published; empty where it is switched off.

    A signal that several purposes name is granted when all of them are; one that none names stays denied.
    """
    if not conf.CONSENT_MODE:
        return ""
    groups = policy.groups()
    named = {signal: [one.slug for one in groups if signal in one.signals and not one.necessary] for signal in SIGNALS}
    return " ".join(f"{signal}={','.join(slugs)}" for signal, slugs in named.items())
