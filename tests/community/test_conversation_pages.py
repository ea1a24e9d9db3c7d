"""The pages of conversations: for who takes part, kept by nobody, and absent until they are switched on."""

from __future__ import annotations

import re
import uuid
from importlib import reload
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from onvif_privacy.community import urls
from onvif_privacy.community.models import Conversation, ConversationMessage, Participant, Report
from onvif_privacy.community.services import conversations
from onvif_privacy.core import desk, gate, limits, subjects
from tests.community.talks import asked, heard, person, reported, say, staff, talk

LIST = "/privacy/conversations/"


@pytest.fixture(autouse=True)
def _limits() -> Any:
    limits.reset()
    yield
    limits.reset()


def signed_in(subject: Any) -> Client:
    client = Client()
    client.force_login(subject.user)
    return client


def form(**changes: Any) -> dict[str, Any]:
    return {"text": "Shall we meet?", "key": str(uuid.uuid4()), **changes}


@pytest.mark.django_db
def test_somebody_writes_is_read_and_is_answered() -> None:
    ada, bob = person(username="ada"), person(username="bob", first_name="Bob", last_name="Builder")
    made = signed_in(ada).post(LIST, form(to="bob"))
    assert made.status_code == 303
    address, his = made.headers["Location"], signed_in(bob)
    assert "Shall we meet?" in his.get(address).content.decode()
    answered = his.post(address, form(text="<b>At six</b>"))
    page = signed_in(ada).get(answered.headers["Location"]).content.decode()
    assert "&lt;b&gt;At six&lt;/b&gt;" in page
    assert "Bob Builder" in page
    assert "Bob Builder" in signed_in(ada).get(LIST).content.decode()
    assert "ada" in his.get(LIST).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("to", ["nobody", "ada", " , ", "blocker", "bob, nobody", ",".join(f"u{n}" for n in range(25))])
def test_who_cannot_be_written_to_is_not_told_apart_and_nothing_is_stored(to: str) -> None:
    ada, bob, blocker = (person(username=name) for name in ("ada", "bob", "blocker"))
    conversations.block(subject=blocker, sender=talk(ada, blocker).participants.exclude(subject=blocker).get().subject)
    before = (Conversation.objects.count(), ConversationMessage.objects.count())
    answer = signed_in(ada).post(LIST, form(to=to))
    assert answer.status_code == 400
    assert (Conversation.objects.count(), ConversationMessage.objects.count()) == before
    words = re.findall(r'privacy-talks-error"[^>]*>([^<]+)<', answer.content.decode())
    assert len(words) == 1
    if to in ("nobody", "blocker", "bob, nobody"):
        assert words == ["This person cannot be written to."]
    assert bob.pk


@pytest.mark.django_db
def test_strangers_sign_in_first_and_others_find_nothing() -> None:
    ada, bob, eve = person(), person(), person()
    one = talk(ada, bob)
    say(ada, one)
    pages = [reverse(f"onvif_privacy_community:{name}", args=[one.pk]) for name in ("conversation", "report")]
    acts = [
        reverse("onvif_privacy_community:leave", args=[one.pk]),
        reverse("onvif_privacy_community:block", args=[one.pk, bob.pk]),
    ]
    for page in [LIST, *pages]:
        answer = Client().get(page)
        assert (answer.status_code, "next=" in answer.headers["Location"]) == (302, True)
    hers = signed_in(eve)
    assert [hers.get(page).status_code for page in pages] == [404, 404]
    assert [hers.post(page, form()).status_code for page in [*pages, *acts]] == [404] * 4
    assert [hers.get(page).status_code for page in acts] == [405, 405]
    assert Participant.objects.filter(left_at__isnull=True).count() == 2
    assert signed_in(ada).get(reverse("onvif_privacy_community:conversation", args=[uuid.uuid4()])).status_code == 404


