"""What a developer reads on the console before the first publishing: which cookie, set where, and how to declare it."""

from __future__ import annotations

import logging

from onvif_privacy.cookies.services.set_cookie import SetCookie

logger = logging.getLogger("onvif_privacy.cookies")

_said: set[str] = set()
MOST = 200


def suggest(cookie: SetCookie, view: str, path: str, now: float) -> None:
    """Write one line and a ``declare(…)`` to paste, once for each name and process."""
    if cookie.name in _said or len(_said) >= MOST:
        return
    _said.add(cookie.name)
    logger.warning(
        "Cookie %r, set by %s on %s, is declared nowhere. It leaves until the cookie policy is published; "
        "to keep it then, paste into a privacy.py:\n\n%s",
        cookie.name,
        view or "a middleware",
        path,
        declaration(cookie, path, now),
    )


def declaration(cookie: SetCookie, page: str, now: float) -> str:
    """Return Python source that declares a cookie as it was seen; purpose, provider and text are left to people."""
    remaining = cookie.remaining(now)
    lines = [
        f"    {cookie.name!r},",
        '    purpose="preferences",  # or necessary, statistics, marketing',
        '    provider="…",',
        '    text=_("What it is for, in a sentence a visitor understands."),',
        "    duration=SESSION," if remaining is None else f"    duration=timedelta(seconds={round(remaining)}),",
        '    set_by="server",',
    ]
    if cookie.domain:
        lines.append(f"    domains=({cookie.domain!r},),")
    if cookie.path(page) != "/":
        lines.append(f"    paths=({cookie.path(page)!r},),")
    if "httponly" in cookie.attributes:
        lines.append("    http_only=True,")
    return "declare(DeviceItem(\n" + "\n".join(lines) + "\n))"
