"""Every page of the example site, as a stranger finds it by following links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.example_project.conftest import Site

MOST_QUERIES = 8
STRICT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "
    "frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
)
# set by Django where a page has a form, and for the basket
NECESSARY = {"csrftoken", "sessionid", "messages"}

Walk = Mapping[str, Any]


@pytest.fixture
def pages(walk: Walk) -> dict[str, Any]:
    found: dict[str, Any] = walk["stranger"]
    return found


def test_every_link_leads_to_a_page(pages: dict[str, Any]) -> None:
    assert len(pages) > 90
    wrong = {path: page["status"] for path, page in pages.items() if page["status"] not in (200, 302, 303)}
    assert wrong == {}


@pytest.mark.parametrize(
    "path",
    [
        "/news/",
        "/products/",
        "/knowledge/",
        "/shop/",
        "/board/",
        "/about/",
        "/tour/",
        "/privacy/statement/",
        "/privacy/cookies/",
    ],
)
def test_every_part_is_linked_from_the_home_page(pages: dict[str, Any], path: str) -> None:
    assert f'href="{path}' in pages["/"]["html"]
    assert pages[path]["status"] == 200


def test_every_answer_carries_the_strict_policy(walk: Walk) -> None:
    answers = [*walk["stranger"].values(), walk["missing"], walk["members"]]
    assert {answer["policy"] for answer in answers} == {STRICT_POLICY}


def test_no_page_has_inline_script_or_style_or_anything_from_elsewhere(walk: Walk) -> None:
    forbidden = re.compile(
        r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\bsrc=)(?![^>]*\bdata-src=)[^>]*>|\bsrc=\"(?:https?:)?//|<link[^>]*href=\"(?:https?:)?//",
        re.IGNORECASE,
    )
    found = {path: forbidden.findall(page["html"]) for path, page in walk["stranger"].items()}
    assert {path: hits for path, hits in found.items() if hits} == {}


def test_nothing_optional_is_set_before_a_choice(walk: Walk, pages: dict[str, Any]) -> None:
    assert set(walk["jar"]) <= NECESSARY
    assert pages["/products/?view=list&kind=&profile=&q="]["cookies"] == []
    assert pages["/"]["cookies"] == []


def test_pages_for_reading_do_not_depend_on_the_visitor(pages: dict[str, Any]) -> None:
    for path in ("/", "/news/", "/knowledge/", "/about/", "/tour/", "/board/"):
        assert "Cookie" not in pages[path]["vary"], path


def test_no_page_needs_many_queries(walk: Walk, pages: dict[str, Any]) -> None:
    numbers = {path: page["queries"] for path, page in pages.items()} | {"/members/": walk["members"]["queries"]}
    assert {path: number for path, number in numbers.items() if number > MOST_QUERIES} == {}


def test_bar_and_statement_are_on_every_page(walk: Walk) -> None:
    for answer in (walk["stranger"]["/"], walk["stranger"]["/privacy/statement/"], walk["members"]):
        assert 'class="privacy-bar' in answer["html"]
        assert 'href="/privacy/statement/"' in answer["html"]


def test_members_area_needs_a_sign_in(walk: Walk, pages: dict[str, Any]) -> None:
    assert pages["/members/"]["status"] == 302
    assert pages["/members/"]["location"] == "/accounts/login/?next=/members/"
    assert "Good to see you, Carla" in walk["members"]["html"]


def test_popular_pages_are_shown_by_their_titles(pages: dict[str, Any]) -> None:
    ranking = re.search(r'<ol class="ranking">(.*?)</ol>', pages["/"]["html"], re.DOTALL)
    assert ranking is not None
    assert ranking[1].count("<li>") == 5


def test_strangers_can_read_topics_and_members_can_answer(walk: Walk, pages: dict[str, Any]) -> None:
    assert "<textarea" not in pages["/board/implementers/1/"]["html"]
    assert "<textarea" in walk["topic"]["html"]


ORDER = """
from django.conf import settings
from django.test import Client
from pathlib import Path
from standards.models import Order
client = Client(headers={"host": "127.0.0.1"})
client.post("/shop/basket/reference-device/")
client.post("/shop/basket/reference-device/", {"quantity": "2"})
form = client.get("/shop/check-out/").content.decode()
refused = client.post("/shop/check-out/", {"name": "Only a name"})
filled = {"name": "Ada Visitor", "email": "ada@example.org", "shipping_line1": "Long Road 1",
          "shipping_postcode": "12345", "shipping_locality": "Town", "shipping_country": "DE"}
