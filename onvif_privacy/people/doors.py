"""What a site declares to this room in its ``privacy.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise as LazyText

from onvif_privacy.core.registry import DeclarationError, Registry


@dataclass(frozen=True)
class PageSetting:
    """One thing about a page that a remembered device keeps: its values (slugs) with their labels, the usual one first.

    Raises DeclarationError where there is nothing to choose.
    """

    slug: str
    label: str | LazyText
    values: Mapping[str, str | LazyText]

    def __post_init__(self) -> None:
        if len(self.values) < 2:
            raise DeclarationError(f"PageSetting {self.slug!r} leaves nothing to choose.")


page_settings: Registry[PageSetting] = Registry(PageSetting, "page setting", lambda item: item.slug)
