"""The person comes back by a link or by number and code, reads, adds, downloads; nobody else learns anything."""

from __future__ import annotations

import re
import statistics
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from onvif_privacy.core import keys, limits
from onvif_privacy.enquiries.models import Access, Attachment, Direction, Enquiry, Entry, Letter, State
from onvif_privacy.enquiries.models.files import SealedStorage
from onvif_privacy.enquiries.services import cases, reading
from tests.core.factories import UserFactory
from tests.enquiries.world import (
    FILE,
    FOLLOW,
    OPENED,
    WORDS,
    determined,
    form_token,
    letters,
    link_in,
    page_in,
    post,
    received,
    shown,
    staff,
)

pytestmark = pytest.mark.django_db


def opened_by_code(answer: Any) -> Any:
    ref, code = shown(answer)
    return Client(enforce_csrf_checks=True).post(FOLLOW, {"ref": ref, "code": code})


def test_number_and_code_open_the_state_and_what_was_said(rules: None) -> None:
    answer = opened_by_code(post(text=WORDS))
    assert answer.status_code == 200
    for words in ("acknowledged", WORDS, "To be determined by"):
        assert words in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    assert not answer.cookies


def test_a_code_is_read_however_it_is_typed() -> None:
    ref, code = shown(post())
    typed = {"ref": f" {ref.lower().replace('-', ' ')}", "code": code.lower().replace("-", " ").replace("0", "o")}
    assert Client().post(FOLLOW, typed).status_code == 200


def test_a_message_is_added_and_the_same_form_twice_is_one() -> None:
    page = page_in(opened_by_code(post()))
    form = {"page": page, "token": form_token(), "text": "One more thing"}
    client = Client(enforce_csrf_checks=True)
    for _time in range(2):
        answer = client.post(OPENED, form)
        assert "One more thing" in answer.content.decode()
    enquiry = Enquiry.objects.get()
    assert [one.direction for one in enquiry.entries.all()] == ["in", "in"]
    assert client.post(OPENED, form | {"text": "Another"}).status_code == 409


def test_the_link_of_a_letter_shows_a_button_and_opens_by_post_only() -> None:
    ref, _code = shown(post(text=WORDS, address="ada@example.org"))
    path = link_in(letters()[0])
    for method in ("get", "head", "options"):
        before = Access.objects.get(mail=True).used_at
        answer = getattr(Client(), method)(path)
        assert WORDS.encode() not in answer.content
        assert Access.objects.get(mail=True).used_at == before
    assert WORDS in Client(enforce_csrf_checks=True).post(path).content.decode()
    assert Access.objects.get(mail=True).used_at is not None
    assert Letter.objects.get().token is None  # the link is kept nowhere
    assert ref in Client().get(path).content.decode()


def test_links_and_codes_end_ninety_days_after_closing(rules: None) -> None:
    answer = post(address="ada@example.org")
    ref, code = shown(answer)
    path, enquiry, clerk = link_in(letters()[0]), Enquiry.objects.get(ref=ref), staff("work")
    determined(enquiry, clerk, "not_upheld")  # type: ignore[arg-type]
    cases.conclude(enquiry=enquiry, actor=clerk)
    Enquiry.objects.update(closed_at=timezone.now() - timedelta(days=89))
    assert Client().post(path).status_code == 200
    page = page_in(Client().post(path))
    Enquiry.objects.update(closed_at=timezone.now() - timedelta(days=90))
    assert Client().post(path).status_code == 404
    assert Client().post(FOLLOW, {"ref": ref, "code": code}).status_code == 404
    assert Client().post(OPENED, {"page": page, "token": form_token(), "text": "x"}).status_code == 404


def test_a_closed_one_is_opened_again_by_its_person(rules: None) -> None:
    answer = post()
    enquiry, clerk = Enquiry.objects.get(), staff("work")
    determined(enquiry, clerk, "not_upheld")  # type: ignore[arg-type]
    cases.conclude(enquiry=enquiry, actor=clerk)
    page = page_in(opened_by_code(answer))
    again = Client().post(OPENED, {"page": page, "token": form_token(), "text": "You overlooked something"})
    assert again.status_code == 200
    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.turn, enquiry.outcome) == (State.INVESTIGATING, 1, "")
    assert [one.after for one in enquiry.transitions.all()][-1] == "investigating"


