"""The tutorial leads where it says: every block is applied as it stands, and the undeclared cookie stays inside."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.newsite import Site, Visitor, create, serving
from tests.readme import ROOT, fences

TUTORIAL = ROOT / "docs" / "tutorial.md"
BEFORE = ("1. An empty site", "2. The rooms", "3. Keys, tables, a statement, a policy")
UNDECLARED = "5. A cookie that nobody declared"


@pytest.fixture
def site(wheel: Path, tmp_path: Path) -> Site:
    made = create(tmp_path, wheel)
    made.follow(fence for fence in fences(TUTORIAL) if fence.section in BEFORE)
    return made


def greeted(site: Site, action: str) -> bool:
    """Answer the bar, open the page that greets, and say whether its cookie arrived."""
    visitor = Visitor(site)
    page = visitor.get("/privacy/statement/")
    if action:
        visitor.submit(page, "/privacy/cookies/choice/", action=action)
    visitor.get("/greet/")
    return "greeted" in {cookie.name for cookie in visitor.jar}


def test_the_undeclared_cookie_stays_inside_until_it_is_declared_and_accepted(site: Site) -> None:
    view, item, publish = (fence for fence in fences(TUTORIAL) if fence.section == UNDECLARED)
    site.follow([view])
    with serving(site):
        assert not greeted(site, "accept")
    site.follow([item, publish])
    with serving(site):
        assert not greeted(site, "")
        assert not greeted(site, "decline")
        assert greeted(site, "accept")
