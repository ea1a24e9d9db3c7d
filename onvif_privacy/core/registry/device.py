"""What is kept in a visitor's browser. The type lives here because rooms that set cookies may not import `cookies`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from django.utils.functional import Promise as LazyText

from onvif_privacy.core.registry.base import Registry


class _Session:
    """The life of a browser session."""

    def __repr__(self) -> str:
        return "SESSION"


SESSION: Final = _Session()

Kind = Literal["cookie", "local_storage", "session_storage", "indexed_db", "cache_storage"]


@dataclass(frozen=True)
class DeviceItem:
    """One cookie or storage entry, exact or with ``*``, and everything a visitor is told of it.

    ``duration`` is a timedelta or SESSION. ``domains`` empty means host-only. ``party`` is the slug of a core Party,
    required for third parties. ``reason`` is required where the purpose is ``necessary``. Judged by the checks of
    `cookies`. Source: statement clauses ``cookies_nature`` and ``cookies_choice``.
    """

    name: str
    purpose: str
    provider: str | LazyText
    duration: timedelta | _Session
    text: str | LazyText
    kind: Kind = "cookie"
    provider_url: str = ""
    party: str = ""
    domains: tuple[str, ...] = ()
    paths: tuple[str, ...] = ("/",)
    http_only: bool = False
    partitioned: bool = False
    third_party: bool = False
    set_by: Literal["server", "script", "either"] = "either"
    hosts: tuple[str, ...] = ()
    reason: str | LazyText = ""


device_items: Registry[DeviceItem] = Registry(DeviceItem, "device item", lambda item: f"{item.kind}:{item.name}")
