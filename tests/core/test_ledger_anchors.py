"""Anchors: checkpoints kept where the owner of this database cannot write, and what they show."""

from __future__ import annotations

import base64
import hashlib
import importlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core import mail
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, override_settings
from django.urls import NoReverseMatch, include, path, reverse
from django.utils import timezone

from onvif_privacy.core import ledger, urls
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.ledger import anchors, stamping
from onvif_privacy.core.models import Alarm, Anchoring, Entry, EntrySecret, Lease, Seal
from tests.core.authority import Authority, openssl, served
from tests.core.sealing import append, sealed, sealing_site

pytestmark = pytest.mark.django_db

taken: list[ledger.Checkpoint] = []


def take(checkpoint: ledger.Checkpoint) -> bytes | None:
    """Take a checkpoint as a function of a site would."""
    taken.append(checkpoint)
    return b"shelf 4"


def burn(checkpoint: ledger.Checkpoint) -> None:
    """Fail as a function of a site would."""
    raise RuntimeError("The safe is closed.")


TAKE, BURN = f"{__name__}.take", f"{__name__}.burn"


@pytest.fixture(autouse=True)
def _nothing_taken() -> None:
    taken.clear()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "archive"
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder)}}
    with override_settings(STORAGES={**storages.backends, "archive": files}):
        yield folder


def anchor_now() -> str:
    """Run the job; returns what became of it."""
    (result,) = run_due(names=("anchor",))
    return result.outcome


def test_a_checkpoint_goes_to_mail_storage_and_function_once(archive: Path) -> None:
    sealed(3, 2)
    places = ["mailto:archive@example.org", "storage:archive", TAKE]
    with sealing_site(LEDGER_ANCHORS=places):
        assert [anchor_now(), anchor_now()] == ["done", "done"]
    note = ledger.checkpoint()
    assert note
    (letter,) = mail.outbox
    assert letter.to == ["archive@example.org"]
    assert letter.attachments[0].content == note
    assert [path.read_text() for path in archive.iterdir()] == [note]
    assert [one.note for one in taken] == [note]
    assert dict(Anchoring.objects.values_list("anchor", "size")) == dict.fromkeys(places, 2)
    assert bytes(Anchoring.objects.get(anchor=TAKE).receipt or b"") == b"shelf 4"


def test_the_next_one_is_taken_when_the_ledger_grew_and_the_hours_have_passed() -> None:
    with sealing_site(LEDGER_ANCHORS=[TAKE]):
        assert anchor_now() == "done"  # nothing is sealed
        sealed(1)
        anchor_now()
        sealed(1)
        anchor_now()  # a day has not passed
        assert [one.size for one in taken] == [1]
        with connection.cursor() as cursor:
            cursor.execute("UPDATE onvif_privacy_anchoring SET at = %s", [timezone.now() - timedelta(hours=24)])
        anchor_now()
    assert [one.size for one in taken] == [1, 2]


def test_a_failing_anchor_blocks_neither_seals_nor_other_anchors_and_staff_are_told() -> None:
    with sealing_site(LEDGER_ANCHORS=[BURN, TAKE], ALARM_EMAILS=["officer@example.org"]):
        sealed(1)
        assert anchor_now() == "failed"
        append(1)
        assert [one.outcome for one in run_due(names=("seal",))] == ["done"]
        assert [one.size for one in taken] == [1]
        assert not Entry.objects.filter(seal__isnull=True).exists()
        run_due(names=("alarm",))
        assert Lease.objects.get(job="anchor").failure == "AnchorFailed"
        assert anchor_now() == "failed"  # tried again, and the other is left alone
    assert [one.size for one in taken] == [1]
    assert Alarm.objects.get(kind="ledger.anchor_failed").details == {"anchor": BURN, "reason": "RuntimeError"}
    assert BURN in mail.outbox[0].body


def test_a_time_stamp_is_good_for_openssl_and_for_no_other_note(authority: Authority, tmp_path: Path) -> None:
    sealed(2)
    with served(authority.reply) as address, sealing_site(LEDGER_ANCHORS=[address]):
        assert anchor_now() == "done"
    call_command("privacy_ledger", "anchored", str(tmp_path / "kept"))
    note, stamp = sorted((tmp_path / "kept").iterdir(), key=lambda path: path.suffix, reverse=True)
    assert note.suffix == ".txt"
    words = f"ts -verify -data {note} -in {stamp} -CAfile root.pem"
    assert openssl(authority.folder, words).returncode == 0
    note.write_text(note.read_text().replace("\n1\n", "\n2\n"))
    assert openssl(authority.folder, words).returncode != 0


