"""Mail comes in once, whoever wrote it and however broken it is; machines are never answered."""

from __future__ import annotations

import os
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import timezone

from onvif_privacy.core.registry import temporarily
from onvif_privacy.enquiries.models import Attachment, Enquiry, Entry, Intake, Letter, Probe, State
from onvif_privacy.enquiries.services import cases, mail, reading
from onvif_privacy.enquiries.services.mail import boxes, incoming, parsing
from onvif_privacy.enquiries.services.mail.boxes import BoxAway, Imap, Maildir
from tests.enquiries.world import letters, staff

pytestmark = pytest.mark.django_db
number = iter(range(10**6))


@pytest.fixture(autouse=True)
def maildir(settings: Any, tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    settings.ONVIF_PRIVACY_ENQUIRIES_MAILDIR = str(tmp_path)
    return tmp_path


def written(text: str = "You sold my address.", sender: str = "ada@example.org", **head: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "privacy@example.com", head.pop("Subject", "Complaint")
    message["Message-ID"] = f"<{next(number)}@mail.example.org>"
    for name, value in head.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def deliver(folder: Path, raw: bytes) -> Path:
    path = folder / "new" / f"{next(number):09d}.M1P1.host"
    path.write_bytes(raw)
    return path


def read(seconds: float = 60) -> dict[str, int]:
    box = mail.box()
    assert box is not None
    return dict(mail.take_all(box, deadline=time.monotonic() + seconds))


def words_of(enquiry: Enquiry) -> str:
    return "\n".join(one.words or "" for one in reading.for_person(enquiry))


def test_a_mail_becomes_an_enquiry_and_is_acknowledged(maildir: Path, rules: None) -> None:
    deliver(maildir, written("You sold my address. Grüße, Ada"))
    assert read() == {"new": 1}
    enquiry = Enquiry.objects.get()
    assert (enquiry.channel, enquiry.state) == ("email", State.RECEIVED)
    assert "Grüße, Ada" in words_of(enquiry)
    (letter,) = letters()
    enquiry.refresh_from_db()
    assert (letter.to, enquiry.state) == (["ada@example.org"], State.ACKNOWLEDGED)
    assert letter.extra_headers["Auto-Submitted"] == "auto-replied"
    assert "sold" not in str(letter.message())
    assert not list((maildir / "new").iterdir())
    assert len(list((maildir / "cur").iterdir())) == 1


def test_the_same_mail_three_times_is_one(maildir: Path) -> None:
    raw = written()
    for _time in range(3):
        deliver(maildir, raw)
    assert read() == {"new": 1, "duplicate": 2}
    assert (Enquiry.objects.count(), Intake.objects.count(), Letter.objects.count()) == (1, 1, 1)


def test_a_reader_that_dies_between_storing_and_moving_stores_once(maildir: Path, monkeypatch: Any) -> None:
    deliver(maildir, written())
    done = Maildir.done

    def killed(self: Maildir, name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Maildir, "done", killed)
    for _time in range(3):
        with pytest.raises(KeyboardInterrupt):
            read()
    monkeypatch.setattr(Maildir, "done", done)
    assert read() == {"duplicate": 1}
    assert (Enquiry.objects.count(), Letter.objects.count()) == (1, 1)


def test_a_mail_that_cannot_be_stored_stays_and_the_others_come_in(maildir: Path, monkeypatch: Any) -> None:
    first, _second = deliver(maildir, written("first")), deliver(maildir, written("second", "bob@example.org"))
    stored = incoming._stored

    def away(raw: bytes, key: str) -> Any:
        if b"first" in raw:
            raise DatabaseError
        return stored(raw, key)

    monkeypatch.setattr(incoming, "_stored", away)
    with pytest.raises(RuntimeError, match="1 mails"):
        read()
    assert first.exists()
    assert Enquiry.objects.count() == 1
    monkeypatch.setattr(incoming, "_stored", stored)
    assert read() == {"new": 1}


def test_an_answer_with_the_number_from_its_address_is_added(maildir: Path) -> None:
    deliver(maildir, written())
    read()
    enquiry = Enquiry.objects.get()
    deliver(maildir, written("And one more", "Ada@Example.org", Subject=f"Re: [{enquiry.ref}] Complaint"))
    assert read() == {"follow_up": 1}
    assert "And one more" in words_of(enquiry)
    assert Entry.objects.filter(proven=False).count() == 1


def test_an_answer_to_a_letter_of_ours_is_known_by_what_it_answers(maildir: Path) -> None:
    deliver(maildir, written())
    read()
    letters()
    ours = Letter.objects.get()
    deliver(maildir, written("And one more", Subject="Re: something", In_Reply_To=f"<{ours.pk}@www.example.com>"))
    assert read() == {"follow_up": 1}


def test_the_number_from_a_foreign_address_opens_nothing(maildir: Path) -> None:
    deliver(maildir, written("My secret"))
    read()
    first = Enquiry.objects.get()
    deliver(maildir, written("Tell me more", "eve@example.net", Subject=f"[{first.ref}]"))
    assert read() == {"new": 1}
    other = Enquiry.objects.exclude(pk=first.pk).get()
    assert "Tell me more" not in words_of(first)
    assert first.ref in "".join(one.words or "" for one in reading.for_staff(other, actor=staff("work")))
    for letter in letters():
        assert "My secret" not in str(letter.message())
        if letter.to == ["eve@example.net"]:
            assert first.ref not in letter.subject


def test_a_mail_about_a_closed_one_is_a_new_one(maildir: Path, rules: None) -> None:
    deliver(maildir, written())
    read()
    letters()
    enquiry, clerk = Enquiry.objects.get(), staff("work")
    cases.classify(enquiry=enquiry, actor=clerk)
    cases.assign(enquiry=enquiry, actor=clerk)
    cases.answer(enquiry=enquiry, words="Thank you", actor=clerk)
    Letter.objects.update(created_at=timezone.now() - timezone.timedelta(hours=2))
    deliver(maildir, written("Again", Subject=f"Re: {enquiry.ref}"))
    assert read() == {"new": 1}
    assert Enquiry.objects.count() == 2


AUTOMATIC: dict[str, dict[str, str]] = {
    "auto-replied": {"Auto_Submitted": "auto-replied"},
    "auto-generated": {"Auto_Submitted": "Auto-Generated; x=y"},
    "bulk": {"Precedence": "bulk"},
    "junk": {"Precedence": "Junk"},
    "list": {"List_Id": "<news.example.org>"},
    "unsubscribe": {"List_Unsubscribe": "<mailto:x@example.org>"},
    "empty sender": {"Return_Path": "<>"},
    "suppressed": {"X_Auto_Response_Suppress": "All"},
    "daemon": {"sender": "MAILER-DAEMON@example.org"},
    "no reply": {"sender": "No-Reply@example.org"},
    "bounce address": {"sender": "bounces+17@example.org"},
    "ourselves": {"sender": "privacy@example.com"},
    "loop": {"X_Loop": "privacy@example.com"},
}


@pytest.mark.parametrize("name", AUTOMATIC)
def test_a_machine_is_kept_and_never_answered(name: str, maildir: Path) -> None:
    deliver(maildir, written(**AUTOMATIC[name]))
    assert read() == {"quarantined": 1}
    assert Enquiry.objects.get().quarantined
    assert letters() == []


def test_a_person_who_says_that_no_machine_wrote_is_answered(maildir: Path) -> None:
    deliver(maildir, written(Auto_Submitted="no", Precedence="normal"))
    assert read() == {"new": 1}
    assert len(letters()) == 1


def test_a_machine_that_answers_our_answers_gets_one(maildir: Path) -> None:
    for turn in range(5):
        deliver(maildir, written(f"I am out of office, turn {turn}"))  # says nothing of being a machine
        read()
        letters()
    assert Letter.objects.count() == 1
    assert Enquiry.objects.count() == 5
    assert set(Enquiry.objects.exclude(quarantined="").values_list("quarantined", flat=True)) == {"again"}


def test_a_mail_to_no_address_that_could_be_answered_is_kept(maildir: Path) -> None:
    for raw in (b"Subject: x\r\n\r\nwords", b"From: a@b.example, c@d.example\r\n\r\nwords", b"From: <>\r\n\r\nwords"):
        deliver(maildir, raw)
    assert read() == {"quarantined": 3}
    assert letters() == []


BROKEN: dict[str, bytes] = {
    "empty": b"",
    "blank": b"\r\n\r\n",
    "no header": b"just words without any header\n\nand more",
    "NUL": b"From: ada@example.org\r\nSubject: a\0b\r\n\r\nx\0y",
    "unknown charset": b"From: ada@example.org\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe words",
    "wrong charset": b"From: ada@example.org\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\xff\xfe\xfd",
    "base64 that is none": b"From: a@example.org\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!===",
    "subject of bad words": b"From: a@example.org\r\nSubject: =?utf-8?b?////?= =?x?q?=\r\n\r\nx",
    "no boundary": b"From: a@example.org\r\nContent-Type: multipart/mixed\r\n\r\n--x\r\n\r\nwords\r\n",
    "unclosed": b'From: a@example.org\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n\r\nwords',
    "header bomb": b"From: a@example.org\r\n" + b"X-A: b\r\n" * 20_000 + b"\r\nwords",
    "long line": b"From: a@example.org\r\nSubject: " + b"a" * 200_000 + b"\r\n\r\nwords",
    "bare returns": b"From: a@example.org\rSubject: x\r\rwords",
    "surrogates": b"From: a@example.org\r\nSubject: \xed\xa0\x80\r\n\r\n\xed\xa0\x80",
    "date": b"From: a@example.org\r\nDate: 99 Foo 99999 99:99:99 +9999\r\n\r\nx",
    "content type": b"From: a@example.org\r\nContent-Type: ;;;===\r\n\r\nx",
    "two types": b"From: a@example.org\r\nContent-Type: text/plain\r\nContent-Type: multipart/mixed\r\n\r\nx",
    "eight bit header": "From: Ädä <ada@example.org>\r\nSubject: Größe\r\n\r\nx".encode("latin-1"),
    "injected": b"From: a@example.org\r\nSubject: =?utf-8?q?a=0D=0ABcc:_b@example.org?=\r\n\r\nx",
    "html": b"From: a@example.org\r\nContent-Type: text/html\r\n\r\n<script>evil()</script><p>good &amp; <b>bold",
}


def nested(depth: int) -> bytes:
    raw = b"Content-Type: text/plain\r\n\r\nwords"
    for turn in range(depth):
        raw = f'Content-Type: multipart/mixed; boundary="b{turn}"\r\n\r\n--b{turn}\r\n'.encode() + raw
    return b"From: a@example.org\r\n" + raw


@pytest.mark.parametrize("name", [*BROKEN, "nested", "many parts"])
def test_no_mail_crashes_the_reader_and_none_is_lost(name: str, maildir: Path) -> None:
    parts = b'From: a@example.org\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n' + b"--x\r\n\r\nw\r\n" * 500
    raw = {"nested": nested(2_000), "many parts": parts}.get(name, BROKEN.get(name, b""))
    deliver(maildir, raw)
    deliver(maildir, written("after it", "bob@example.org"))
    found = read()
    assert sum(found.values()) == 2
    assert found["new"] >= 1
    assert Enquiry.objects.count() == 2
    for one in Entry.objects.all():
        assert one.body is not None
    for letter in letters():
        assert "Bcc" not in str(letter.message().items())


def test_html_is_reduced_to_its_words(maildir: Path) -> None:
    deliver(maildir, BROKEN["html"])
    read()
    assert "evil" not in words_of(Enquiry.objects.get())
    assert "good & bold" in words_of(Enquiry.objects.get())


def test_what_cannot_be_read_is_kept_whole_byte_by_byte(maildir: Path) -> None:
    raw = nested(2_000)
    deliver(maildir, raw)
    assert read() == {"unreadable": 1}
    kept = Attachment.objects.get()
    assert kept.file.open().read() == raw
    assert letters() == []


def test_a_mail_with_more_than_is_read_is_kept_whole(maildir: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(parsing, "FILES_BYTES", 1000)
    message = EmailMessage()
    message["From"] = "ada@example.org"
    message.set_content("See the file")
    message.add_attachment(b"x" * 1001, maintype="application", subtype="zip", filename="a.zip")
    deliver(maildir, message.as_bytes())
    assert read() == {"unreadable": 1}
    assert Attachment.objects.get().file.open().read() == message.as_bytes()


@pytest.mark.full
def test_a_mail_of_thirty_megabytes_is_kept_whole(maildir: Path) -> None:
    message = EmailMessage()
    message["From"] = "ada@example.org"
    message.set_content("See the file")
    message.add_attachment(os.urandom(1024) * 26 * 1024, maintype="application", subtype="zip", filename="a.zip")
    deliver(maildir, message.as_bytes())
    assert read() == {"unreadable": 1}
    assert Attachment.objects.get().size > 30 * 1024 * 1024


def test_a_mail_larger_than_the_memory_stays_and_staff_are_told(maildir: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(boxes, "MOST_BYTES", 1000)
    path = deliver(maildir, written("x" * 2000))
    assert read() == {"too_large": 1}
    assert path.exists()


def test_files_of_a_mail_are_kept_sealed_and_mails_within_are_files(maildir: Path) -> None:
    message, inner = EmailMessage(), EmailMessage()
    message["From"], message["Subject"] = "ada@example.org", "With files"
    inner["Subject"] = "the spam that I got"
    inner.set_content("Buy now")
    message.set_content("See the files")
    message.add_attachment(b"PK\x03\x04" + b"\0" * 1000, maintype="application", subtype="zip", filename="../a.zip")
    message.add_attachment(inner)
    deliver(maildir, message.as_bytes())
    read()
    contents = [one.file.open().read() for one in Attachment.objects.all()]
    assert len(contents) == 2
    assert any(b"Buy now" in one for one in contents)
    assert "Buy now" not in words_of(Enquiry.objects.get())


def test_a_link_in_the_mailbox_is_not_followed(maildir: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"From: ada@example.org\r\n\r\nroot:x")
    (maildir / "new" / "1.link").symlink_to(secret)
    with pytest.raises(RuntimeError):
        read()
    assert not Enquiry.objects.exists()


@pytest.mark.full
def test_random_bytes_and_random_damage_never_crash_the_reader() -> None:
    chance, good = random.Random(5), written("words " * 50)
    for turn in range(5_000):
        raw = bytearray(good if turn % 2 else chance.randbytes(chance.randrange(2_000)))
        for _damage in range(chance.randrange(20)):
            if raw:
                raw[chance.randrange(len(raw))] = chance.randrange(256)
        parsing.parse(bytes(raw))


# The test of the address


def test_our_own_mail_comes_back_as_a_probe_and_nobody_else_can_make_one(maildir: Path) -> None:
    with temporarily():
        call_command("privacy_enquiries", "probe", stdout=StringIO())
    (sent,) = django_mail.outbox
    assert sent.to == ["privacy@example.com"]
    raw = sent.message().as_bytes()
    forged = raw.replace(Probe.objects.get().pk.hex.encode(), b"0" * 32)
    deliver(maildir, forged)
    assert read() == {"quarantined": 1}
    assert Probe.objects.get().seen_at is None
    deliver(maildir, raw)
    assert read() == {"probe": 1}
    assert Probe.objects.get().seen_at is not None
    assert Enquiry.objects.count() == 1


def test_the_command_reads_and_shows_what_waits(maildir: Path, settings: Any, rules: None) -> None:
    deliver(maildir, written())
    out = StringIO()
    call_command("privacy_enquiries", "intake", stdout=out)
    assert out.getvalue().strip() == "1 new"
    call_command("privacy_enquiries", "status", stdout=out)
    Enquiry.objects.update(due_at=timezone.now() - timezone.timedelta(hours=1))
    with pytest.raises(CommandError, match="1 are overdue"):
        call_command("privacy_enquiries", "status", "--json", stdout=out)
    settings.ONVIF_PRIVACY_ENQUIRIES_MAILDIR = ""
    with pytest.raises(CommandError, match="ONVIF_PRIVACY_ENQUIRIES_IMAP"):
        call_command("privacy_enquiries", "intake", stdout=out)


# IMAP


class Server:
    """As much of an IMAP server as a mailbox needs."""

    def __init__(self, mails: list[bytes]) -> None:
        self.mails = {str(one): raw for one, raw in enumerate(mails, 1)}
        self.seen = set[str]()
        self.moved = list[str]()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                line, _address = self.listening.accept()
            except OSError:
                return
            with line, line.makefile("rwb") as file:
                file.write(b"* OK ready\r\n")
                file.flush()
                for raw in file:
                    tag, _space, rest = raw.decode().strip().partition(" ")
                    for part in self.answer(rest):
                        file.write(part)
                    verdict = b"NO wrong" if "LOGIN" in rest.upper() and "right" not in rest else b"OK done"
                    file.write(tag.encode() + b" " + verdict + b"\r\n")
                    file.flush()

    def stop(self) -> None:
        """Listen no longer. Closing alone does not wake the thread that waits for a caller, nor free the port."""
        with suppress(OSError):  # it was stopped before
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()

    def answer(self, rest: str) -> Iterator[bytes]:
        words = rest.upper()
        uid = rest.split()[2] if words.startswith("UID") and len(rest.split()) > 2 else ""
        if words.startswith("CAPABILITY"):
            yield b"* CAPABILITY IMAP4rev1\r\n"
        elif words.startswith("SELECT"):
            yield f"* {len(self.mails)} EXISTS\r\n".encode()
        elif words.startswith("UID SEARCH"):
            yield ("* SEARCH " + " ".join(one for one in self.mails if one not in self.seen) + "\r\n").encode()
        elif "RFC822.SIZE" in words:
            yield f"* 1 FETCH (UID {uid} RFC822.SIZE {len(self.mails[uid])})\r\n".encode()
        elif "BODY.PEEK" in words:
            raw = self.mails[uid]
            yield f"* 1 FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n"
        elif words.startswith("UID STORE"):
            self.seen.add(uid)
        elif words.startswith("UID COPY"):
            self.moved.append(uid)


@contextmanager
def imap_server(settings: Any, mails: list[bytes], **changes: Any) -> Iterator[Server]:
    server = Server(mails)
    shape = {"host": "127.0.0.1", "port": server.port, "user": "privacy", "password": "right", "tls": False}
    settings.ONVIF_PRIVACY_ENQUIRIES_MAILDIR = ""
    settings.ONVIF_PRIVACY_ENQUIRIES_IMAP = shape | changes
    try:
        yield server
    finally:
        server.stop()


def test_a_mailbox_is_read_once_and_marked(settings: Any) -> None:
    mails = [written("first"), written("second", "bob@example.org")]
    with imap_server(settings, mails, done="Read") as server:
        assert read() == {"new": 2}
        assert server.seen == {"1", "2"}
        assert server.moved == ["1", "2"]
        assert read() == {}
    assert Enquiry.objects.count() == 2


def test_a_mailbox_that_lets_nobody_in_or_is_away_says_so(settings: Any) -> None:
    with imap_server(settings, [], password="wrong"), pytest.raises(BoxAway, match="error"):
        read()
    with imap_server(settings, []) as server:
        server.stop()
        with pytest.raises(BoxAway):
            read()


def test_a_mailbox_elsewhere_is_never_read_in_the_clear() -> None:
    assert Imap({"host": "imap.example.org", "tls": False}).plain is False
    assert Imap({"host": "imap.example.org"}).port == 993
