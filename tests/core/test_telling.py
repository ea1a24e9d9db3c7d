"""Whoever is told something gets it: by mail, else by a banner at sign-in, else by a letter of the staff."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.core import consent, contacts, subjects
from onvif_privacy.core.contacts import BANNER_DAYS, Message
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Subject, Telling
from onvif_privacy.core.registry import Needs, NotDeclared, needs
from onvif_privacy.core.roles import make_groups
from onvif_privacy.core.testing import temporarily
from tests.core.factories import UserFactory
from tests.core.orders import entries, order
from tests.smtp import Server, smtp_server

pytestmark = pytest.mark.django_db

WORDS = Message("Your data was corrected", "We changed your address.\nHere is why: <b>you</b> asked & we did.")


def run() -> str:
    """Let the job run once, whether it is due or not."""
    (result,) = run_due(names=("tell",))
    return result.outcome


def the_one() -> Telling:
    return Telling.objects.get()


# By mail


def test_a_message_is_mailed_as_it_was_written_and_sealed_where_it_is_kept(server: Server) -> None:
    me = subjects.for_user(UserFactory(email="ada@example.org"))
    contacts.tell(me, WORDS)
    assert run() == "done"
    (message,) = server.messages
    assert message["Subject"] == WORDS.title
    text = message.get_content()
    assert WORDS.text in text.replace("\r\n", "\n")
    assert "Example Organisation" in text
    assert "privacy@example.com" in text
    told = the_one()
    assert (told.state, told.channel) == ("sent", "mail")
    with connection.cursor() as cursor:
        cursor.execute("SELECT title, text FROM onvif_privacy_telling")
        assert not any(b"data" in bytes(value) or b"changed" in bytes(value) for value in cursor.fetchone())
    assert WORDS.title not in repr(WORDS)


def test_what_is_rolled_back_tells_nobody(server: Server) -> None:
    me = subjects.for_user(UserFactory(email="ada@example.org"))
    with transaction.atomic():
        contacts.tell(me, WORDS)
        transaction.set_rollback(True)
    run()
    assert server.messages == []


def test_the_restricted_are_told_and_the_merged_are_told_in_their_account(server: Server) -> None:
    me = subjects.for_user(UserFactory(email="ada@example.org"))
    visitor, late = Subject.objects.create(), Subject.objects.create()
    contacts.tell(late, Message("Late", "Written before the merge."))
    subjects.merge(visitor=visitor, into=me, key="a")
    subjects.merge(visitor=late, into=me, key="b")
    contacts.tell(visitor, Message("Merged", "Written after the merge."))
    subjects.restrict(me)
    run()
    assert sorted(str(message["Subject"]) for message in server.messages) == ["Late", "Merged"]


def test_the_erased_are_told_by_no_way(server: Server) -> None:
    me = order(email="ada@example.org").owner
    assert me is not None
    contacts.tell(me, WORDS)
    Subject.objects.filter(pk=me.pk).update(erased_at=timezone.now())
    run()
    told = the_one()
    assert (told.channel, told.state, told.reason) == ("mail", "skipped", "no_consent")
    assert not contacts.to_post().exists()


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("", "Text"),
        ("  ", "Text"),
        ("Title", "  "),
        ("Two\nlines", "Text"),
        ("A\r\nBcc: x@example.org", "T"),
        ("x" * 201, "T"),
    ],
)
def test_a_message_without_words_or_with_more_than_one_line_of_title_is_refused(title: str, text: str) -> None:
    with pytest.raises(ValueError, match="title"):
        Message(title, text)


def test_a_mail_server_that_is_down_delays_the_mail_and_nothing_else() -> None:
    contacts.tell(subjects.for_user(UserFactory(email="ada@example.org")), WORDS)
    contacts.tell(Subject.objects.create(), Message("Nobody's", "address is known"))
    with smtp_server() as server:
        server.refuse = True
        run()
        assert set(Telling.objects.values_list("channel", "state")) == {("mail", "waiting"), ("letter", "skipped")}
        server.refuse = False
        Telling.objects.update(not_before=None)
        run()
        assert len(server.messages) == 1


# By a banner


def test_who_has_no_address_reads_it_after_the_next_sign_in(server: Server, client: Client) -> None:
    user = UserFactory(email="", username="ada", is_active=True)
    user.set_password("secret")
    user.save()
    contacts.tell(subjects.for_user(user), WORDS)
    run()
    told = the_one()
    assert (told.channel, told.state, told.reason) == ("banner", "skipped", "unreachable")
    page = reverse("onvif_privacy:messages")
    assert client.get(page).status_code == 302
    assert client.login(username="ada", password="secret")
    assert "A message about your data is waiting for you." in banner(client)
    answer = client.get(page)
    body = answer.content.decode()
    assert WORDS.title in body
    assert "&lt;b&gt;you&lt;/b&gt;" in body
    assert "no-store" in answer["Cache-Control"]
    the_one()
    assert the_one().seen_at is None
    assert client.post(page, {"message": str(told.pk)}).status_code == 302
    first = the_one().seen_at
    assert first is not None
    assert banner(client) == ""
    assert client.post(page, {"message": str(told.pk)}).status_code == 404
    assert the_one().seen_at == first
    assert "No message is waiting" in client.get(page).content.decode()


def banner(client: Client, **cookies: str) -> str:
    request = RequestFactory().get("/")
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    request.session = client.session
    return Template("{% load privacy_core %}{% privacy_messages %}").render(Context({"request": request})).strip()


def test_the_banner_asks_no_database_and_leaves_a_visitors_page_alone(django_assert_num_queries: Any) -> None:
    template = Template("{% load privacy_core %}{% privacy_messages %}")
    request = RequestFactory().get("/")
    with django_assert_num_queries(0):
        assert template.render(Context({"request": request})) == ""
        assert template.render(Context({})) == ""


def test_another_persons_message_is_not_there(server: Server, client: Client) -> None:
    contacts.tell(subjects.for_user(UserFactory(email="")), WORDS)
    run()
    page, told = reverse("onvif_privacy:messages"), the_one()
    other = UserFactory(email="")
    client.force_login(other)
    assert WORDS.title not in client.get(page).content.decode()
    for hostile in (str(told.pk), "", "x", "0" * 32, "../1", "%00"):
        assert client.post(page, {"message": hostile}).status_code == 404
    subjects.for_user(other)
    assert client.post(page, {"message": str(told.pk)}).status_code == 404
    assert the_one().seen_at is None


def test_the_page_of_messages_asks_no_more_for_more_messages(
    server: Server, client: Client, django_assert_num_queries: Any
) -> None:
    user = UserFactory(email="")
    for number in range(5):
        contacts.tell(subjects.for_user(user), Message(f"Message {number}", "Text"))
    run()
    client.force_login(user)
    with django_assert_num_queries(6):
        assert client.get(reverse("onvif_privacy:messages")).content.decode().count("I have read this") == 5


# By letter


def test_who_does_not_sign_in_for_two_weeks_gets_a_letter(server: Server) -> None:
    contacts.tell(subjects.for_user(UserFactory(email="")), WORDS)
    run()
    now = timezone.now()
    Telling.objects.update(banner_until=now + timedelta(hours=1))
    run()
    assert the_one().channel == "banner"
    Telling.objects.update(banner_until=now - timedelta(minutes=1))
    run()
    assert the_one().channel == "letter"
    assert BANNER_DAYS == 14


def test_an_account_that_went_meanwhile_gets_a_letter(server: Server) -> None:
    user = UserFactory(email="")
    contacts.tell(subjects.for_user(user), WORDS)
    run()
    user.delete()
    run()
    assert the_one().channel == "letter"


@pytest.fixture
def officer(client: Client) -> Client:
    make_groups()
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name="Privacy officer"))
    client.force_login(user)
    return client


def letter() -> tuple[Telling, str]:
    contacts.tell(Subject.objects.create(), WORDS)
    run()
    return the_one(), reverse("admin:onvif_privacy_telling_letter", args=[the_one().pk])


def test_staff_find_the_letter_read_it_on_record_and_post_it_once(server: Server, officer: Client) -> None:
    told, page = letter()
    desk = officer.get(reverse("admin:app_list", args=["onvif_privacy"])).content.decode()
    assert "Letters to write to people who cannot be reached otherwise</a> (1)" in desk
    listed = officer.get(reverse("admin:onvif_privacy_telling_changelist")).content.decode()
    change = officer.get(reverse("admin:onvif_privacy_telling_change", args=[told.pk])).content.decode()
    assert page in change
    assert page in listed
    asked = officer.get(page).content.decode()
    for shown in (desk, listed, change, asked):
        assert WORDS.title not in shown
        assert "corrected" not in shown
    assert entries("gate.read") == []
    opened = officer.post(page, {"open": "1"}).content.decode()
    assert WORDS.title in opened
    assert "&lt;b&gt;you&lt;/b&gt;" in opened
    (read,) = entries("gate.read")[:1]
    assert read["purpose"] == "legal_duty"
    assert officer.post(page, {"posted": "1"}).status_code == 302
    assert (the_one().state, the_one().channel) == ("sent", "letter")
    assert "sent by letter" in officer.get(reverse("admin:onvif_privacy_telling_changelist")).content.decode()
    (done,) = entries("contacts.posted")
    assert done["telling"] == str(told.pk)
    assert read["actor"] == done["actor"]
    assert officer.post(page, {"posted": "1"}).status_code == 404
    run()
    assert server.messages == []


def test_an_auditor_sees_that_a_letter_waits_and_not_what_it_says(server: Server, client: Client) -> None:
    _told, page = letter()
    user = UserFactory(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_telling"))
    client.force_login(user)
    assert client.get(reverse("admin:onvif_privacy_telling_changelist")).status_code == 200
    assert client.get(page).status_code == 403
    assert client.post(page, {"posted": "1"}).status_code == 403
    assert the_one().state == "skipped"


def test_staff_are_led_to_the_account_of_whom_they_write_to(server: Server, officer: Client) -> None:
    user = UserFactory(email="")
    contacts.tell(subjects.for_user(user), WORDS)
    run()
    assert "waits for a sign-in" in officer.get(reverse("admin:onvif_privacy_telling_changelist")).content.decode()
    Telling.objects.update(banner_until=timezone.now() - timedelta(minutes=1))
    run()
    page = reverse("admin:onvif_privacy_telling_letter", args=[the_one().pk])
    assert reverse("admin:auth_user_change", args=[user.pk]) in officer.post(page, {"open": "1"}).content.decode()


def test_the_words_of_an_erased_person_are_gone_for_staff_too(server: Server, officer: Client) -> None:
    told, page = letter()
    Subject.objects.filter(pk=told.subject_id).update(erased_at=timezone.now())
    assert officer.post(page, {"open": "1"}).status_code == 404


def test_failed_letters_are_tried_again_by_who_may(server: Server, officer: Client) -> None:
    user = UserFactory(email="ada@example.org")
    contacts.tell(subjects.for_user(user), WORDS)
    Telling.objects.update(state="failed", reason="smtp 451", attempts=6, channel="mail")
    address = reverse("admin:onvif_privacy_telling_changelist")
    chosen = {"action": "try_again", "_selected_action": [str(the_one().pk)]}
    assert "1 letter is tried again." in officer.post(address, chosen, follow=True).content.decode()
    run()
    assert len(server.messages) == 1
    auditor = UserFactory(is_staff=True)
    auditor.user_permissions.add(Permission.objects.get(codename="view_telling"))
    officer.force_login(auditor)
    Telling.objects.update(state="failed", reason="smtp 451", sent_at=None)
    officer.post(address, chosen)
    assert the_one().state == "failed"


# Quiet


def test_nobody_is_told_where_nothing_switched_it_on() -> None:
    with (
        temporarily(without=tuple((Needs, f"tell:{one.by}") for one in needs.all() if one.tool == "tell")),
        pytest.raises(NotDeclared, match="declare\\(Needs\\('tell'"),
    ):
        contacts.tell(Subject.objects.create(), WORDS)


def test_a_message_for_a_purpose_that_was_withdrawn_is_not_sent_by_another_way(server: Server) -> None:
    mine = order(email="ada@example.org")
    assert mine.owner is not None
    contacts.tell(mine.owner, WORDS, purpose="fulfilment")
    consent.decide(
        subject=mine.owner, purpose="fulfilment", outcome=consent.Outcome.OBJECTED, method=consent.Method.FORM, key="k"
    )
    run()
    assert (the_one().reason, the_one().channel) == ("no_consent", "mail")
