"""A public text comes through its form: notice seen, contacts pointed out, cards refused, a receipt for each post."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth import get_user_model
from django.core import serializers, signing
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import override

from onvif_privacy.community.models import BoardNotice, PostReceipt
from onvif_privacy.community.promises.boards import every_post_has_its_receipt
from onvif_privacy.community.promises.found import no_post_holds_a_card_number
from onvif_privacy.community.services import notices, posting, reconciling
from onvif_privacy.community.services.guarding import PastTheForm
from onvif_privacy.core.ledger import opened
from onvif_privacy.core.models import Entry
from onvif_privacy.core.promises import Verdict, look_at
from tests.community.board.forms import PostForm
from tests.community.board.models import Post

pytestmark = pytest.mark.django_db

FORM = "board.post"
CARD = "4111 1111 1111 1111"


def token(form: str = FORM, language: str = "en") -> str:
    return notices.issue(notices.notice(form, language))


def send(client: Client, body: str, **extra: str) -> Any:
    return client.post("/board/", {"title": "", "body": body, "notice_token": token(), **extra})


def words(response: Any) -> str:
    return response.content.decode()  # type: ignore[no-any-return]


def wrong_tokens() -> dict[str, str]:
    shown = notices.notice(FORM, "en")
    held = {"d": shown.digest, "f": FORM, "l": "en"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing.time, "time", lambda: timezone.now().timestamp() - timedelta(hours=25).total_seconds())
        stale = notices.issue(shown)
    return {
        "none": "",
        "of another site": signing.dumps(held, salt=notices.SALT, key="another secret"),
        "of another use": signing.dumps(held, salt="elsewhere"),
        "stale": stale,
        "in another language": token(language="de"),
        "of another form": notices.issue(notices.Notice("board.other", shown.slug, "en", shown.text)),
        "of older words": notices.issue(notices.Notice(FORM, shown.slug, "en", "Older words.")),
        "broken": token()[:-2],
    }


@pytest.mark.parametrize("what", wrong_tokens())
def test_post_with_a_wrong_token_is_refused_with_the_notice(what: str, client: Client) -> None:
    wrong = wrong_tokens()[what]
    page = send(client, "Hello", notice_token=wrong)
    answer = client.post("/api/posts/", json.dumps({"body": "Hello", "notice_token": wrong}), "application/json")
    assert escape(notices.notice(FORM, "en").text) in words(page)
    assert "Please read the notice" in words(page)
    assert answer.status_code == 422
    assert answer.json() == {"reason": "notice", "notice": notices.notice(FORM, "en").text}
    assert not Post.objects.exists()
    assert not PostReceipt.objects.exists()


@pytest.mark.parametrize("language", ["en", "de"])
def test_post_with_the_token_of_its_page_is_taken_and_gets_a_receipt(language: str, client: Client) -> None:
    page = words(client.get("/board/", headers={"Accept-Language": language}))
    shown = notices.notice(FORM, language)
    assert escape(shown.text) in page
    assert 'aria-describedby="privacy-board-board-post"' in page
    given = page.split('name="notice_token" value="')[1].split('"')[0]
    answer = client.post("/board/", {"body": "Hi", "notice_token": given}, headers={"Accept-Language": language})
    assert answer.status_code == 302
    receipt = PostReceipt.objects.get()
    assert (receipt.label, receipt.reference, receipt.revision) == (FORM, str(Post.objects.get().pk), 1)
    assert (receipt.language, receipt.notice, receipt.found, receipt.anyway) == (language, shown.digest, {}, False)
    assert BoardNotice.objects.get(digest=receipt.notice).text == shown.text


def test_shipped_notice_is_in_the_language_of_the_page() -> None:
    assert notices.notice(FORM, "de").text.startswith("Alle können lesen")
    assert notices.notice(FORM, "en").digest != notices.notice(FORM, "de").digest


def test_program_fetches_its_token_and_posts(client: Client) -> None:
    found = client.get(reverse("onvif_privacy_community:notice"), {"form": FORM}).json()
    data = {"body": "Hello", "notice_token": found["notice_token"]}
    answer = client.post("/api/posts/", json.dumps(data), "application/json")
    assert answer.status_code == 201
    assert PostReceipt.objects.get().reference == str(answer.json()["id"])
    assert client.get(reverse("onvif_privacy_community:notice"), {"form": "nothing"}).status_code == 404


def test_contact_is_marked_and_published_only_by_a_second_yes(client: Client) -> None:
    text = "Mail <jo@post.example> or call +49 30 901820"
    page = words(send(client, text))
    assert not Post.objects.exists()
    assert "<mark>jo@post.example" in page
    assert "(e-mail address)" in page
    assert "(telephone number)" in page
    assert "&lt;" in page.split("<blockquote>")[1].split("</blockquote>")[0]
    yes = page.split('name="publish_anyway" value="')[1].split('"')[0]
    assert send(client, text, publish_anyway=yes).status_code == 302
    receipt = PostReceipt.objects.get()
    assert (receipt.found, receipt.anyway) == ({"email": 1, "phone": 1}, True)
    assert "jo@post" not in json.dumps(list(PostReceipt.objects.values()), default=str)


@pytest.mark.parametrize("changed", ["Mail jo@post.example", "Mail jo@post.example!", "Mail al@post.example "])
def test_second_yes_holds_for_exactly_these_words(changed: str, client: Client) -> None:
    page = words(send(client, "Mail jo@post.example."))
    yes = page.split('name="publish_anyway" value="')[1].split('"')[0]
    again = words(send(client, changed, publish_anyway=yes))
    assert not Post.objects.exists()
    assert "publish it anyway" in again
    assert signing.loads(again.split('name="publish_anyway" value="')[1].split('"')[0], salt=posting.SALT)


def test_yes_that_nobody_was_asked_for_does_nothing(client: Client) -> None:
    for yes in ("1", signing.dumps("x", salt=posting.SALT), signing.dumps("x", salt="elsewhere")):
        send(client, "Mail jo@post.example", publish_anyway=yes)
    assert not Post.objects.exists()


def test_card_number_is_masked_in_the_form_and_cannot_be_published(client: Client) -> None:
    page = words(send(client, f"It is {CARD}."))
    assert CARD not in page
    assert "It is •••• •••• •••• 1111." in page
    assert "publish_anyway" not in page
    assert not Post.objects.exists()
    digest = posting._digest(FORM, {"title": "", "body": f"It is {CARD}."})
    send(client, f"It is {CARD}.", publish_anyway=signing.dumps(digest, salt=posting.SALT))
    assert not Post.objects.exists()
    assert send(client, "It is •••• •••• •••• 1111.").status_code == 302


def test_edit_goes_the_same_way_and_counts(client: Client) -> None:
    send(client, "Hello")
    post = Post.objects.get()
    with override("en"):
        for body in ("Hello again", "Mail jo@post.example"):
            form = PostForm({"body": body, "notice_token": token()}, instance=post)
            if form.is_valid():
                form.save()
    assert Post.objects.get().body == "Hello again"
    assert list(PostReceipt.objects.order_by("revision").values_list("revision", flat=True)) == [1, 2]


def test_form_saved_later_by_the_view_has_its_receipt() -> None:
    with override("en"):
        form = PostForm({"body": "Hello", "notice_token": token()})
        assert form.is_valid()
        post = form.save(commit=False)
        post.hidden = True
        post.save()
    assert PostReceipt.objects.get().reference == str(post.pk)


def test_words_changed_after_they_were_checked_are_refused() -> None:
    with override("en"):
        form = PostForm({"body": "Hello", "notice_token": token()})
        assert form.is_valid()
    post = form.save(commit=False)
    post.body = f"Hello {CARD}"
    with pytest.raises(PastTheForm):
        post.save()


def test_row_past_the_form_is_refused(client: Client) -> None:
    with pytest.raises(PastTheForm):
        Post.objects.create(body="Hello")
    with pytest.raises(PastTheForm):
        Post(body="Hello").save()
    assert not Post.objects.exists()


def test_staff_who_add_a_post_in_the_administration_are_refused(rf: Any) -> None:
    with pytest.raises(PermissionDenied):
        ModelAdmin(Post, AdminSite()).save_model(rf.post("/"), Post(body="Hello"), form=None, change=False)
    assert not Post.objects.exists()


def test_observed_guard_lets_the_row_through_and_says_so(settings: Any, caplog: Any) -> None:
    settings.ONVIF_PRIVACY_COMMUNITY_GUARD = "observe"
    Post.objects.create(body="jo@post.example")
    assert "did not come through its form" in caplog.text
    assert "jo@" not in caplog.text
    assert look_at(every_post_has_its_receipt).verdict is Verdict.BROKEN


def test_guard_of_a_test_run_observes_unless_told(settings: Any) -> None:
    del settings.ONVIF_PRIVACY_COMMUNITY_GUARD
    Post.objects.create(body="Hello")
    assert Post.objects.count() == 1


def by_sql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO board_post (title, body, hidden) VALUES ('', 'x', %s)", [False])


PAST = {
    "bulk": lambda: Post.objects.bulk_create([Post(body="x")]),
    "fixture": lambda: [one.save() for one in serializers.deserialize("python", [
        {"model": "board.post", "pk": 5, "fields": {"title": "", "body": "x", "hidden": False}}])],
    "sql": by_sql,
}  # fmt: skip


@pytest.mark.parametrize("way", PAST)
def test_row_that_no_guard_can_stop_breaks_the_promise_at_the_next_look(way: str, client: Client) -> None:
    send(client, "Hello")
    assert look_at(every_post_has_its_receipt).verdict is Verdict.KEPT
    PAST[way]()
    looked = look_at(every_post_has_its_receipt)
    assert looked.verdict is Verdict.BROKEN
    assert len(looked.findings) == 1


def test_thousand_posts_are_compared_by_few_queries(django_assert_max_num_queries: Any) -> None:
    Post.objects.bulk_create([Post(body="x") for _ in range(1000)])
    assert reconciling.adopt(form=FORM) == 1000
    with django_assert_max_num_queries(8):
        assert look_at(every_post_has_its_receipt).verdict is Verdict.KEPT


def test_posts_from_before_are_taken_over_once_and_on_record(capsys: Any) -> None:
    Post.objects.bulk_create([Post(body="x"), Post(body="y")])
    call_command("privacy_community", "adopt", form=FORM)
    call_command("privacy_community", "adopt", form=FORM)
    assert capsys.readouterr().out.split() == ["2", "taken", "over.", "0", "taken", "over."]
    entry = Entry.objects.get(kind="community.adopted")
    assert opened(entry) == {"form": FORM, "number": 2}
    assert {receipt.notice for receipt in PostReceipt.objects.all()} == {""}
    assert look_at(every_post_has_its_receipt).verdict is Verdict.KEPT


def test_stored_card_number_breaks_the_promise() -> None:
    Post.objects.bulk_create([Post(body="fine"), Post(body=f"my card {CARD}")])
    assert look_at(no_post_holds_a_card_number).verdict is Verdict.BROKEN


def test_staff_see_counts_and_kinds_and_no_text(client: Client) -> None:
    page = words(send(client, "Secret: jo@post.example"))
    send(client, "Secret: jo@post.example", publish_anyway=page.split('name="publish_anyway" value="')[1].split('"')[0])
    Post.objects.bulk_create([Post(body="Another secret")])
    client.force_login(get_user_model().objects.create_superuser("root"))
    listed = words(client.get(reverse("admin:onvif_privacy_community_postreceipt_changelist")))
    single = reverse("admin:onvif_privacy_community_postreceipt_change", args=[PostReceipt.objects.get().pk])
    assert "e-mail address: 1" in listed
    assert "<td>2</td><td>1 (" in listed
    assert "ecret" not in listed + words(client.get(single))
