"""Links lead where they say, with a mark, and take nothing of a person along."""

from __future__ import annotations

import html
import re
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.http import HttpResponse, HttpResponseRedirect
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.community.models import LinkedSite
from onvif_privacy.community.promises.links import links_of_public_pages_are_marked
from onvif_privacy.community.services import crawling, leading, marking, register
from onvif_privacy.core.ledger import opened
from onvif_privacy.core.models import Entry, Subject
from onvif_privacy.core.promises import Verdict, look_at
from onvif_privacy.core.text import outside_url, safe_url
from tests import corpora
from tests.community.board.models import Post
from tests.core.test_text_addresses import OURS, browser_host

pytestmark = pytest.mark.django_db

ELSEWHERE = "https://elsewhere.example/page?a=1#b"
APP = "onvif_privacy_community"


@pytest.fixture(autouse=True)
def _direct(settings: Any) -> None:
    settings.ONVIF_PRIVACY_COMMUNITY_LEAVING = "none"


def shown(template: str, **context: Any) -> str:
    return str(Template("{% load privacy_community %}" + template).render(Context(context)))


def hrefs(page: str) -> list[str]:
    return [link.href for link in crawling.links(page)]


def listed(host: str, **more: Any) -> LinkedSite:
    made = LinkedSite(host=host, status="listed", reviewed_on=timezone.localdate(), reviewed_by="x", **more)
    made.save()
    register.forget_copy()
    return made


def test_link_to_another_site_is_marked() -> None:
    words = f'<p>See <a class="x" href="{ELSEWHERE}" target="_blank">this <b>page</b></a>.</p>'
    page = shown("{{ words|safe|outbound }}", words=words)
    (link,) = crawling.links(page)
    assert (link.href, link.host, link.marked) == (ELSEWHERE, "elsewhere.example", True)
    assert {"noopener", "noreferrer"} <= link.rel
    assert "(other site)" in page
    assert 'class="x"' in page


@pytest.mark.parametrize(
    "inside",
    ["/board/", "https://www.example.com/x", "#top", "mailto:help@example.com", "page.html", "?page=2", "a/b:c", ""],
)
def test_link_that_stays_is_left_alone(inside: str) -> None:
    page = f'<a href="{inside}">x</a><a name="y">z</a>'
    assert marking.outbound(page) == page


@pytest.mark.parametrize(
    "evil",
    ["javascript:alert(1)", "data:text/html,x", "http://elsewhere.example/", "//elsewhere.example", "https://a@b.example"],
)  # fmt: skip
def test_link_that_must_not_lead_becomes_text(evil: str) -> None:
    assert marking.outbound(f'<p><a href="{evil}">words</a> more</p>') == "<p>words more</p>"
    assert shown("{% outbound url %}words{% endoutbound %}", url=evil) == "words"


def test_http_is_for_sites_that_say_so(settings: Any) -> None:
    settings.ONVIF_PRIVACY_COMMUNITY_HTTP_LINKS = True
    assert hrefs(marking.link("http://elsewhere.example:80/x", "w")) == ["http://elsewhere.example/x"]
    assert hrefs(shown("{{ w|user_markdown }}", w="<http://elsewhere.example/>")) == ["http://elsewhere.example/"]
    settings.ONVIF_PRIVACY_COMMUNITY_HTTP_LINKS = False
    assert hrefs(shown("{{ w|user_markdown }}", w="<http://elsewhere.example/>")) == []


def test_blocked_site_is_not_linked_and_listed_one_needs_no_detour(settings: Any) -> None:
    settings.ONVIF_PRIVACY_COMMUNITY_LEAVING = "unknown"
    assert "/links/away/" in marking.link(ELSEWHERE, "w")
    site = listed("elsewhere.example")
    assert hrefs(marking.link(ELSEWHERE, "w")) == [ELSEWHERE]
    LinkedSite.objects.filter(pk=site.pk).update(status="blocked")
    register.forget_copy()
    assert marking.link(ELSEWHERE, "w") == "w"