def test_a_stamp_of_something_else_an_error_and_rubbish_are_refused(authority: Authority) -> None:
    sealed(1)
    checkpoint = anchors.last_checkpoint()
    assert checkpoint
    kept: list[bytes] = []

    def earlier(query: bytes) -> tuple[int, bytes]:
        kept.append(authority.reply(query)[1])
        return 200, kept[0]

    with served(earlier) as address:
        assert stamping.stamp(checkpoint, address=address) == kept[0]
        with pytest.raises(stamping.StampRefused, match="something else"):  # the nonce is of the query before
            stamping.stamp(checkpoint, address=address)
    for answer in ((200, b"rubbish"), (200, b""), (500, b""), (302, b""), (200, b"x" * 70_000)):
        with served(lambda query, answer=answer: answer) as address, pytest.raises(stamping.StampRefused):
            stamping.stamp(checkpoint, address=address)
    refusal = bytes.fromhex("30053003020102")  # PKIStatusInfo: rejection
    with served(lambda query: (200, refusal)) as address, pytest.raises(stamping.StampRefused):
        stamping.stamp(checkpoint, address=address)


def test_an_authority_that_never_answers_is_left_after_its_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed(1)
    monkeypatch.setattr(stamping, "SECONDS", 0.2)
    checkpoint = anchors.last_checkpoint()
    assert checkpoint

    def silence(query: bytes) -> tuple[int, bytes]:
        import time

        time.sleep(0.6)
        return 200, b""

    with served(silence) as address, pytest.raises(TimeoutError):
        stamping.stamp(checkpoint, address=address)


def test_name_and_password_of_an_authority_go_to_it_and_into_no_record(authority: Authority) -> None:
    sealed(1)
    target = "https://user:secret@tsa.example/tsr?token=secret"
    assert anchors.label(target) == "https://tsa.example/tsr"
    with served(authority.reply) as address:
        private = address.replace("//", "//user:secret@")
        with sealing_site(LEDGER_ANCHORS=[private]):
            anchor_now()
    assert Anchoring.objects.get().anchor == address


def test_the_command_takes_what_is_lacking_and_exits_with_1_where_one_fails(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="Nothing is sealed") as nothing:
        call_command("privacy_ledger", "anchor")
    assert nothing.value.returncode == 2
    sealed(1)
    with override_settings(ONVIF_PRIVACY_LEDGER_ANCHORS=[TAKE]):
        call_command("privacy_ledger", "anchor")
        call_command("privacy_ledger", "anchor")
    assert len(taken) == 1
    with override_settings(ONVIF_PRIVACY_LEDGER_ANCHORS=[BURN]), pytest.raises(CommandError) as failed:
        call_command("privacy_ledger", "anchor")
    assert failed.value.returncode == 1
    assert "The safe is closed." in capsys.readouterr().err


def cut_tail() -> None:
    """Remove the last seal and its entries, as an owner of the database would."""
    last = Seal.objects.order_by("-number")[0]
    gone = list(last.entries.all())
    EntrySecret.objects.filter(entry__in=gone).release()  # type: ignore[attr-defined]
    for rows in (Entry.objects.filter(seal=last), Seal.objects.filter(pk=last.pk)):
        rows._raw_delete(rows.db)  # type: ignore[attr-defined]


def written_anew() -> None:
    """Write the whole history once more, with the keys of the site."""
    EntrySecret.objects.all().release()  # type: ignore[attr-defined]
    for rows in (Entry.objects.all(), Seal.objects.all()):
        rows._raw_delete(rows.db)  # type: ignore[attr-defined]
    sealed(2, 2, 2)


@pytest.mark.parametrize("crime", [cut_tail, written_anew])
def test_only_the_checkpoint_kept_elsewhere_shows_it(crime: Any, tmp_path: Path) -> None:
    sealed(3, 2)
    note = ledger.checkpoint()
    assert note
    (tmp_path / "anchor.txt").write_bytes(note.replace("\n", "\r\n").encode())  # as mail may carry it
    assert ledger.against(note) is None
    crime()
    assert list(ledger.problems()) == []
    with pytest.raises(CommandError, match="1 places") as found:
        call_command("privacy_ledger", "verify", "--anchor", str(tmp_path / "anchor.txt"))
    assert found.value.returncode == 1