answer = client.post("/shop/check-out/", filled, follow=True)
order = Order.objects.get(name="Ada Visitor")
mails = [path.read_text() for path in Path(settings.EMAIL_FILE_PATH).iterdir()]
say({"form": form, "refused": refused.status_code, "status": answer.status_code, "page": answer.content.decode(),
     "total": str(order.total), "mail": order.number in "".join(mails),
     "basket": client.get("/shop/check-out/").status_code})
"""


def test_order_goes_from_basket_to_confirmation_and_mail_stays_here(site: Site) -> None:
    found = site.say(ORDER)
    for token in [
        "name",
        "organization",
        "home email",
        "home tel",
        "shipping address-line1",
        "shipping postal-code",
        "billing address-level2",
        "billing country",
    ]:
        assert f'autocomplete="{token}"' in found["form"]
    assert found["refused"] == 200
    assert (found["status"], found["total"], found["mail"]) == (200, "480.00", True)
    assert "Long Road 1" in found["page"]
    assert found["basket"] == 302


HOSTILE = """
from django.test import Client
client = Client(headers={"host": "127.0.0.1"}, raise_request_exception=False)
paths = ["/products/?q=%00&profile=%00&kind=%00&page=-1", "/products/?page=99999999999999999999",
         "/products/?view=%F0%9F%98%80", "/knowledge/?q=" + "a%20" * 200, "/news/?page=x", "/news/%00/",
         "/board/implementers/99999999999999999999/", "/shop/orders/x/"]
statuses = {path: client.get(path).status_code for path in paths}
statuses["quantity"] = client.post("/shop/basket/reference-device/", {"quantity": "-5"}).status_code
statuses["unknown"] = client.post("/shop/basket/nothing/").status_code
say(statuses)
"""


def test_bad_addresses_are_answered_and_never_fail(shown_site: Site) -> None:
    statuses = shown_site.say(HOSTILE)
    assert {path: status for path, status in statuses.items() if status not in (200, 302, 404)} == {}


POST = """
from django.test import Client
from django.contrib.auth.models import User
from standards.models import Post
from onvif_privacy.community.models import PostReceipt
client = Client(headers={"host": "127.0.0.1"})
client.force_login(User.objects.get(username="customer"))
page = "/board/implementers/1/"
def shown(name, html):
    return html.split(f'name="{name}" value="')[1].split('"')[0]
token = shown("notice_token", client.get(page).content.decode())
before = Post.objects.count()
bare = client.post(page, {"text": "Hello"}).status_code
found = client.post(page, {"text": "Write to carla@example.org", "notice_token": token}).content.decode()
card = client.post(page, {"text": "4111 1111 1111 1111", "notice_token": token}).content.decode()
still = Post.objects.count() - before
data = {"text": "Write to carla@example.org", "notice_token": token, "publish_anyway": shown("publish_anyway", found)}
done = client.post(page, data).status_code
receipt = PostReceipt.objects.order_by("-at").first()
say({"bare": bare, "marked": "<mark>carla@example.org" in found, "masked": "•••• 1111" in card, "still": still,
     "done": done, "found": receipt.found, "anyway": receipt.anyway,
     "posts": Post.objects.count(), "receipts": PostReceipt.objects.count()})
"""


def test_board_publishes_an_address_only_by_a_second_yes_and_a_card_number_never(site: Site) -> None:
    said = site.say(POST)
    assert (said["bare"], said["marked"], said["masked"], said["still"]) == (200, True, True, 0)
    assert (said["done"], said["found"], said["anyway"]) == (302, {"email": 1}, True)
    assert said["posts"] == said["receipts"]


def test_links_of_the_board_are_marked_and_unknown_sites_come_after_a_page(pages: dict[str, Any]) -> None:
    topic = pages["/board/implementers/1/"]["html"]
    assert 'href="https://testhouse.example.com/methods/key-frames" rel="noopener noreferrer"' in topic
    assert "https://forum.example.net" not in topic
    away = [page["html"] for path, page in pages.items() if path.startswith("/privacy/links/away/")]
    assert len(away) == 1
    assert "forum.example.net" in away[0]
    assert "Example Test House" in pages["/privacy/links/"]["html"]
