"""How this process records: in a thread, inline or not at all, and within which bounds."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any, NamedTuple

from django.core import mail
from django.core.signals import setting_changed

from onvif_privacy.visits.conf import conf

KILL_SWITCH = "ONVIF_PRIVACY_VISITS_OFF"


class Plan(NamedTuple):
    """How this process records: settings read once, and again whenever Django says that settings changed."""

    mode: str  # "thread", "inline" or "off"
    buffer_visits: int
    buffer_bytes: int
    flush_visits: int
    flush_seconds: float
    transport: str  # "direct" or "redis"


@lru_cache(maxsize=1)
def plan() -> Plan:
    """Return the plan in force; reading six settings for each page would cost more than recording it."""
    return Plan(_mode(), conf.BUFFER_VISITS, conf.BUFFER_BYTES, conf.FLUSH_VISITS, conf.FLUSH_SECONDS, conf.TRANSPORT)


def _mode() -> str:
    """``auto`` is ``off`` under Django's test runner, which gives `django.core.mail` an outbox: a thread that writes
    while a host's tests roll back and drop databases would break them.
    """
    if os.environ.get(KILL_SWITCH):
        return "off"
    chosen = conf.RECORDING
    if chosen == "auto":
        return "off" if hasattr(mail, "outbox") else "thread"
    return chosen


def _forget(**kwargs: Any) -> None:
    plan.cache_clear()


setting_changed.connect(_forget, dispatch_uid="onvif_privacy_visits.plan")
