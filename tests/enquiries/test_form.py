"""Anybody can complain: without a login, a cookie or a script; stored, numbered, answered, and never dropped."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from onvif_privacy.core import gate
from onvif_privacy.enquiries.models import Access, Attachment, Enquiry, Entry, Letter, State
from onvif_privacy.enquiries.models.numbers import ALPHABET, check_character, new_ref, normal_ref
from onvif_privacy.enquiries.services import reading, receiving
from tests.enquiries.world import CONTACT, WORDS, form_token, letters, post, sent, shown

pytestmark = pytest.mark.django_db


def test_a_complaint_is_stored_numbered_and_acknowledged_on_the_page(rules: None) -> None:
    answer = post(clauses=["contact"], complained_on="2026-01-02")
    assert answer.status_code == 200
    ref, code = shown(answer)
    enquiry = Enquiry.objects.get(ref=ref)
    assert (enquiry.state, enquiry.kind, enquiry.channel, enquiry.quarantined) == (
        State.ACKNOWLEDGED,
        "complaint",
        "form",
        "",
    )
    assert [one.after for one in enquiry.transitions.all()] == ["received", "acknowledged"]
    assert enquiry.acknowledged_at is not None
    assert enquiry.due_at is not None
    assert [one.slug for one in enquiry.clauses.all()] == ["contact"]
    assert len(code.replace("-", "")) == 12
    assert not answer.cookies
    assert answer["Cache-Control"] == "private, no-store"


def test_the_form_page_asks_nothing_of_the_database_and_sets_no_cookie(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(1):
        answer = Client().get(CONTACT)
    assert answer.status_code == 200
    assert not answer.cookies
    assert b"<script" not in answer.content.partition(b"<main")[2]


@pytest.mark.parametrize(
    ("changes", "most"), [({}, 18), ({"address": "ada@example.org"}, 26), ({"clauses": ["contact"]}, 25)]
)
def test_a_post_asks_a_bounded_number_of_queries(rules: None, changes: dict[str, Any], most: int) -> None:
    post(address="bob@example.org", clauses=["contact"])  # secrets are made on first need
    with CaptureQueriesContext(connection) as asked:
        assert post(**changes).status_code == 200
    found = [one["sql"] for one in asked if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(found) <= most, found


def test_text_and_address_lie_encrypted_and_open_through_the_gate_only() -> None:
    ref, _code = shown(post(text=WORDS, address="ada@example.org"))
    enquiry = Enquiry.objects.get(ref=ref)
    entry = Entry.objects.get(enquiry=enquiry)
    stored: Any = Entry.objects.values_list("body", flat=True).get(pk=entry.pk)
    assert WORDS not in str(stored.envelope)
    with pytest.raises(gate.PurposeRequired):
        str(entry.body)
    with pytest.raises(gate.PurposeRequired):
        str(enquiry.reply_to)
    assert [one.words for one in reading.for_person(enquiry)] == [WORDS]
    assert reading.address_of(enquiry) == "ada@example.org"


def test_the_same_form_twice_is_one_enquiry_with_the_same_answer() -> None:
    form = sent()
    first, second = (Client().post(CONTACT, form) for _time in range(2))
    assert shown(first) == shown(second)
    assert Enquiry.objects.count() == Entry.objects.count() == Access.objects.count() == 1
    assert Client().post(CONTACT, form | {"text": "other words"}).status_code == 409
    assert Enquiry.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"website": "https://spam.example"}, "trap"), ({"token": form_token(1)}, "quick")],
)
def test_what_a_machine_sends_is_kept_looked_at_first_and_answered_by_no_mail(
    changes: dict[str, str], reason: str
) -> None:
    if "token" in changes:
        changes = {"token": form_token(1)}
    answer = post(address="ada@example.org", **changes)
    ref, _code = shown(answer)
    assert "will look at it" in answer.content.decode()
    enquiry = Enquiry.objects.get(ref=ref)
    assert (enquiry.quarantined, enquiry.state) == (reason, State.RECEIVED)
    assert letters() == []


def test_equal_texts_are_looked_at_first() -> None:
    post(text=WORDS)
    ref, _code = shown(post(text=f"  {WORDS} "))
    assert Enquiry.objects.get(ref=ref).quarantined == "same"


def test_a_thousand_posts_of_one_network_keep_nobody_else_out(settings: Any) -> None:
    number, others = 8, 3
    settings.ONVIF_PRIVACY_ENQUIRIES_AN_HOUR = 3
    settings.ONVIF_PRIVACY_ENQUIRIES_SITE_AN_HOUR = 3 + others
    for _turn in range(number):
        Client(REMOTE_ADDR="198.51.100.7").post(CONTACT, sent())
    for turn in range(others):
        ref, _code = shown(Client(REMOTE_ADDR=f"203.0.{turn}.9").post(CONTACT, sent()))
        assert Enquiry.objects.get(ref=ref).quarantined == ""
    assert Enquiry.objects.count() == number + others
    assert Enquiry.objects.filter(quarantined="many").count() == number - 3


@pytest.mark.full
def test_a_thousand_posts_of_one_network_and_twenty_of_others(settings: Any) -> None:
    for turn in range(1000):
        assert Client(REMOTE_ADDR="198.51.100.7").post(CONTACT, sent()).status_code == 200
        if turn % 50 == 0:
            ref, _code = shown(Client(REMOTE_ADDR=f"203.0.{turn % 250}.9").post(CONTACT, sent()))
            assert Enquiry.objects.get(ref=ref).quarantined == ""
    assert Enquiry.objects.count() == 1020
    assert Enquiry.objects.filter(quarantined="many").count() == 990


@pytest.mark.parametrize(
    "token", ["", "x", "a:b:c", form_token()[:-1] + "_"], ids=["empty", "one", "three_parts", "flipped"]
)
def test_a_form_that_we_never_showed_comes_back_with_what_was_typed(token: str) -> None:
    answer = post(token=token, text="Every word of it")
    assert answer.status_code == 400
    assert b"Every word of it" in answer.content
    assert not Enquiry.objects.exists()


def test_a_form_that_is_older_than_a_day_comes_back_with_a_fresh_token() -> None:
    old = form_token(25 * 3600)
    answer = post(token=old, text="Every word of it")
    assert answer.status_code == 400
    assert b"Every word of it" in answer.content
    assert old not in answer.content.decode()


def test_what_cannot_be_stored_comes_back_with_the_text_and_the_address_to_write_to(monkeypatch: Any) -> None:
    def lost(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(receiving, "receive", lost)
    answer = post(text="Every word of it")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    for words in (b"Every word of it", b"privacy@example.com"):
        assert words in answer.content


def test_a_card_number_is_refused_by_the_form() -> None:
    answer = post(text="My card 4111 1111 1111 1111 was charged")
    assert answer.status_code == 400
    assert not Enquiry.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "other"},
        {"text": ""},
        {"text": " \n "},
        {"text": "x" * 20_001},
        {"address": "no address"},
        {"address": "a@example.org\nBcc: b@example.org"},
        {"clauses": ["nothing"]},
        {"complained_on": "2999-01-01"},
        {"kind": ["complaint", "nothing"]},
    ],
)
def test_what_the_form_does_not_take_is_said(changes: dict[str, Any]) -> None:
    assert post(**changes).status_code == 400
    assert not Enquiry.objects.exists()


def test_hostile_text_is_stored_as_every_database_stores_it() -> None:
    ref, _code = shown(post(text="ab\u202ec\x07d\r\ne"))
    (line,) = reading.for_person(Enquiry.objects.get(ref=ref))
    assert line.words is not None
    assert "\x07" not in line.words
    assert line.words.endswith("d\ne")


def test_files_are_limited_in_number_and_size() -> None:
    small = [SimpleUploadedFile(f"{number}.txt", b"x") for number in range(6)]
    assert post(attachments=small).status_code == 400
    assert post(attachments=[SimpleUploadedFile("large.bin", b"x" * (5 * 1024 * 1024 + 1))]).status_code == 400
    assert post(attachments=small[:5]).status_code == 200
    assert Attachment.objects.count() == 5


def test_an_address_gets_one_letter_that_quotes_nothing() -> None:
    ref, _code = shown(post(text=WORDS, address="ada@example.org"))
    (letter,) = letters()
    assert letter.to == ["ada@example.org"]
    assert ref in letter.subject
    assert WORDS[:20] not in str(letter.message())
    assert letter.extra_headers["Auto-Submitted"] == "auto-replied"
    post(address="Ada@Example.org")
    assert letters() == []  # one for an address and hour; the page said it
    assert Letter.objects.count() == 1
    assert set(Enquiry.objects.values_list("state", flat=True)) == {State.ACKNOWLEDGED}


def test_numbers_tell_a_misread_character() -> None:
    for _turn in range(20):
        ref = new_ref()
        body = ref.removeprefix("PE-")
        assert normal_ref(f" pe {body.lower()} ") == ref
        for at, char in enumerate(body):
            for other in ALPHABET:
                assert (normal_ref(f"PE-{body[:at]}{other}{body[at + 1 :]}") == ref) is (other == char)
        for at in range(7):
            swapped = body[:at] + body[at + 1] + body[at] + body[at + 2 :]
            # the one pair that the rule of Luhn does not tell apart
            if swapped != body and {body[at], body[at + 1]} != {ALPHABET[0], ALPHABET[-1]}:
                assert normal_ref(f"PE-{swapped}") is None
    assert check_character("0000000") == "0"
    assert normal_ref("PE-00000000") == "PE-OOOOOOOO".replace("O", "0")
    assert normal_ref("nothing") is None
