"""Addresses of pages that other rooms have, where they are installed."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse


def url_or_nothing(name: str) -> str:
    """Return the address of a page; empty where no room has it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def statement_url() -> str:
    """Return the address of the privacy statement; empty where the room `statement` is absent."""
    return url_or_nothing("onvif_privacy_statement:current")
