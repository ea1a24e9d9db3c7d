"""Posting a decision: what it grants, records and writes into the browser."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings

from onvif_privacy.cookies.services import choice_cookies, deciding, running, shown
from onvif_privacy.core.models import Decision, Subject
from onvif_privacy.core.registry import Purpose, temporarily
from onvif_privacy.core.signals import decision_recorded
from tests.cookies.factories import choice_of, device_item, header_of
from tests.cookies.serving import HANDLERS, HOST, Answer

pytestmark = [pytest.mark.urls("tests.cookies.urls"), pytest.mark.django_db]

CHOICE = "/privacy/cookies/choice/"
OWN = {"Sec-Fetch-Site": "same-origin"}
JSON = {**OWN, "Accept": "application/json"}
ALL = {"preferences", "statistics", "marketing"}


@pytest.fixture(params=HANDLERS)
def send(request: pytest.FixtureRequest) -> Any:
    return HANDLERS[request.param]


def fields(surface: str = "bar") -> dict[str, Any]:
    """Return what a form on a fresh page carries."""
    form = shown.form(running.current(), "en", surface=surface)
    return {name: form[name] for name in ("policy", "language", "digest")} | {"surface": surface}


def post(send: Any, action: str, *, headers: dict[str, str] | None = None, cookie: str = "", **data: Any) -> Answer:
    sent = {**(headers or OWN), **({"Cookie": cookie} if cookie else {})}
    answer: Answer = send(
        CHOICE, method="POST", data={**fields(data.get("surface", "bar")), "action": action, **data}, headers=sent
    )
    return answer


def kept(answer: Answer) -> str:
    """Return the Cookie header a browser would send next."""
    pairs = [line.partition(";")[0] for line in answer.set_cookies if "Max-Age=0" not in line]
    return "; ".join(pairs)


def granted(answer: Answer) -> set[str]:
    """Return what the state cookie of an answer grants."""
    line = next(line for line in answer.set_cookies if line.startswith("__Host-privacy_state="))
    return set(re.findall(r"([a-z]+)[+*]", line.partition("|")[2].rsplit("|", 1)[0].rsplit("|", 1)[1]))


def test_accept_grants_what_was_asked_and_records_each_decision(send: Any, published: Any) -> None:
    answer = post(send, "accept", next="/shop/?a=1")
    assert (answer.status, answer.header("Location")) == (303, "/shop/?a=1")
    assert granted(answer) == ALL
    decisions = Decision.objects.all()
    assert {(one.purpose, one.outcome, one.method, one.surface) for one in decisions} == {
        (slug, "granted", "accept_all", "bar") for slug in ALL
    }
    assert {one.context_reference for one in decisions} == {"policy-1"}
    assert all(one.notice and "Accept" in one.notice.text for one in decisions)


def test_choice_cookies_are_as_strict_as_browsers_allow(send: Any, published: Any) -> None:
    lines = {line.partition("=")[0]: line for line in post(send, "accept").set_cookies}
    signed, readable = lines["__Host-privacy_choice"], lines["__Host-privacy_state"]
    for line in (signed, readable):
        for part in ("Max-Age=15552000", "Path=/", "SameSite=Lax", "Secure"):
            assert f"; {part}" in line
        assert "Domain" not in line
    assert "HttpOnly" in signed
    assert "HttpOnly" not in readable


def test_decline_writes_no_row_and_names_nobody(send: Any, published: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = post(send, "decline")
    assert granted(answer) == set()
    assert not Subject.objects.exists()
    assert not Decision.objects.exists()
    signed = next(line for line in answer.set_cookies if line.startswith("__Host-privacy_choice="))
    assert re.search(r"\|r\|:", signed)


def test_saving_one_purpose_grants_that_alone(send: Any, published: Any) -> None:
    answer = post(send, "save", surface="dialog", purpose=["statistics"])
    assert granted(answer) == {"statistics"}
    assert {one.purpose: one.outcome for one in Decision.objects.all()} == {
        "statistics": "granted", "preferences": "withdrawn", "marketing": "withdrawn"
    }  # fmt: skip


def test_allowing_one_purpose_leaves_the_others_as_they_are(send: Any, published: Any) -> None:
    first = post(send, "save", surface="dialog", purpose=["statistics"])
    answer = post(send, "allow", surface="embed", purpose=["marketing"], cookie=kept(first))
    assert granted(answer) == {"statistics", "marketing"}
    assert Subject.objects.count() == 1


def test_allowing_before_any_choice_leaves_the_rest_undecided(send: Any, published: Any) -> None:
    answer = post(send, "allow", headers=JSON, surface="embed", purpose=["marketing"])
    assert b'"statistics": "undecided"' in answer.body
    assert granted(answer) == {"marketing"}


def test_bar_asks_only_what_is_open(send: Any, published: Any) -> None:
    cookie = header_of(choice_of(statistics="!", preferences="+1"))
    assert granted(post(send, "accept", cookie=cookie)) == {"preferences", "marketing"}
    assert granted(post(send, "decline", cookie=cookie)) == {"preferences"}
    assert granted(post(send, "decline", cookie=cookie, surface="page")) == set()
    assert granted(post(send, "accept", cookie=cookie, surface="page")) == ALL


def test_withdrawing_is_recorded_for_the_same_subject(send: Any, published: Any) -> None:
    accepted = post(send, "accept")
    answer = post(send, "withdraw", cookie=kept(accepted), surface="page")
    assert granted(answer) == set()
    assert Subject.objects.count() == 1
    assert Decision.objects.filter(outcome="withdrawn").count() == 3
    assert "w" not in next(line for line in answer.set_cookies if "state" in line).partition(";")[0].rsplit("|", 1)[1]


def test_withdrawing_one_purpose_keeps_the_others(send: Any, published: Any) -> None:
    answer = post(send, "withdraw", cookie=kept(post(send, "accept")), surface="page", purpose=["statistics"])
    assert granted(answer) == {"preferences", "marketing"}


def test_withdrawal_needs_no_word_about_the_page(send: Any, published: Any) -> None:
    cookie = kept(post(send, "accept"))
    answer = send(CHOICE, method="POST", data={"action": "withdraw"}, headers={**OWN, "Cookie": cookie})
    assert (answer.status, granted(answer)) == (303, set())


def test_signal_fires_once_after_commit_with_subject_and_purpose(
    send: Any, published: Any, django_capture_on_commit_callbacks: Any
) -> None:
    cookie, heard = kept(post(send, "accept")), []

    def hear(decision: Decision, **_: Any) -> None:
        heard.append((decision.purpose, decision.outcome, decision.subject_id))

    decision_recorded.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            post(send, "withdraw", cookie=cookie, purpose=["statistics"], surface="page")
    finally:
        decision_recorded.disconnect(hear)
    assert heard == [("statistics", "withdrawn", Subject.objects.get().pk)]


def test_json_answers_say_the_state_of_each_purpose(send: Any, published: Any) -> None:
    answer = post(send, "save", headers=JSON, surface="dialog", purpose=["statistics"])
    assert answer.status == 200
    assert answer.body == (
        b'{"state": {"marketing": "refused", "preferences": "refused", "statistics": "granted"}, '
        b'"policy": 1, "left": 0, "after": ""}'
    )
    assert "no-store" in answer.header("Cache-Control")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"purpose": ["weather"]}, "purpose"),
        ({"purpose": ["necessary"]}, "purpose"),
        ({"policy": ["1", "2"]}, "invalid"),
        ({"policy": "x"}, "invalid"),
        ({"action": "grant"}, "invalid"),
        ({"action": ["save", "save"]}, "invalid"),
        ({"digest": "x"}, "invalid"),
        ({"surface": "moon"}, "invalid"),
        ({"key": "k" * 65}, "invalid"),
        ({"purpose": ["statistics"] * 101}, "invalid"),
    ],
)
def test_wrong_input_is_400_and_changes_nothing(send: Any, published: Any, data: dict[str, Any], code: str) -> None:
    sent = {**fields("dialog"), "action": "save", "purpose": ["statistics"], **data}
    answer = send(CHOICE, method="POST", data=sent, headers=JSON)
    assert answer.status == 400
    assert f'"error": "{code}"'.encode() in answer.body
    assert answer.names == []
    assert not Decision.objects.exists()


@pytest.mark.parametrize("how", ["generation", "words", "policy"])
def test_outdated_grant_is_409_and_a_refusal_counts(send: Any, published: Any, how: str) -> None:
    changed = fields("bar")
    if how == "generation":
        changed["digest"] = changed["digest"].replace("statistics.1", "statistics.0")
    elif how == "words":
        changed["digest"] = "0" * 64 + changed["digest"][64:]
    else:
        changed["policy"] = 7
    for action, status in (("accept", 409), ("decline", 303)):
        answer = send(CHOICE, method="POST", data={**changed, "action": action}, headers=OWN)
        assert answer.status == status
        assert granted(answer) == set() if status == 303 else answer.names == []
    assert not Decision.objects.exists()


def test_page_of_an_older_policy_grants_while_the_meaning_is_the_same(send: Any, published: Any, publish: Any) -> None:
    old = fields("bar")
    with temporarily(device_item("second", "marketing")):
        publish()
        answer = send(CHOICE, method="POST", data={**old, "action": "accept"}, headers=OWN)
        assert answer.status == 409  # marketing has grown
        data = {**old, "action": "save", "surface": "page", "purpose": ["statistics"]}
        answer = send(CHOICE, method="POST", data=data, headers=OWN)
        assert (answer.status, granted(answer)) == (303, {"statistics"})


def test_same_key_again_is_the_same_decision(send: Any, published: Any) -> None:
    cookie = kept(post(send, "save", surface="dialog", purpose=["statistics"]))
    for _ in range(2):
        post(send, "allow", surface="page", purpose=["marketing"], cookie=cookie, key="k" * 20)
    assert Decision.objects.filter(purpose="marketing", outcome="granted").count() == 1
    answer = post(send, "allow", surface="dialog", purpose=["marketing"], cookie=cookie, key="k" * 20)
    assert answer.status == 409


SITES = (None, "same-origin", "cross-site")
ORIGINS = (None, f"https://{HOST}", "https://evil.example", "null")


@pytest.mark.parametrize(("origin", "site", "token"), list(itertools.product(ORIGINS, SITES, [True, False])))
def test_only_posts_from_this_site_grant(published: Any, origin: str | None, site: str | None, token: bool) -> None:
    client = Client(enforce_csrf_checks=True)
    extra: dict[str, Any] = {"secure": True, "HTTP_HOST": HOST, "HTTP_REFERER": f"https://{HOST}/privacy/cookies/"}
    data = {**fields(), "action": "accept"}
    if token:
        page = client.post(CHOICE, data, **extra)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())
        assert page.status_code == 403
        assert found
        data["csrfmiddlewaretoken"] = found[1]
    if origin:
        extra["HTTP_ORIGIN"] = origin
    if site:
        extra["HTTP_SEC_FETCH_SITE"] = site
    own = site == "same-origin" or (site is None and (origin == ORIGINS[1] or (origin is None and token)))
    answer = client.post(CHOICE, data, **extra)
    assert answer.status_code == (303 if own else 403)
    assert Decision.objects.exists() is own


def test_post_that_says_nothing_is_asked_to_confirm_what_it_chose(published: Any) -> None:
    data = {**fields("page"), "action": "save", "purpose": ["statistics"]}
    page = Client().post(CHOICE, data, secure=True, HTTP_HOST=HOST).content.decode()
    assert 'name="action" value="save"' in page
    assert re.search(r'type="hidden" name="purpose" value="statistics"', page)


@pytest.mark.parametrize("address", ["sweep/", "names/"])
def test_other_posts_are_refused_from_elsewhere_too(send: Any, published: Any, address: str) -> None:
    answer = send(f"/privacy/cookies/{address}", method="POST", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403


def test_grants_are_limited_and_refusals_are_not(send: Any, published: Any) -> None:
    answers = [post(send, "accept").status for _ in range(21)]
    assert answers == [303] * 20 + [429]
    assert post(send, "decline").status == 303
    assert post(send, "save", surface="page").status == 303


def strings() -> list[str]:
    """Every string of up to five of these and a host: 3,905 of them."""
    parts = ["/", "\\", "\t", "\r", "\n"]
    return ["".join(one) + "evil.example" for length in range(1, 6) for one in itertools.product(parts, repeat=length)]


def test_next_never_leads_off_the_site(published: Any) -> None:
    addresses = strings()
    assert len(addresses) == 3905
    for address in addresses:
        found = deciding_next(address)
        assert found == "" or re.match(r"/(?![/\\])", found)


def deciding_next(address: str) -> str:
    """Return what the view makes of ``next``."""
    from django.test import RequestFactory

    from onvif_privacy.cookies.views.pages import next_page

    return next_page(RequestFactory().post(CHOICE, {"next": address}))


@pytest.mark.parametrize(
    "address",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"],
)
def test_hostile_next_ends_on_the_settings_page(send: Any, published: Any, address: str) -> None:
    assert post(send, "decline", next=address).header("Location") == "/privacy/cookies/"


def test_signal_is_not_overruled_by_accepting_on_the_bar(send: Any, published: Any) -> None:
    answer = post(send, "accept", headers={**OWN, "Sec-GPC": "1"})
    assert granted(answer) == {"preferences", "statistics"}
    assert "marketing" not in next(line for line in answer.set_cookies if "state" in line)


def test_explicit_grant_under_the_signal_wins_and_is_marked(send: Any, published: Any) -> None:
    answer = post(send, "save", headers={**OWN, "Sec-GPC": "1"}, surface="page", purpose=["marketing"])
    assert "marketing*1" in next(line for line in answer.set_cookies if "state" in line)
    assert Decision.objects.get(purpose="marketing").gpc
    page = send("/privacy/cookies/", headers={"Cookie": kept(answer), "Sec-GPC": "1"})
    assert b"although your browser sends a privacy signal" in page.body


def test_purposes_without_items_are_neither_asked_nor_breaking(send: Any, publish: Any) -> None:
    with temporarily(device_item("theme", "preferences")):
        publish()
        answer = post(send, "accept")
        assert granted(answer) == {"preferences"}


def test_reader_without_items_is_asked_about(send: Any, publish: Any) -> None:
    from onvif_privacy.core.registry import Basis

    purpose = Purpose("reading", "Reading", "Reads.", Basis.CONSENT, "cookies_choice", device=True, reader="test")
    with temporarily(purpose):
        publish()
        assert "reading" in granted(post(send, "accept"))


def test_before_the_first_publishing_grants_count_and_are_asked_again_after(
    send: Any, items: Any, publish: Any
) -> None:
    answer = post(send, "accept")
    assert granted(answer) == ALL
    assert Decision.objects.filter(context_reference="policy-0").count() == 3
    publish()
    state = send("/privacy/cookies/state/", headers={"Cookie": kept(answer)})
    assert b'"statistics": "undecided"' in state.body


@pytest.mark.parametrize("granted_purposes", [[], ["statistics"], ["statistics", "marketing"]])
def test_cookies_for_a_hosts_tests_say_what_they_are_asked_to(published: Any, granted_purposes: list[str]) -> None:
    client = Client()
    client.cookies.load(choice_cookies(granted_purposes))
    found = client.get("/privacy/cookies/state/", secure=True).json()["state"]
    assert {slug for slug, state in found.items() if state == "granted"} == set(granted_purposes)
    with pytest.raises(deciding.UnknownPurpose):
        choice_cookies(["statistic"])


def test_key_made_by_the_server_is_random(send: Any, published: Any) -> None:
    post(send, "accept")
    assert len(set(Decision.objects.values_list("key", flat=True))) == 1
    assert re.fullmatch(r"[0-9a-f]{32}", Decision.objects.first().key)  # type: ignore[union-attr]


def test_no_table_of_this_room_names_a_visitor() -> None:
    from django.apps import apps

    for model in apps.get_app_config("onvif_privacy_cookies").get_models():
        columns = {field.name for field in model._meta.get_fields()}
        assert not columns & {"subject", "user", "visitor", "session", "address", "ip", "value", "path"}
    assert connection.introspection.table_names()


@override_settings(ONVIF_PRIVACY_COOKIES_SECURE=False)
def test_plain_http_works_locally(items: Any, publish: Any) -> None:
    publish()
    answer = Client().post(CHOICE, {**fields(), "action": "accept"}, HTTP_SEC_FETCH_SITE="same-origin")
    assert answer.cookies["privacy_choice"]["secure"] == ""


def test_page_made_by_a_newer_process_is_understood(send: Any, published: Any) -> None:
    from onvif_privacy.core import consent

    consent.renew("statistics", reference="statement-2")
    stale = running.current()
    running.load()
    data = {**fields("page"), "action": "save", "purpose": ["statistics"]}
    running.install(stale)
    answer = send(CHOICE, method="POST", data=data, headers=OWN)
    assert (answer.status, granted(answer)) == (303, {"statistics"})
    assert "statistics+2" in kept(answer)