def test_page_renders_to_the_same_bytes_twice(settings: Any) -> None:
    settings.ONVIF_PRIVACY_COMMUNITY_LEAVING = "all"
    assert marking.link(ELSEWHERE, "w") == marking.link(ELSEWHERE, "w")


def taken_along() -> dict[str, str]:
    user = get_user_model().objects.create(username="jo")
    subject = Subject.objects.create()
    return {
        "?email=jo@post.example": "email",
        "?email=jo%40post.example": "email",
        "?email=jo%2540post.example": "email",
        "/of/jo@post.example/": "email",
        "#jo@post.example": "email",
        f"/reset/MQ/{default_token_generator.make_token(user)}/": "token",
        f"?t={signing.dumps({'a': 1})}": "token",
        f"?t={signing.Signer().sign('x1234')}": "token",
        "?jwt=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln": "token",
        f"/people/{subject.reference}": "subject",
        f"?who={subject.pk}": "subject",
    }


def test_link_with_something_of_a_person_becomes_text_and_is_logged_without_it(caplog: Any) -> None:
    for tail, kind in taken_along().items():
        caplog.clear()
        assert marking.link(f"https://elsewhere.example{tail if tail[0] == '/' else '/' + tail}", "words") == "words"
        assert f"elsewhere.example would have taken along: {kind}" in caplog.text
        assert tail[2:] not in caplog.text


@pytest.mark.parametrize(
    "harmless",
    ["/watch?v=dQw4w9WgXcQ", "/@jo", "/d/1aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789abcdefg/edit", "/maps/@51.5,-0.1,15z",
     "/0b0f1c9e-3c5b-4f0a-9a51-0d4f5c8a7d11", "/npm/@scope/name@1.2.3", "/aaaaaaaaaaaaaaaaaaaaaA"],
)  # fmt: skip
def test_ordinary_addresses_are_linked(harmless: str) -> None:
    assert hrefs(marking.link(f"https://elsewhere.example{harmless}", "w")) == [f"https://elsewhere.example{harmless}"]


# --- the leaving page ---


def away(url: str) -> str:
    return reverse(f"{APP}:away", args=[leading.token(url)])


def test_leaving_page_names_the_site_and_waits(client: Client) -> None:
    listed("elsewhere.example", name="Elsewhere Ltd", statement="https://elsewhere.example/privacy")
    answer = client.get(away(ELSEWHERE))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Elsewhere Ltd" in page
    assert html.escape(ELSEWHERE) in page
    assert "https://elsewhere.example/privacy" in page
    assert 'referrerpolicy="no-referrer"' in page
    assert "refresh" not in page.lower()
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    assert answer["X-Frame-Options"] == "DENY"
    assert "Content-Security-Policy" not in answer  # that of the site holds


def test_leaving_page_refuses_every_token_that_is_not_ours(client: Client) -> None:
    good = leading.token(ELSEWHERE)
    wrong = [
        "x",
        "elsewhere.example",
        signing.Signer(salt="other").sign_object([ELSEWHERE]),
        signing.Signer(salt=leading.SALT, key="another secret").sign_object([ELSEWHERE]),
        signing.Signer(salt=leading.SALT).sign_object(["javascript:alert(1)"]),
        signing.Signer(salt=leading.SALT).sign_object(["//elsewhere.example"]),
        *(good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :] for at in range(len(good))),
    ]
    for token in wrong:
        answer = client.get(reverse(f"{APP}:away", args=[token]))
        assert answer.status_code == 400, token
        assert not [link for link in crawling.links(answer.content.decode()) if link.host]
    assert client.get(f"/privacy/links/away/x/?to={ELSEWHERE}").status_code == 400
    assert client.post(away(ELSEWHERE)).status_code == 405


def test_look_alike_is_shown_with_its_name_for_machines(client: Client) -> None:
    page = client.get(away("https://ex\u0430mple.com/")).content.decode()  # a Cyrillic letter
    assert "ex\u0430mple.com" in page
    assert "xn--exmple-4nf.com" in page
    assert "beyond a to z" not in client.get(away(ELSEWHERE)).content.decode()