def test_wrong_and_unknown_are_answered_alike() -> None:
    ref, code = shown(post())
    answers = {
        Client().post(FOLLOW, {"ref": number, "code": words}).content
        for number, words in (
            (ref, "0000-0000-0000"),
            ("PE-00000000", code),
            ("PE-00000000", "0000-0000-0000"),
            ("nothing", "x"),
            (ref, code[::-1]),
        )
    }
    assert len(answers) == 1
    for words in ("x", "A" * 43, "%00", "a/b"):
        assert Client().get(f"/privacy/contact/link/{words}/").status_code == 404


def test_five_tries_for_a_number_in_an_hour() -> None:
    ref, code = shown(post())
    for _time in range(5):
        assert Client().post(FOLLOW, {"ref": ref, "code": "0000-0000-0001"}).status_code == 404
    assert Client().post(FOLLOW, {"ref": ref, "code": code}).status_code == 404
    limits.reset()
    assert Client().post(FOLLOW, {"ref": ref, "code": code}).status_code == 200


@pytest.mark.full
def test_known_and_unknown_numbers_take_the_same_time(settings: Any, monkeypatch: Any) -> None:
    ref, _code = shown(post())
    monkeypatch.setattr(limits, "allow", lambda *args, **kwargs: True)
    client, taken = Client(), {ref: list[float](), "PE-00000000": list[float]()}
    for _turn in range(2_000):
        for number, times in taken.items():
            begun = time.perf_counter()
            client.post(FOLLOW, {"ref": number, "code": "0000-0000-0001"})
            times.append(time.perf_counter() - begun)
    known, unknown = (statistics.median(times) for times in taken.values())
    assert abs(known - unknown) <= max(0.001, 0.03 * max(known, unknown)), (known, unknown)


def test_no_token_of_one_page_is_taken_by_another() -> None:
    first, second = post(address="ada@example.org"), post()
    page, other = page_in(opened_by_code(first)), page_in(opened_by_code(second))
    token, link = form_token(), link_in(letters()[0]).rstrip("/").rpartition("/")[2]
    client = Client()
    for wrong in (token, link, f"{page}x", ""):
        assert client.post(OPENED, {"page": wrong, "token": token, "text": "x"}).status_code == 404
    for wrong in (page, link, ""):
        assert client.post(OPENED, {"page": page, "token": wrong, "text": "x"}).status_code == 400
    for wrong in (page, token):
        assert client.post(f"/privacy/contact/link/{wrong}/").status_code == 404
    assert page != other


HOSTILE = {
    "page.html": b"<script>alert(1)</script>",
    "picture.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "../../etc/passwd": b"root:x:0:0",
    "C:\\boot.ini": b"[boot]",
    "invoice.pdf.exe": b"MZ\x90",
    'a"; filename="b.html': b"GIF89a/*<script>*/",
    "new\r\nSet-Cookie: a=b": b"only these words",
    "\u202egpj.exe": b"\x89PNG\r\n\x1a\n<html>",
    "." * 300: b"PK\x03\x04" + b"\0" * 4000,
    "ünïcödé 文書.txt": "grüße".encode(),
}


