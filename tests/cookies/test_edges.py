"""Corners that a normal site never meets and a stranger tries first."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import global_settings
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import RequestFactory, override_settings

from onvif_privacy.cookies.models import PolicyVersion
from onvif_privacy.cookies.services import builtin, guard, paste, publishing, shown
from onvif_privacy.cookies.services.declared import SHIPPED_LANGUAGES, languages, said
from onvif_privacy.cookies.services.findings import Seen, buffer
from onvif_privacy.cookies.services.origin import Origin, origin
from onvif_privacy.cookies.services.set_cookie import SetCookie
from onvif_privacy.cookies.services.snapshot import Snapshot
from onvif_privacy.core.registry import temporarily
from tests.cookies.factories import device_item
from tests.cookies.serving import HANDLERS

pytestmark = [pytest.mark.urls("tests.cookies.urls"), pytest.mark.django_db]


def test_untrusted_host_is_no_origin_and_no_domain() -> None:
    request = RequestFactory().post("/", HTTP_HOST="evil.example", HTTP_ORIGIN="http://evil.example")
    assert origin(request) is Origin.FOREIGN
    assert guard.place_of(request).host == ""


def test_host_of_an_address_has_no_port() -> None:
    with override_settings(ALLOWED_HOSTS=["[::1]", "www.example.com"]):
        assert guard.place_of(RequestFactory().get("/", HTTP_HOST="[::1]:8000")).host == "[::1]"
        assert guard.place_of(RequestFactory().get("/", HTTP_HOST="WWW.example.com:8000")).host == "www.example.com"


def test_suggestion_repeats_what_was_seen() -> None:
    cookie = SetCookie.parse("id=1; Domain=.Example.com; Path=/shop; Max-Age=90; HttpOnly")
    source = paste.declaration(cookie, "/shop", 0)
    compile(source, "suggestion", "exec")
    for part in ("domains=('example.com',)", "paths=('/shop',)", "http_only=True", "timedelta(seconds=90)"):
        assert part in source


def test_site_that_left_the_languages_alone_publishes_the_shipped_ones() -> None:
    with override_settings(LANGUAGES=global_settings.LANGUAGES, LANGUAGE_CODE="en-us"):
        assert languages() == ("en-us", *SHIPPED_LANGUAGES)
        assert shown.language_now() == "en-us"


def test_text_falls_back_to_the_base_language_and_then_to_the_first() -> None:
    words = {"en": {"text": "colour"}, "de": {"text": "Farbe"}, "fr": {"text": ""}}
    assert [said(words, "text", code) for code in ("de-at", "fr", "ja", "en")] == [
        "Farbe",
        "colour",
        "colour",
        "colour",
    ]
    assert said({}, "text", "en") == ""


def test_built_in_items_follow_the_settings_of_django() -> None:
    with override_settings(
        CSRF_USE_SESSIONS=True,
        MESSAGE_STORAGE="django.contrib.messages.storage.session.SessionStorage",
        USE_I18N=False,
        SESSION_COOKIE_NAME="sid",
        SESSION_COOKIE_DOMAIN=".example.com",
        SESSION_EXPIRE_AT_BROWSER_CLOSE=True,
    ):
        found = {item.name: item for item in builtin.items()}
    assert set(found) == {"sid", "__Host-privacy_choice", "__Host-privacy_state", "privacy_declined"}
    assert (found["sid"].seconds, found["sid"].domains) == (None, ("example.com",))


def test_built_in_items_say_why_they_are_needed() -> None:
    assert all(item.said("reason", "en") for item in builtin.items())


def test_code_may_say_more_about_a_built_in_item(publish: Any) -> None:
    with temporarily(device_item("sessionid", "necessary", reason="Keeps the basket.", text="Our session.")):
        publish()
        body = HANDLERS["wsgi"]("/privacy/cookies/declaration/").body
    assert b"Keeps the basket." in body


def test_snapshot_of_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown format"):
        Snapshot.restored({"format": 99})


def test_snapshot_reads_back_what_was_published(published: Any) -> None:
    again = Snapshot.restored(json.loads(published.snapshot))
    assert again.text() == published.snapshot
    assert again.digest == published.digest


@pytest.mark.parametrize(
    "text", ["", ".", "x.statistics.1", ".statistics", ".statistics.01", ".a.1--b.1", "0" * 63 + ".a.1"]
)
def test_digest_nobody_printed_is_read_as_nothing_or_refused(text: str) -> None:
    assert shown.read_token(text) in (None, ("", {}))


def test_two_publishers_at_once_give_one_version(items: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first = publishing.draft()
    publishing.publish()
    monkeypatch.setattr(publishing, "draft", lambda cosmetic=None: first)
    with pytest.raises(publishing.PublishedMeanwhile):
        publishing.publish()
    assert PolicyVersion.objects.count() == 1


def test_command_says_what_to_do_without_a_database(items: Any) -> None:
    from django.db import connection

    def fail(*args: Any) -> Any:
        raise OperationalError("no such table: onvif_privacy_cookies_policyversion")

    with connection.execute_wrapper(fail), pytest.raises(CommandError, match="migrate") as refused:
        call_command("privacy_cookies", "publish")
    assert refused.value.returncode == 3


def test_command_publishes_nothing_that_the_checks_refuse() -> None:
    with (
        temporarily(device_item("basket", "necessary")),
        pytest.raises(CommandError, match="without a reason") as refused,
    ):
        call_command("privacy_cookies", "publish")
    assert refused.value.returncode == 2


def test_command_says_who_is_asked_again_and_what_was_excused(publish: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with temporarily(device_item("theme", text="Remembers.")):
        publish()
    with temporarily(device_item("theme", text="Remembers it."), device_item("ab1", "statistics")):
        call_command("privacy_cookies", "publish", "--cosmetic", "preferences=a word was missing")
    out = capsys.readouterr().out
    assert "cosmetic preferences: theme: wording changed (a word was missing)" in out
    assert "asked again: statistics." in out


def test_findings_know_what_is_kept() -> None:
    buffer.add(Seen("undeclared", "a", "", "answer"))
    assert Seen("undeclared", "a", "", "answer") in buffer


def test_raw_header_is_shortened_like_any_other(publish: Any) -> None:
    from urllib.parse import quote

    from tests.cookies.factories import choice_of, header_of

    with temporarily(device_item("theme")):
        publish()
        headers = {"Cookie": header_of(choice_of(preferences="+1"))}
        answer = HANDLERS["wsgi"](f"/raw/?cookie={quote('theme=1; Max-Age=99999999')}", headers=headers)
    assert f"Max-Age={30 * 86400}" in answer.set_cookies[0]


def test_declaration_is_shown_while_the_database_is_away(published: Any) -> None:
    from tests.cookies.test_outage import stopped

    with stopped():
        answer = HANDLERS["wsgi"]("/privacy/cookies/declaration/")
    assert answer.status == 200
    assert b"_pk_id.*" in answer.body


def test_conflict_tells_a_script_to_ask_anew(published: Any) -> None:
    from tests.cookies.test_deciding import JSON, post

    answer = post(HANDLERS["wsgi"], "accept", headers=JSON, policy=9)
    assert answer.status == 409
    assert json.loads(answer.body)["error"] == "outdated"


def test_script_that_says_nothing_of_its_origin_is_refused(published: Any) -> None:
    answer = HANDLERS["wsgi"]("/privacy/cookies/sweep/", method="POST", headers={"Accept": "application/json"})
    assert (answer.status, json.loads(answer.body)["error"]) == (403, "confirm")


def test_choose_without_a_script_leads_to_the_settings(published: Any) -> None:
    from tests.cookies.test_deciding import post

    answer = post(HANDLERS["wsgi"], "choose")
    assert (answer.status, answer.header("Location"), answer.names) == (303, "/privacy/cookies/", [])


def test_merged_visitor_grants_as_somebody_new(published: Any, django_user_model: Any) -> None:
    from onvif_privacy.core import subjects
    from onvif_privacy.core.models import Decision, Subject
    from tests.cookies.test_deciding import kept, post

    cookie = kept(post(HANDLERS["wsgi"], "save", surface="page", purpose=["statistics"]))
    visitor = Subject.objects.get()
    user = subjects.for_user(django_user_model.objects.create_user("somebody"))
    subjects.merge(visitor=visitor, into=user, key="k" * 20)
    post(HANDLERS["wsgi"], "allow", surface="page", purpose=["marketing"], cookie=cookie)
    granted = Decision.objects.get(purpose="marketing", outcome="granted")
    assert granted.subject not in (visitor, user)
    answer = post(HANDLERS["wsgi"], "withdraw", surface="page", cookie=cookie)
    assert answer.status == 303