@pytest.mark.parametrize("crime", [cut_tail, written_anew])
def test_what_the_site_remembers_of_its_anchors_shows_it_too(crime: Any) -> None:
    with sealing_site(LEDGER_ANCHORS=[TAKE]):
        sealed(3, 2)
        anchor_now()
    assert list(ledger.problems()) == []
    crime()
    assert {problem.kind for problem in ledger.problems()} == {"seal is not the anchored one"}


@pytest.mark.parametrize("note", ["", "rubbish", "a\nb\nc\n\n— a x\n", "a\n1\n\n— a AAAA\n"])
def test_what_is_no_checkpoint_is_said_to_be_none(note: str, tmp_path: Path) -> None:
    sealed(1)
    (tmp_path / "anchor.txt").write_text(note)
    with pytest.raises(CommandError, match=r"anchor\.txt") as wrong:
        call_command("privacy_ledger", "verify", "--anchor", str(tmp_path / "anchor.txt"))
    assert wrong.value.returncode == 2


def test_a_checkpoint_of_foreign_keys_is_refused() -> None:
    sealed(1)
    note = ledger.checkpoint()
    assert note
    with pytest.raises(ValueError, match="None of the site's keys"):
        ledger.against(note.replace("\n1\n", "\n7\n"))


@pytest.fixture
def sealing_addresses() -> Iterator[None]:
    with sealing_site():
        site = ModuleType("addresses of a site that seals")
        site.urlpatterns = [path("privacy/", include(importlib.reload(urls)))]  # type: ignore[attr-defined]
        with override_settings(ROOT_URLCONF=site):
            yield
    importlib.reload(urls)


def test_a_site_that_does_not_seal_has_no_such_page() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("onvif_privacy:checkpoint")


def test_the_page_shows_what_an_anchor_gets(
    sealing_addresses: None, client: Client, django_assert_num_queries: Any
) -> None:
    address = reverse("onvif_privacy:checkpoint")
    assert client.get(address).status_code == 404
    sealed(2)
    with django_assert_num_queries(1):
        page = client.get(address)
    assert page.content.decode() == ledger.checkpoint()
    assert page["Content-Type"] == "text/plain; charset=utf-8"
    assert page["Cache-Control"] == "public, max-age=60"
    assert not page.cookies
    assert client.post(address).status_code == 405
    origin, size, digest = page.content.decode().split("\n")[:3]
    assert (origin, size) == ("testserver", "1")
    assert base64.b64decode(digest) == hashlib.sha256(bytes(Seal.objects.get().body)).digest()


def test_sealing_intervals_are_those_of_the_settings() -> None:
    from tests.core.sealing import jobs

    with sealing_site(LEDGER_SEAL_SECONDS=120, LEDGER_ALARM_SECONDS=900, LEDGER_ANCHOR_HOURS=6):
        assert jobs.seal.interval == timedelta(minutes=2)
        assert jobs.seal.silence == timedelta(minutes=15)
        assert jobs.anchor.interval == timedelta(hours=6)


def test_an_entry_without_a_seal_for_too_long_is_told_once_a_day() -> None:
    append(1)
    late = timezone.now() - timedelta(minutes=6)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE onvif_privacy_entry SET at = %s", [late.replace(microsecond=0)])
    run_due(names=("alarm",))
    assert not Alarm.objects.filter(kind="ledger.unsealed").exists()  # a site without seals
    with sealing_site(ALARM_EMAILS=["officer@example.org"]):
        run_due(names=("alarm",))
        run_due(names=("alarm",))
    assert Alarm.objects.get(kind="ledger.unsealed").details["oldest"].startswith(f"{late:%Y-%m-%dT%H:%M}")
    assert "ledger.unsealed" in mail.outbox[0].body


def test_tampering_found_at_night_is_told_with_its_first_place() -> None:
    sealed(2)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE onvif_privacy_entry SET kind = 'nothing'")
    with sealing_site():
        assert [one.outcome for one in run_due(names=("verify",))] == ["failed"]
    told = Alarm.objects.get(kind="ledger.tampered").details
    assert told["places"] == 2
    assert told["first"].startswith("entry changed at entry ")
    assert json.dumps(told)