def test_hostile_files_are_sealed_and_only_ever_downloaded() -> None:
    for start in range(0, len(HOSTILE), 5):
        part = list(HOSTILE.items())[start : start + 5]
        files = [SimpleUploadedFile("x", content) for _name, content in part]
        for one, (name, _content) in zip(files, part, strict=True):
            one._name = name  # Django cuts a path off before we see it; we do not rely on that
        answer = post(attachments=files)
        page = page_in(opened_by_code(answer))
        for row in Attachment.objects.filter(enquiry__ref=shown(answer)[0]):
            got = Client().post(FILE, {"page": page, "file": str(row.pk)})
            assert got.content in HOSTILE.values()
            assert got["Content-Type"] == "application/octet-stream"
            assert got["Content-Disposition"].startswith("attachment")
            assert not re.search(r"[\r\n\\/]|set-cookie:", got["Content-Disposition"].replace("utf-8''", ""), re.I)
            assert got["X-Content-Type-Options"] == "nosniff"
            assert got["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
            assert got["Cross-Origin-Resource-Policy"] == "same-origin"
            assert "no-store" in got["Cache-Control"]
            stored = storages["privacy_enquiries"].open(row.file.name).read()
            assert got.content not in stored
            assert row.file.name.endswith(".sealed")


def test_a_file_of_another_enquiry_or_of_staff_is_not_there() -> None:
    first, second = (post(attachments=[SimpleUploadedFile("a.txt", b"words")]) for _time in range(2))
    page, theirs = page_in(opened_by_code(first)), Attachment.objects.get(enquiry__ref=shown(second)[0])
    assert Client().post(FILE, {"page": page, "file": str(theirs.pk)}).status_code == 404
    Entry.objects.filter(enquiry__ref=shown(first)[0]).update(direction=Direction.NOTE)
    mine = Attachment.objects.get(enquiry__ref=shown(first)[0])
    assert Client().post(FILE, {"page": page, "file": str(mine.pk)}).status_code == 404
    assert Client().post(FILE, {"page": page, "file": "x"}).status_code == 404


def test_a_changed_or_moved_file_does_not_open() -> None:
    answers = [post(attachments=[SimpleUploadedFile("a.txt", b"words")]) for _time in range(2)]
    first, second = (Attachment.objects.get(enquiry__ref=shown(one)[0]) for one in answers)
    inner = storages["privacy_enquiries"]
    sealed = inner.open(first.file.name).read()
    inner.delete(second.file.name)
    inner.save(second.file.name, SimpleUploadedFile("x", sealed))
    with pytest.raises(keys.SealBroken):
        second.file.open()
    inner.delete(first.file.name)
    inner.save(first.file.name, SimpleUploadedFile("x", sealed[:-1] + bytes([sealed[-1] ^ 1])))
    page = page_in(opened_by_code(answers[0]))
    assert Client().post(FILE, {"page": page, "file": str(first.pk)}).status_code == 404


def test_a_post_that_fails_leaves_no_file_behind(monkeypatch: Any) -> None:
    from onvif_privacy.enquiries.services import tokens

    def lost(*args: Any) -> None:
        raise OSError

    monkeypatch.setattr(tokens, "give_code", lost)
    assert post(attachments=[SimpleUploadedFile("a.txt", b"words")]).status_code == 503
    assert not Enquiry.objects.exists()
    folders, files = storages["privacy_enquiries"].listdir("")
    assert not files
    assert all(not storages["privacy_enquiries"].listdir(one)[1] for one in folders)


def test_a_flagged_file_says_so(settings: Any) -> None:
    settings.ONVIF_PRIVACY_ENQUIRIES_SCANNER = "tests.enquiries.test_follow.is_clean"
    post(attachments=[SimpleUploadedFile("a", b"EICAR"), SimpleUploadedFile("b", b"fine")])
    assert sorted(Attachment.objects.values_list("scan", flat=True)) == ["clean", "flagged"]


def is_clean(content: bytes) -> bool:
    """What a scanner of a site looks like."""
    return b"EICAR" not in content


def test_an_account_is_attached_by_a_second_step_that_needs_its_token() -> None:
    user = UserFactory()
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    ref, code = shown(post())
    answer = client.post(FOLLOW, {"ref": ref, "code": code})
    page = page_in(answer)
    assert client.post("/privacy/contact/attach/", {"page": page}).status_code == 403
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.content.decode())[0]
    done = client.post("/privacy/contact/attach/", {"page": page, "csrfmiddlewaretoken": token})
    assert done.status_code == 200
    enquiry = Enquiry.objects.get(ref=ref)
    assert enquiry.subject is not None
    assert enquiry.subject.user == user
    assert len(reading.for_person(enquiry)) == 1
    assert Client().post("/privacy/contact/attach/", {"page": page}).status_code == 404


def test_getting_changes_nothing() -> None:
    answer = post(address="ada@example.org", attachments=[SimpleUploadedFile("a.txt", b"words")])
    path = link_in(letters()[0])

    def dump() -> list[Any]:
        models = [Enquiry, Entry, Access, Attachment, Letter]
        return [list(model._base_manager.order_by("pk").values()) for model in models]

    before = str(dump())
    client = Client()
    for address in ("/privacy/contact/", FOLLOW, path, "/privacy/contact/figures/", OPENED, FILE):
        for method in ("get", "head", "options"):
            getattr(client, method)(address)
    assert str(dump()) == before
    assert shown(answer)


def test_a_file_that_is_none_of_ours_is_left_as_it_is() -> None:
    inner = storages["privacy_enquiries"]
    inner.save("note.txt", SimpleUploadedFile("x", b"somebody else's"))
    assert SealedStorage().exists("nothing") is False
    assert SealedStorage().open("note.txt").read() == b"somebody else's"
    assert SealedStorage().listdir("")[1] == ["note.txt"]


def test_staff_never_see_words_in_the_database_log(caplog: Any) -> None:
    received(text="secret canary words")
    assert "secret canary words" not in caplog.text
