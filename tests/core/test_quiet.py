"""Tools that nothing asked for have no job, no page and no line on the desk; what is asked for has."""

from __future__ import annotations

from typing import Any

import pytest

from onvif_privacy.core.registry import DeclarationError, Needs
from tests.core.processes import told

SHOWS = "tests.core.sites.showing"


def shown(site: str) -> dict[str, Any]:
    """Return what a site has switched on."""
    found: dict[str, Any] = told("sqlite:///:memory:", site, SHOWS)
    return found


def test_a_site_that_asked_for_nothing_has_nothing() -> None:
    site = shown("tests.core.sites.small")
    assert not {"tell", "canaries"} & set(site["jobs"])
    assert not [one for one in site["addresses"] if one.startswith(("go/", "messages/"))]
    assert "letters" not in site["waiting"]
    assert site["receivers"] == 0


def test_a_site_that_needs_a_tool_has_its_job_and_its_page() -> None:
    site = shown("tests.core.sites.writing")
    assert "tell" in site["jobs"]
    assert {"go/<slug:code>/", "messages/"} <= set(site["addresses"])
    assert "letters" in site["waiting"]
    assert site["receivers"] == 1


def test_canary_contacts_are_read_where_their_folder_is_named() -> None:
    assert "canaries" in shown("tests.core.sites.canaries")["jobs"]


def test_a_tool_that_does_not_exist_is_named_at_once() -> None:
    with pytest.raises(DeclarationError, match="Tools: tell, links"):
        Needs("tel", by="shop")
