"""Canary contacts look like any other, and mail of a stranger to one names who had its address."""

from __future__ import annotations

import os
import random
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.test import Client, TestCase
from django.urls import reverse

from onvif_privacy.core import canaries, ledger
from onvif_privacy.core.canaries import INCIDENT, look, watch
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Alarm, Canary, Entry
from onvif_privacy.core.registry import NotDeclared, reopened
from tests.core.factories import UserFactory
from tests.core.orders import entries

pytestmark = pytest.mark.django_db

DOMAIN = "post.example"
number = iter(range(10**6))


@pytest.fixture(autouse=True)
def maildir(settings: Any, tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    settings.ONVIF_PRIVACY_CANARY_DOMAIN = DOMAIN
    settings.ONVIF_PRIVACY_CANARY_MAILDIR = str(tmp_path)
    settings.ONVIF_PRIVACY_ALARM_EMAILS = ["officer@example.org"]
    return tmp_path


@pytest.fixture
def canary() -> Canary:
    return canaries.mint("offers", "example-partner", ["partner.example", "news@letters.example"])


def read(limit: int = 100) -> tuple[int, int]:
    """Let the job's function run, and the transaction around it commit."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        return watch(limit)


def deliver(folder: Path, raw: bytes, name: str = "") -> Path:
    path = folder / "new" / (name or f"{next(number)}.M1P1.host")
    path.write_bytes(raw)
    return path


def from_to(sender: str, to: str, header: str = "To") -> bytes:
    return f"From: {sender}\r\n{header}: {to}\r\nSubject: Buy\r\n\r\nNow.\r\n".encode()


# Minting


def test_a_canary_looks_like_any_contact_and_is_recorded_without_its_address(canary: Canary) -> None:
    assert re.fullmatch(rf"[a-z]+\.[a-z]+\d{{0,2}}@{DOMAIN}", canary.address)
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", canary.name)
    assert entries("canary.minted") == [{"canary": str(canary.pk), "purpose": "offers", "recipient": "example-partner"}]
    second = canaries.mint("offers", "example-partner", [])
    assert (canary.serial, second.serial) == (1, 2)
    assert canaries.mint("offers", "mail-house", []).serial == 1
    assert second.address != canary.address


def test_nothing_is_minted_for_a_purpose_nobody_knows_or_without_a_domain(settings: Any) -> None:
    with pytest.raises(NotDeclared):
        canaries.mint("no_such", "example-partner", [])
    for sender in ("", "@", "a b", "x@"):
        with pytest.raises(ValueError, match="domain or an e-mail"):
            canaries.mint("offers", "example-partner", [sender])
    settings.ONVIF_PRIVACY_CANARY_DOMAIN = ""
    with pytest.raises(ImproperlyConfigured):
        canaries.mint("offers", "example-partner", [])
    settings.ONVIF_PRIVACY_CANARY_DOMAIN = DOMAIN
    with pytest.raises(ledger.PayloadRefused):
        canaries.mint("offers", "Ada Example <ada@example.org>", [])
    assert not Canary.objects.exists()


# Who may write, and who may not


@pytest.mark.parametrize(
    "sender",
    ["info@partner.example", "INFO@Partner.Example", "x@mail.partner.example", "News <news@letters.example>"],
)
def test_who_may_write_opens_nothing_and_shows_that_the_way_is_open(maildir: Path, canary: Canary, sender: str) -> None:
    deliver(maildir, from_to(sender, canary.address))
    assert read() == (1, 0)
    canary.refresh_from_db()
    assert canary.heard_at is not None
    assert not Alarm.objects.exists()


@pytest.mark.parametrize(
    ("sender", "domain"),
    [
        ("shop@other.example", "other.example"),
        ("x@evil-partner.example", "evil-partner.example"),
        ("x@partner.example.evil.example", "partner.example.evil.example"),
        ("other@letters.example", "letters.example"),
        ("info@partner.example, x@other.example", "unknown"),
        ("", "unknown"),
        ("MAILER-DAEMON", "unknown"),
        ("<info@partner.example> <x@other.example>", "unknown"),
        ("x@" + "a" * 70 + ".example", "unknown"),
        ("=?utf-8?q?info=40partner=2Eexample?=", "unknown"),
        ("x@пример.example", "unknown"),
    ],
)
def test_mail_of_a_stranger_names_who_had_the_address(maildir: Path, canary: Canary, sender: str, domain: str) -> None:
    deliver(maildir, from_to(sender, f"Somebody <{canary.address.upper()}>"))
    assert read() == (1, 1)
    row = Alarm.objects.get()
    assert (row.kind, row.reference) == (INCIDENT, str(canary.pk))
    assert row.entry is not None
    told = ledger.opened(row.entry)
    assert (told["recipient"], told["purpose"], told["serial"]) == ("example-partner", "offers", 1)
    assert told["sender"] == domain
    assert len(told["mail"]) == 64
    assert "example-partner" in mail.outbox[0].body
    canary.refresh_from_db()
    assert canary.stranger_at is not None
    assert canary.heard_at is None


def test_two_from_lines_are_no_leave_to_write(maildir: Path, canary: Canary) -> None:
    deliver(maildir, b"From: info@partner.example\r\n" + from_to("x@other.example", canary.address))
    assert read() == (1, 1)


@pytest.mark.parametrize("header", ["Delivered-To", "X-Original-To", "Envelope-To", "Cc", "Bcc"])
def test_a_copy_is_found_by_what_the_mail_server_noted(maildir: Path, canary: Canary, header: str) -> None:
    deliver(maildir, from_to("x@other.example", canary.address, header))
    assert read() == (1, 1)


def test_many_mails_of_strangers_are_one_incident_for_one_contact(maildir: Path, canary: Canary) -> None:
    other = canaries.mint("offers", "mail-house", [])
    for count in range(30):
        deliver(maildir, from_to(f"x@spam{count}.example", f"{canary.address}, {other.address}"))
    assert read(limit=10) == (10, 2)
    assert read() == (20, 0)
    assert Alarm.objects.filter(kind=INCIDENT).count() == 2
    assert Entry.objects.filter(kind=INCIDENT).count() == 2


def test_mail_to_nobody_of_ours_opens_nothing(maildir: Path, canary: Canary) -> None:
    for to in (f"nobody.here@{DOMAIN}", f"{canary.address}.evil.example", "ada@example.org", ""):
        deliver(maildir, from_to("x@other.example", to))
    deliver(maildir, f"From: x@other.example\r\nTo: ada@example.org\r\n\r\nwrite to {canary.address}".encode())
    assert read() == (5, 0)


# The folder


def test_a_mail_is_kept_and_read_once(maildir: Path, canary: Canary) -> None:
    deliver(maildir, from_to("x@other.example", canary.address), "17.M1P1.host")
    assert read() == (1, 1)
    assert read() == (0, 0)
    assert [path.name for path in (maildir / "cur").iterdir()] == ["17.M1P1.host:2,S"]


@pytest.mark.django_db(transaction=True)
def test_a_crash_before_the_commit_reads_the_mail_again(maildir: Path, canary: Canary) -> None:
    deliver(maildir, from_to("x@other.example", canary.address))
    with transaction.atomic():
        assert watch() == (1, 1)
        transaction.set_rollback(True)
    assert not Alarm.objects.exists()
    assert read() == (1, 1)


def test_what_is_no_ordinary_file_is_left_alone(maildir: Path, canary: Canary, tmp_path_factory: Any) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret"
    secret.write_bytes(from_to("x@other.example", canary.address))
    (maildir / "new" / "1.link").symlink_to(secret)
    os.mkfifo(maildir / "new" / "2.pipe")
    (maildir / "new" / "3.folder").mkdir()
    deliver(maildir, from_to("x@other.example", canary.address), "4.mail")
    assert read() == (1, 1)
    assert secret.exists()
    assert len(list((maildir / "new").iterdir())) == 3


def test_a_folder_that_is_not_there_is_said_so(settings: Any) -> None:
    settings.ONVIF_PRIVACY_CANARY_MAILDIR = "/no/such/folder"
    with pytest.raises(OSError, match="no/such"):
        read()


@pytest.mark.django_db(transaction=True)
def test_the_job_reads_all_mail_and_says_when_it_cannot(maildir: Path, canary: Canary, settings: Any) -> None:
    for count in range(3):
        deliver(maildir, from_to(f"x@spam{count}.example", canary.address))
    with reopened():
        import_module("onvif_privacy.core.jobs.canaries")
        assert [one.outcome for one in run_due(names=("canaries",))] == ["done"]
        assert len(list((maildir / "cur").iterdir())) == 3
        settings.ONVIF_PRIVACY_CANARY_MAILDIR = "/no/such/folder"
        assert [one.outcome for one in run_due(names=("canaries",))] == ["failed"]
    assert Alarm.objects.filter(kind=INCIDENT).count() == 1


# Hostile mail

BOMBS = {
    "empty": b"",
    "no head": b"\r\n\r\nbody",
    "binary": bytes(range(256)) * 100,
    "one line": b"x" * 3_000_000,
    "headers": b"".join(b"X-%d: y\r\n" % count for count in range(50_000)),
    "folded": b"To: a\r\n" + b" b\r\n" * 50_000,
    "addresses": b"To: " + b"a.b@post.example, " * 20_000,
    "nested": b"From: " + b"(" * 100_000 + b"\r\n",
    "quotes": b"From: " + b'"' * 100_000 + b"@x\r\n",
    "encoded": b"From: " + b"=?utf-8?b?" * 20_000 + b"\r\n",
    "charset": b"From: =?no-such-charset?b?////?= <x@other.example>\r\nContent-Type: text/plain; charset=\xff\r\n",
    "surrogates": "From: \ud800@x\r\n".encode("utf-8", "surrogatepass"),
    "nul": b"From: x\0@other.example\r\nTo: \0\r\n",
    "mime": b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n" * 100_000,
    "bare cr": b"From: x@other.example\rTo: y\r",
}


@pytest.mark.parametrize("name", BOMBS)
def test_whatever_arrives_is_judged_and_put_away(maildir: Path, canary: Canary, name: str) -> None:
    deliver(maildir, BOMBS[name])
    deliver(maildir, b"Delivered-To: " + canary.address.encode() + b"\r\n" + BOMBS[name])
    seen, opened = read()
    assert (seen, opened) == (2, 1)
    assert list((maildir / "new").iterdir()) == []


def test_random_bytes_are_read_without_an_error() -> None:
    chance = random.Random(3)
    for _ in range(300):
        parts = [b"From:", b"To:", b"\r\n", b" ", b"@", b"<", b">", b",", b"post.example", b"a.b", chance.randbytes(9)]
        raw = b"".join(chance.choice(parts) for _ in range(60))
        found = look(raw, "0" * 64, DOMAIN)
        assert all(address.endswith(f"@{DOMAIN}") for address in found.recipients)


def test_staff_see_who_had_a_contact_but_not_where_nothing_is_set(
    client: Client, canary: Canary, settings: Any
) -> None:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    page = reverse("admin:onvif_privacy_canary_changelist")
    assert "example-partner" in client.get(page).content.decode()
    assert canary.address in client.get(reverse("admin:onvif_privacy_canary_change", args=[canary.pk])).content.decode()
    settings.ONVIF_PRIVACY_CANARY_DOMAIN = ""
    assert client.get(page).status_code == 403