# --- addresses from outside (C13) ---


def addresses() -> list[str]:
    found = ["".join(part) + "evil.example" for n in range(1, 6) for part in product("/\\\t\n\r", repeat=n)]
    assert len(found) == 3905
    payloads = [line.decode("utf-8", "surrogateescape") for name in ("open-redirect", "open-redirect-parameters")
                for line in corpora.lines(name)]  # fmt: skip
    assert len(payloads) == 307
    cases = [case["input"] for case in corpora.objects("url")]
    assert len(cases) == 891
    return [*found, *payloads, *cases]


def test_no_address_leads_where_it_does_not_say() -> None:
    """As a link, a leaving token, the address of a statement, and in ``Location``; judged by a browser's rules."""
    wrong, led = [], 0
    for address in addresses():
        outs = hrefs(marking.outbound(f'<a href="{html.escape(address)}">x</a>'))
        outs += [leading.target(signing.Signer(salt=leading.SALT).sign_object([address])) or ""]
        outs += [outside_url(address) or "", safe_url(address) or ""]
        for out in outs:
            if not out or out.startswith(("mailto:", "tel:")):
                continue
            led += 1
            name = urlsplit(out).hostname if out.startswith("https://") else OURS
            if {browser_host(out), browser_host(HttpResponseRedirect(out)["Location"])} != {name}:
                wrong.append((address, out))
    assert wrong == []
    assert led > 200


# --- the profile (C15) ---

HOSTILE = (
    "<script>alert(1)</script>",
    "<svg onload=alert(1)><a xlink:href='//x'></svg>",
    "<math><mi href='//x'>x</mi></math>",
    "<style>@import '//x'</style>",
    "<img src=//x>",
    "![pixel](https://elsewhere.example/p.png)",
    "[x](//elsewhere.example)",
    "[x](data:text/html,<script>)",
    "<a href='//elsewhere.example' ping='//y' onclick=z>x",
    "<iframe src=//x></iframe>",
    "<p style='background:url(//x)'>",
    "<<b>a</b>",
    "<a href=\"https://e.example/\"><a href='javascript:1'>x</a></a>",
    "<form action=//x><button>",
    "<link rel=stylesheet href=//x>",
    "<base href=//x>",
    "<video poster=//x>",
)
BROKEN = ("<a ", "href=", '"', "'", ">", "</a>", "https://e.example/", "&#x2f;", "\\")
TAGS = {"p", "br", "a", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "h3", "h4", "hr", "span"}


def judged(page: str) -> list[str]:
    """Return every tag or attribute beyond the profile, and each mark of ours that holds something else."""
    wrong = []
    for name, attributes in re.findall(r"<([a-z0-9]+)((?:\s[^<>]*)?)>", page, re.IGNORECASE):
        names = set(re.findall(r'\s([a-z\-]+)="', attributes))
        allowed = {"a": {"href", "title", "rel"}, "span": {"class", "aria-hidden"}}.get(name, set())
        if name not in TAGS or names - allowed:
            wrong.append(f"<{name}{attributes}>")
    return wrong


def test_what_people_write_keeps_to_the_profile() -> None:
    texts = [*HOSTILE, *("".join(two) for two in product(HOSTILE, repeat=2)), *corpora.texts("naughty-strings")]
    for text in texts:
        page = shown("{{ text|user_markdown|outbound }}", text=text)
        assert judged(page) == [], text
        assert not re.search(r"<[^>]*\s(?:src|srcset|style|on\w+)=", page), text
        assert all(href.startswith(("https://", "/", "#", "mailto:")) for href in hrefs(page)), text


@given(
    st.lists(st.sampled_from([*HOSTILE, "<a ", "href=", '"', "'", ">", "</a>", "https://e.example/", "&#x2f;", "\\"]))
)
def test_broken_tags_never_give_a_link_that_is_not_marked(parts: list[str]) -> None:
    for link in crawling.links(shown("{{ text|user_markdown|outbound }}", text="".join(parts))):
        assert not link.host or (link.marked and link.rel >= {"noopener", "noreferrer"})


