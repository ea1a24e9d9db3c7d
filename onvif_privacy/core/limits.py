"""Rate limits, kept in the memory of the process only, and the networks they count by."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from django.http import HttpRequest

from onvif_privacy.core.conf import conf

MAX_KEYS: Final = 1024
_lock = threading.Lock()
_windows: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()


def _after_fork() -> None:
    """Give a forked child its own lock: its parent's may have been held by a thread that the child does not have."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def truncate(address: str) -> str:
    """Cut an address to its /24 or /48 network; empty for what is not an address (a unix socket, junk)."""
    try:
        parsed = ip_address(address.strip()[:64])
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(
        ip_network((int(parsed) if parsed.version == 4 else parsed, 24 if parsed.version == 4 else 48), strict=False)
    )


def network(request: HttpRequest) -> str:
    """Return the visitor's truncated network: the peer's, or the n-th of ``X-Forwarded-For`` from the right.

    n is ``ONVIF_PRIVACY_TRUSTED_PROXIES``; with 0 the header is a claim and nothing more.
    """
    proxies = conf.TRUSTED_PROXIES
    if proxies:
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "")[-1024:].split(",")
        return truncate(hops[-proxies]) if len(hops) >= proxies else ""
    return truncate(request.META.get("REMOTE_ADDR", ""))


def allow(kind: str, network: str, *, limit: int = 20, seconds: float = 60) -> bool:
    """Count one try and say whether it is within ``limit`` for each window of ``seconds``. At most 1,024 keys."""
    now = time.monotonic()
    with _lock:
        started, count = _windows.pop((kind, network), (now, 0))
        if now - started >= seconds:
            started, count = now, 0
        _windows[kind, network] = (started, count + 1)
        while len(_windows) > MAX_KEYS:
            _windows.popitem(last=False)
        return count < limit


def reset() -> None:
    """Forget every count; for tests."""
    with _lock:
        _windows.clear()
