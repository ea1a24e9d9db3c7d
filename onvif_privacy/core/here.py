"""What is this machine and what is another: on the way to another, others can read what is not encrypted."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings

LOCALHOST = "localhost"


def is_here(host: str) -> bool:
    """Whether a name or address means this machine; as the settings of servers have it, none at all does too."""
    bare = host.strip("[]").lower().rstrip(".")
    try:
        return ip_address(bare).is_loopback
    except ValueError:
        return bare in ("", LOCALHOST) or bare.endswith(f".{LOCALHOST}")


def reached_from_here_alone() -> bool:
    """Whether every host that the site answers to is this machine, so that no network sees a request.

    Such an origin is as good as https (W3C Secure Contexts, 3.1). Django's test runner adds a host that nobody asks.
    """
    hosts = {*settings.ALLOWED_HOSTS} - {"testserver"} or ({LOCALHOST} if settings.DEBUG else set())
    return bool(hosts) and all(is_here(host.lstrip(".")) for host in hosts)