# --- crawl, register, screens ---


def test_public_page_with_a_link_by_hand_is_reported(client: Client, monkeypatch: Any) -> None:
    assert look_at(links_of_public_pages_are_marked).verdict is Verdict.KEPT
    Post.objects.bulk_create([Post(body="see [this](https://elsewhere.example/x) and https://other.example")])
    monkeypatch.setattr(crawling, "first_addresses", lambda: iter(["/board/"]))
    assert look_at(links_of_public_pages_are_marked).verdict is Verdict.KEPT
    monkeypatch.setattr(marking, "mark", lambda: "")
    looked = look_at(links_of_public_pages_are_marked)
    assert [str(one) for one in looked.findings] == [
        "/board/: leads to another site and is not marked: elsewhere.example"
    ]


def test_command_lists_hosts_that_nobody_registered(monkeypatch: Any, capsys: Any) -> None:
    Post.objects.bulk_create([Post(body="[x](https://elsewhere.example/x) [y](https://known.example/)")])
    listed("known.example")
    monkeypatch.setattr(crawling, "first_addresses", lambda: iter(["/board/"]))
    call_command("privacy_community", "links", register=True)
    assert capsys.readouterr().out.split() == ["1", "elsewhere.example"]
    assert register.due().get().host == "elsewhere.example"


def test_crawl_asks_with_get_and_stays_on_the_site(monkeypatch: Any) -> None:
    pages = {"/": '<a href="/a">a</a><a href="//x.example/">x</a><a href="https://www.example.com/b">b</a>', "/a": "a"}
    asked: list[str] = []

    def ask(address: str) -> Any:
        asked.append(address)
        return HttpResponse(pages.get(address, ""), status=200 if address in pages else 404)

    monkeypatch.setattr(crawling, "first_addresses", lambda: iter(["/"]))
    found = dict(crawling.pages(ask))
    assert set(found) == {"/", "/a"}
    assert "/a" in asked
    assert not [one for one in asked if "x.example" in one]


def staff(*codenames: str) -> Any:
    user = get_user_model().objects.create(username="staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return get_user_model().objects.get(pk=user.pk)


def test_looking_at_a_site_needs_the_right_and_is_on_record(client: Client) -> None:
    clerk = staff("review_link", "view_linkedsite")
    client.force_login(clerk)
    data = {
        "host": "B\u00fccher.example",
        "name": "B",
        "statement": "https://b\u00fccher.example/p",
        "status": "listed",
    }
    assert client.post(reverse(f"admin:{APP}_linkedsite_add"), data).status_code == 302
    site = LinkedSite.objects.get()
    assert (site.host, site.statement) == ("xn--bcher-kva.example", "https://xn--bcher-kva.example/p")
    assert (site.reviewed_on, site.reviewed_by) == (timezone.localdate(), Subject.objects.for_user(clerk).reference)
    assert opened(Entry.objects.get(kind="community.site"))["site"] == site.pk.hex
    page = client.post(reverse(f"admin:{APP}_linkedsite_add"), {**data, "statement": "javascript:1", "host": "a b"})
    assert "This is no host name." in page.content.decode()
    assert "begins with https" in page.content.decode()
    with pytest.raises(PermissionDenied):
        register.review(site=site, actor=get_user_model().objects.create(username="other"))


def test_register_is_public_and_shows_what_was_looked_at(client: Client) -> None:
    listed("elsewhere.example", name="Elsewhere", statement="https://elsewhere.example/privacy")
    LinkedSite.objects.create(host="unknown.example")
    page = client.get(reverse(f"{APP}:sites")).content.decode()
    assert "Elsewhere" in page
    assert "https://elsewhere.example/privacy" in page
    assert "unknown.example" not in page


def test_links_of_a_page_cost_one_query_a_minute(django_assert_num_queries: Any) -> None:
    page = "".join(f'<a href="https://s{number}.example/">x</a>' for number in range(50))
    with django_assert_num_queries(1):
        marking.outbound(page)
    with django_assert_num_queries(0):
        marking.outbound(page)
