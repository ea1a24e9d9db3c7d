"""A named person's word about what no software can see."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from onvif_privacy.core.promises import attest


def vouch() -> None:
    """Let the officer vouch for where the demonstration runs; does nothing where that log-in was deleted."""
    officer = User.objects.filter(username="officer").first()
    if officer is not None:
        attest(
            promise="security.controlled",
            words="This demonstration runs on the machine of whoever looks at it, and holds invented people only.",
            evidence="demonstration",
            until=timezone.now() + timedelta(days=365),
            actor=officer,
        )
