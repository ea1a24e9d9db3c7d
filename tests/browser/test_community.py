"""Posting and leaving: without JavaScript, by keyboard, on a telephone and on a desk; nothing comes from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from onvif_privacy.community.models import LinkedSite, PostReceipt
from onvif_privacy.community.services import leading, register
from tests.browser.hands import Keyboard
from tests.browser.test_accessible import violations
from tests.browser.test_rights import TOO_WIDE, shot
from tests.browser.visitor import STAFF_WIDTHS, Visitor
from tests.community.board.models import Post
from tests.community.test_links import HOSTILE
from tests.core.factories import UserFactory

RECEIPTS = "/admin/onvif_privacy_community/postreceipt/"
SITES = "/admin/onvif_privacy_community/linkedsite/"
LOOK_ALIKE = "https://ex\u0430mple.com/a/path"


@pytest.fixture(autouse=True)
def _site(db: None) -> Iterator[None]:
    register.forget_copy()
    with override_settings(ROOT_URLCONF="tests.community.urls", ONVIF_PRIVACY_COMMUNITY_LEAVING="all"):
        LinkedSite.objects.create(
            host="xn--exmple-4nf.com",
            name="Example Ltd",
            statement="https://example.com/privacy",
            status="listed",
            reviewed_on=timezone.localdate(),
            reviewed_by="x",
        )
        yield
    register.forget_copy()


def away() -> str:
    return f"/privacy/links/away/{leading.token(LOOK_ALIKE)}/"


@pytest.mark.parametrize("width", [360, 1440])
def test_posting_without_javascript(visit: Callable[..., Visitor], width: int) -> None:
    visitor = visit(width=width, script=False)
    visitor.expect("404")  # an icon that this small site does not have
    page = visitor.page
    visitor.go("/board/")
    shot(visitor, f"board-{width}")
    page.get_by_label("Body").fill("Write to jo@post.example, or call +49 30 901820.")
    page.get_by_role("button", name="Publish", exact=True).click()
    shot(visitor, f"board-found-{width}")
    assert page.evaluate(TOO_WIDE) <= 0
    assert page.get_by_text("Everybody can read and keep this:").is_visible()
    page.get_by_role("button", name="Publish anyway").click()
    assert PostReceipt.objects.get().anyway
    page.get_by_label("Body").fill("My card is 4111 1111 1111 1111")
    page.get_by_role("button", name="Publish", exact=True).click()
    assert page.get_by_label("Body").input_value() == "My card is •••• •••• •••• 1111"
    shot(visitor, f"board-card-{width}")
    page.get_by_role("button", name="Publish", exact=True).click()
    assert Post.objects.count() == 2


def test_posting_and_leaving_by_keyboard(visit: Callable[..., Visitor]) -> None:
    visitor = visit(script=False)
    visitor.expect("404")
    hands = Keyboard(visitor.page)
    visitor.go("/board/")
    hands.fill("Body", "See [this](https://elsewhere.example/x).")
    hands.press("button", re.compile("^Publish$"))
    hands.press("link", re.compile(r"^this.*other site"))
    assert visitor.page.get_by_role("link", name="Go on to elsewhere.example").is_visible()
    hands.press("link", "Stay here")
    assert "elsewhere" not in visitor.page.url


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_page_breaks_wcag_2_2_aa(visit: Callable[..., Visitor], width: int, colours: str) -> None:
    Post.objects.bulk_create([Post(body="See [this page](https://elsewhere.example/) and *that*.")])
    visitor = visit(width=width, color_scheme=colours)
    visitor.expect("404")
    visitor.go("/board/")
    visitor.page.get_by_label("Body").fill("Write to jo@post.example")
    visitor.page.get_by_role("button", name="Publish", exact=True).click()
    visitor.page.wait_for_load_state("load")
    shot(visitor, f"community-found-{width}-{colours}")
    assert violations(visitor) == []
    for name, path in (
        ("board", "/board/"),
        ("sites", "/privacy/links/"),
        ("away", away()),
        ("no-way", "/privacy/links/away/x/"),
    ):
        if name == "no-way":
            visitor.expect("400")
        visitor.go(path)
        shot(visitor, f"community-{name}-{width}-{colours}")
        assert visitor.page.evaluate(TOO_WIDE) <= 0, path
        assert violations(visitor) == [], path


@STAFF_WIDTHS
def test_screens_for_staff(visit: Callable[..., Visitor], width: int) -> None:
    user = UserFactory(is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(user)
    visitor = visit(width=width)
    visitor.expect("404")
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": visitor.site}
    visitor.context.add_cookies([cookie])
    PostReceipt(
        label="board.post", reference="1", notice="0" * 64, language="en", found={"email": 2}, anyway=True
    ).save()
    Post.objects.bulk_create([Post(body="x"), Post(body="y")])
    # Django's own script of change lists, under the strict policy of these tests
    visitor.expect("inline style", "TrustedHTML", "is not defined", "$ is not a function", "reading 'fn'")
    for name, path in (("receipts", RECEIPTS), ("sites", SITES), ("site-new", f"{SITES}add/")):
        visitor.go(path)
        shot(visitor, f"staff-{name}-{width}")
        # Django's own: links in its line of breadcrumbs, and small ones in its filters
        own = ("link-in-text-block", "target-size")
        assert [one for one in violations(visitor) if one[0] not in own] == [], path


def test_nothing_that_people_write_makes_the_browser_ask_elsewhere(visit: Callable[..., Visitor]) -> None:
    Post.objects.bulk_create([Post(body=text) for text in HOSTILE])
    visitor = visit()
    visitor.expect("404")
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.go("/board/")
    ours = visitor.page.url.split("/board/")[0]
    assert len(asked) >= 3
    assert [url for url in asked if not url.startswith(ours)] == []