@pytest.mark.django_db
def test_messages_are_reported_left_and_blocked_by_forms() -> None:
    ada, bob, eve = person(), person(), person()
    one = talk(ada, bob, eve)
    bad = say(ada, one, "You fool.")
    his = signed_in(bob)
    report, leave, block = (
        reverse("onvif_privacy_community:report", args=[one.pk]),
        reverse("onvif_privacy_community:leave", args=[one.pk]),
        reverse("onvif_privacy_community:block", args=[one.pk, ada.pk]),
    )
    assert his.post(report, {"messages": [], "kind": "threat"}).status_code == 400
    assert his.post(report, {"messages": [str(uuid.uuid4())], "kind": "threat"}).status_code == 400
    assert his.post(report, {"messages": ["You thief."], "kind": "threat"}).status_code == 400  # words instead of an id
    assert not Report.objects.exists()
    assert his.post(report, {"messages": [str(bad.pk)], "kind": "threat", "words": "Look."}).status_code == 200
    assert Report.objects.get().kind == "threat"
    his.post(block)
    say(ada, one, "Unheard.")
    assert heard(bob, one) == ["You fool."]
    his.post(block, {"again": ""})
    assert heard(bob, one) == ["You fool.", "Unheard."]
    his.post(leave)
    assert his.get(reverse("onvif_privacy_community:conversation", args=[one.pk])).status_code == 404


@pytest.mark.django_db
def test_pages_are_kept_by_no_cache_and_recorded_by_no_visit(django_assert_max_num_queries: Any) -> None:
    ada, bob = person(), person()
    one = talk(ada, bob)
    for number in range(50):
        say(ada, one, f"Message {number}")
    page, client = reverse("onvif_privacy_community:conversation", args=[one.pk]), signed_in(ada)
    client.get(page)
    with django_assert_max_num_queries(4 + 2 + 3):  # the messages, the people, and who is signed in
        answer = client.get(page)
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    for view in urls.CONVERSATIONS:
        assert view.callback.onvif_privacy_private is True


@pytest.mark.django_db
def test_a_closed_gate_answers_503_and_too_many_messages_400() -> None:
    ada, bob = person(), person()
    one = talk(ada, bob)
    page, client = reverse("onvif_privacy_community:conversation", args=[one.pk]), signed_in(ada)
    answers = [client.post(page, form(text=f"{number}")).status_code for number in range(31)]
    assert (answers[:30], answers[30]) == ([303] * 30, 400)
    gate.close("a restore")
    assert client.get(page).status_code == 503
    gate.reopen()


def test_without_the_setting_there_is_no_page(settings: Any) -> None:
    try:
        settings.ONVIF_PRIVACY_COMMUNITY_CONVERSATIONS = False
        assert not [one for one in reload(urls).urlpatterns if "conversations" in str(one.pattern)]
    finally:
        settings.ONVIF_PRIVACY_COMMUNITY_CONVERSATIONS = True
        assert [one for one in reload(urls).urlpatterns if "conversations" in str(one.pattern)]


@pytest.mark.django_db
def test_whoever_signs_in_has_a_subject_before_they_take_part() -> None:
    ada = person()
    assert signed_in(ada).get(LIST).status_code == 200
    assert subjects.for_user(ada.user) == ada


@pytest.mark.django_db
def test_a_report_and_an_opening_wait_for_whoever_can_act_and_for_nobody_else() -> None:
    ada, bob = person(), person()
    one = talk(ada, bob)
    report = reported(bob, one, say(ada, one).pk)
    clerk, boss = staff("request"), staff("approve")
    words = ("Private messages were reported.", "waits for a second yes")
    found = {}
    for name, user in {"clerk": clerk, "boss": boss, "other": staff()}.items():
        found[name] = [any(text in str(line.label) for line in desk.desk(_request(user)).lines) for text in words]
    assert found == {"clerk": [True, False], "boss": [False, False], "other": [False, False]}
    asked(report, clerk)
    assert any(words[1] in str(line.label) for line in desk.desk(_request(boss)).lines)


def _request(user: Any) -> Any:
    request = RequestFactory().get("/")
    request.user = user
    return request
