"""A new Wagtail project: its pages, its admin and its own tests are as before, and its privacy pages work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosts.looking import Visitor, outside_tags
from tests.hosts.making import Copies, Host, add_superuser, copies, served
from tests.newsite import Site

PAGES = (
    "/",
    "/search/",
    "/search/?query=welcome",
    "/no-such-page/",
    "/documents/1/none.pdf",
    "/admin/",
    "/admin/login/",
    "/django-admin/login/",
)
STAFF_PAGES = ("/", "/admin/", "/admin/pages/", "/admin/images/", "/admin/reports/site-history/", "/django-admin/")


def make(site: Site) -> None:
    site.run("wagtail", "start", "mysite", ".")
    # what Wagtail's template leaves to each machine
    (site.home / "mysite" / "settings" / "local.py").write_text("DEBUG = False\n")
    site.run("python", "manage.py", "migrate", "--verbosity", "0")
    add_superuser(site)


WAGTAIL = Host(
    packages=("wagtail",),
    make=make,
    base="mysite/templates/base.html",
    elsewhere={"mysite/settings.py": "mysite/settings/base.py"},
)


@pytest.fixture(scope="module")
def made(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    with served(copies(WAGTAIL, tmp_path_factory.mktemp("wagtail"), wheel)) as running:
        yield running


@pytest.fixture(params=["reporting", "published"])
def ours(made: Copies, request: pytest.FixtureRequest) -> Site:
    site: Site = getattr(made, request.param)
    return site


@pytest.mark.parametrize("page", PAGES)
def test_strangers_get_the_same_bytes_outside_our_tags(made: Copies, ours: Site, page: str) -> None:
    bare, with_us = Visitor(made.bare).ask(page), Visitor(ours).ask(page)
    before, after = outside_tags(bare.body, with_us.body)
    assert before == after
    assert (bare.status, bare.headers, bare.cookies) == (with_us.status, with_us.headers, with_us.cookies)


def test_staff_gets_the_same_bytes_outside_our_tags(made: Copies, ours: Site) -> None:
    visitors = Visitor(made.bare), Visitor(ours)
    for visitor in visitors:
        visitor.sign_in("/admin/login/")
    for page in STAFF_PAGES:
        bare, with_us = (visitor.ask(page) for visitor in visitors)
        assert bare.status == with_us.status == 200
        if page != "/django-admin/":  # where our rooms appear, as they should
            before, after = outside_tags(bare.body, with_us.body)
            assert before == after, page
        assert (bare.headers, bare.cookies) == (with_us.headers, with_us.cookies)
    assert set(visitors[0].kept) == set(visitors[1].kept)


def test_our_pages_come_before_the_catch_all(made: Copies) -> None:
    assert b"Example Ltd" in Visitor(made.published).ask("/privacy/statement/").body
    assert Visitor(made.published).ask("/privacy/cookies/").status == 200


def test_tests_of_the_project_pass_as_before(made: Copies) -> None:
    counts = []
    for site in (made.bare, made.published):
        done = site.run("python", "-W", "error::DeprecationWarning", "manage.py", "test", "--verbosity", "2")
        counts.append(done.count("... ok"))
    assert counts[0] == counts[1]
