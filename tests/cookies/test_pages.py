"""What visitors and templates read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.template import engines
from django.test import override_settings

from onvif_privacy.cookies.services import findings, running, shown
from onvif_privacy.core.registry import NotDeclared, temporarily
from tests.cookies.factories import choice_of, device_item, header_of
from tests.cookies.serving import HANDLERS

pytestmark = [pytest.mark.urls("tests.cookies.urls"), pytest.mark.django_db]


@pytest.fixture(params=HANDLERS)
def send(request: pytest.FixtureRequest) -> Any:
    return HANDLERS[request.param]


def rendered(source: str, rf: Any, **headers: str) -> str:
    """Render a template for a request."""
    from onvif_privacy.cookies.services.visitor import VisitorPrivacy

    request = rf.get("/shop/?a=1", **headers)
    request.privacy = VisitorPrivacy(request, running.current())
    return engines["django"].from_string("{% load privacy_cookies %}" + source).render({}, request)


def test_bar_is_the_same_for_everyone(send: Any, published: Any) -> None:
    pages = {
        send("/template/", headers=headers).body
        for headers in (
            {},
            {"Cookie": header_of(choice_of(statistics="!"))},
            {"Cookie": header_of(choice_of(statistics="+1"))},
            {"Sec-GPC": "1"},
        )
    }
    assert len(pages) == 1
    assert b"csrfmiddlewaretoken" not in pages.pop()


def test_bar_costs_no_query(published: Any, rf: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        html = rendered("{% privacy_cookies %}", rf)
    assert len(html.encode()) < 6000
    assert 'name="next" value="/shop/?a=1"' in html


def test_site_with_necessary_items_only_shows_neither_bar_nor_script(publish: Any, rf: Any) -> None:
    publish()
    html = rendered("{% privacy_cookies %}", rf)
    assert "privacy-bar" not in html
    assert "<script" not in html
    assert "/privacy/cookies/" in html


def test_nonce_is_passed_on(published: Any, rf: Any) -> None:
    assert 'nonce="abc"' in rendered('{% privacy_cookies nonce="abc" %}', rf)
    assert "nonce=" not in rendered("{% privacy_cookies %}", rf)


def test_settings_page_shows_the_present_choice(send: Any, published: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = send("/privacy/cookies/", headers={"Cookie": header_of(choice_of(statistics="+1", preferences="!"))})
    assert answer.status == 200
    assert "no-store" in answer.header("Cache-Control")
    body = answer.body.decode()
    assert 'value="statistics" checked' in body
    assert 'value="preferences" checked' not in body


def test_outdated_grant_is_explained(send: Any, published: Any) -> None:
    answer = send("/privacy/cookies/", headers={"Cookie": header_of(choice_of(statistics="+0"))})
    assert b"so you are asked again" in answer.body


@pytest.mark.parametrize("versions", [1, 5])
def test_declaration_lists_everything_in_one_query(
    send: Any, items: Any, publish: Any, django_assert_num_queries: Any, versions: int
) -> None:
    for number in range(versions):
        with temporarily(*items.values(), device_item("theme", "preferences", provider=f"Provider {number}")):
            publish()
    with django_assert_num_queries(1):
        answer = send("/privacy/cookies/declaration/")
    body = answer.body.decode()
    for part in (
        "_pk_id.*",
        "13 months",
        "sessionid",
        "csrftoken",
        "django_language",
        "__Host-privacy_choice",
        "privacy_declined",
    ):
        assert part in body
    assert body.count("Version ") >= versions


def test_declaration_for_machines_is_public_and_complete(send: Any, published: Any) -> None:
    answer = send("/privacy/cookies/declaration.json", headers={"Cookie": header_of(choice_of(statistics="+1"))})
    data = json.loads(answer.body)
    assert answer.header("Cache-Control") == "public, max-age=3600"
    assert data["policy"] == 1
    assert {"theme", "ads", "_pk_id.*", "sessionid"} <= {item["name"] for item in data["items"]}


def test_dialog_is_kept_by_caches_under_its_own_address_only(send: Any, published: Any) -> None:
    address = shown.dialog_address(running.current(), "de")
    answer = send(address, headers={"Cookie": header_of(choice_of(statistics="+1"))})
    assert answer.header("Cache-Control") == "public, max-age=31536000, immutable"
    assert "Cookie" not in answer.header("Vary")
    assert answer.header("Set-Cookie") == ""
    assert send("/privacy/cookies/dialog/1/de/other/").header("Cache-Control") == "no-store"
    assert send("/privacy/cookies/dialog/1/fr/other/").status == 404


def test_state_is_told_as_json_and_kept_by_nobody(send: Any, published: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = send("/privacy/cookies/state/", headers={"Sec-GPC": "1"})
    assert "no-store" in answer.header("Cache-Control")
    assert json.loads(answer.body) == {
        "state": {"marketing": "refused", "preferences": "undecided", "statistics": "undecided"},
        "gpc": True,
        "decided": False,
        "policy": 1,
    }


def test_style_without_script_follows_the_choice(send: Any, published: Any) -> None:
    answer = send("/privacy/cookies/state.css")
    assert answer.header("Content-Type").startswith("text/css")
    assert {"private", "no-store"} <= {part.strip() for part in answer.header("Cache-Control").split(",")}
    assert b".privacy-bar{display:none}" not in answer.body
    answer = send("/privacy/cookies/state.css", headers={"Cookie": header_of(choice_of(statistics="!"))})
    assert b".privacy-bar{display:none}" in answer.body


def test_names_are_taken_from_those_who_allowed_it(send: Any, published: Any) -> None:
    sent = {"name": ["_ga_" + "1" * 90, "theme", "basket", *(f"n{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")]}
    for cookie, number in (("", 0), (header_of(choice_of(statistics="+1")), 19)):
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": cookie}
        assert send("/privacy/cookies/names/", method="POST", data=sent, headers=headers).status == 204
        seen = [one for one in findings.buffer.drain() if one.source == "script"]
        assert len(seen) == number
        assert all(len(one.name) <= 64 for one in seen)


def test_script_is_printed_inert(rf: Any, published: Any) -> None:
    html = rendered('{% privacy_script "statistics" src="/m.js" type="module" async=True data_site_id="7" %}', rf)
    assert html == (
        '<script type="text/plain" data-privacy="statistics" data-src="/m.js" data-type="module"'
        ' data-site-id="7" async></script>'
    )
    with pytest.raises(NotDeclared):
        rendered('{% privacy_script "statistic" src="/m.js" %}', rf)
    assert 'data-privacy="!marketing"' in rendered('{% privacy_script "!marketing" src="/m.js" %}', rf)


def test_embed_names_provider_and_text_of_the_declared_host(publish: Any, rf: Any) -> None:
    video = device_item(
        "vid", "marketing", hosts=("video.example",), party="video", provider="Video Ltd", text="Plays films."
    )
    with temporarily(video):
        publish()
        html = rendered('{% privacy_embed "marketing" src="https://video.example/1" title="Our film" %}', rf)
    for part in ("Video Ltd", "Plays films.", "Our film", "https://video.example/1"):
        assert part in html
    assert "<iframe" not in html


def test_notice_and_feature_are_both_printed(published: Any, rf: Any) -> None:
    html = rendered('{% needs_cookies "preferences" %}<b>feature</b>{% endneeds_cookies %}', rf)
    assert "<b>feature</b>" in html
    assert "privacy-notice" in html


@pytest.mark.parametrize(("said", "expected"), [("+1", "yes"), ("!", "no"), ("", "no")])
def test_branch_follows_the_choice_and_marks_the_answer(published: Any, rf: Any, said: str, expected: str) -> None:
    headers = {"HTTP_COOKIE": header_of(choice_of(statistics=said))} if said else {}
    source = '{% if_granted "statistics" %}yes{% else %}no{% endif_granted %}'
    assert rendered(source, rf, **headers) == expected


def test_branch_without_a_request_grants_nothing(published: Any) -> None:
    source = '{% load privacy_cookies %}{% if_granted "statistics" %}yes{% endif_granted %}'
    assert engines["django"].from_string(source).render({}) == ""


@pytest.mark.parametrize("tag", ["needs_cookies", "if_granted"])
def test_tags_ask_for_one_purpose(tag: str) -> None:
    from django.template import TemplateSyntaxError

    with pytest.raises(TemplateSyntaxError, match="takes one purpose"):
        engines["django"].from_string("{% load privacy_cookies %}{% " + tag + " %}{% end" + tag + " %}")


def test_link_table_and_own_choice_are_printed(published: Any, rf: Any) -> None:
    assert "/privacy/cookies/" in rendered("{% privacy_cookies_link %}", rf)
    assert "_pk_id.*" in rendered("{% cookie_declaration %}", rf)
    html = rendered("{% cookie_choice %}", rf, HTTP_COOKIE=header_of(choice_of(statistics="+1")))
    assert "allowed" in html


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "until you close the browser"),
        (30, "1 minute"),
        (7200, "2 hours"),
        (86400, "1 day"),
        (14 * 86400, "14 days"),
        (180 * 86400, "6 months"),
        (393 * 86400, "13 months"),
    ],
)
def test_durations_are_said_in_words(seconds: int | None, words: str) -> None:
    assert shown.duration(seconds) == words


def test_patterns_for_the_script_leave_out_what_it_cannot_see(items: Any) -> None:
    rules = dict(rule.split("=", 1) for rule in shown.patterns(running.current()).split(" "))
    assert rules["statistics"] == r"_pk_id\..*"
    assert "sessionid" not in rules["necessary"]
    assert "s:privacy_declined" in rules["necessary"]
    with temporarily(*(device_item(f"item_with_a_long_name_{number}") for number in range(60))):
        running.install(None)
        assert shown.patterns(running.current()) == ""


def test_pages_are_open_where_the_site_asks_for_a_sign_in(send: Any, published: Any) -> None:
    from django.conf import settings

    middleware = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    with override_settings(MIDDLEWARE=middleware):
        for address in ("", "declaration/", "declaration.json", "state/", "state.css"):
            assert send(f"/privacy/cookies/{address}").status == 200
        assert (
            send(
                "/privacy/cookies/choice/",
                method="POST",
                data={"action": "decline"},
                headers={"Sec-Fetch-Site": "same-origin"},
            ).status
            == 303
        )


@pytest.mark.parametrize("address", ["choice/", "sweep/", "names/"])
def test_posts_answer_no_get(send: Any, published: Any, address: str) -> None:
    assert send(f"/privacy/cookies/{address}").status == 405


def test_german_visitors_read_german(send: Any, published: Any) -> None:
    answer = send("/privacy/cookies/", headers={"Accept-Language": "de"})
    assert 'lang="de"' in answer.body.decode()
    assert 'name="language" value="de"' in answer.body.decode()
