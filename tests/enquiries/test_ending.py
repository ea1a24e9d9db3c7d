"""Erased or outlived: text, files and addresses open nowhere any more, backups included; dates and counts stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.test import Client
from django.utils import timezone

from onvif_privacy.core import gate, ledger, subjects
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.keys import KeyDestroyed
from onvif_privacy.core.models import Entry as LedgerEntry
from onvif_privacy.core.registry import personal_data
from onvif_privacy.enquiries.models import Attachment, Enquiry, Entry, Letter, State
from onvif_privacy.enquiries.services import cases, reading
from onvif_privacy.enquiries.services.ending import end
from onvif_privacy.enquiries.services.entries import Upload
from onvif_privacy.enquiries.services.states import NotNow
from onvif_privacy.rights.models import Channel, Kind
from onvif_privacy.rights.services import erasure, export, requests
from tests.core.factories import UserFactory
from tests.enquiries.world import letters, link_in, page_in, received, staff, verified

pytestmark = pytest.mark.django_db
SECRET = "canary words of the complaint"


def complaint(**changes: Any) -> Enquiry:
    shape = {"text": SECRET, "address": "ada@example.org", "files": [Upload("canary.txt", b"canary bytes")]}
    return received(**{**shape, **changes})


def backup() -> dict[str, Any]:
    """Copy the rows and the file, as last night's backup holds them."""
    entry, row = Entry.objects.get(direction="in"), Attachment.objects.get()
    return {
        "body": Entry.objects.filter(pk=entry.pk).values_list("body", flat=True).get().envelope,
        "reply_to": Enquiry.objects.values_list("reply_to", flat=True).get().envelope,
        "file": storages["privacy_enquiries"].open(row.file.name).read(),
        "name": row.file.name,
        "entry": entry.pk,
        "attachment": row.pk,
    }


def nothing_opens(copy: dict[str, Any]) -> None:
    """Put the backup back and try to read it with the keys of today."""
    table = Entry._meta.db_table
    value = Entry._meta.pk.get_db_prep_value(copy["entry"], connection)  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET body = %s WHERE id = %s", [copy["body"], value])
    enquiry = Enquiry.objects.get()
    assert [one.words for one in reading.for_staff(enquiry, actor=staff("work")) if one.direction == "in"] == [None]
    storages["privacy_enquiries"].save(copy["name"], ContentFile(copy["file"]))
    Attachment.objects.update(file=copy["name"])
    with pytest.raises(KeyDestroyed):
        Attachment.objects.get().file.open()


def test_after_its_time_everything_that_was_said_is_gone_and_the_dates_stay(rules: None) -> None:
    enquiry = verified(complaint(), staff("work"), staff("verify"))
    letters()
    enquiry.refresh_from_db()
    copy, dates = backup(), (enquiry.received_at, enquiry.determined_at, enquiry.outcome)
    Enquiry.objects.update(closed_at=timezone.now() - timedelta(days=1095))
    assert run_due(names=("enquiries.ending",))[0].outcome == "done"
    assert Enquiry.objects.get().ended_at is None
    Enquiry.objects.update(closed_at=timezone.now() - timedelta(days=1097))
    assert run_due(names=("enquiries.ending",))[0].outcome == "done"
    enquiry = Enquiry.objects.get()
    assert enquiry.ended_at is not None
    assert (enquiry.reply_to, enquiry.address_mac) == (None, "")
    assert (enquiry.received_at, enquiry.determined_at, enquiry.outcome) == dates
    assert not Entry.objects.filter(body__isnull=False).exists()
    assert not Entry.objects.exclude(text_mac="").exists()
    assert not storages["privacy_enquiries"].exists(copy["name"])
    assert enquiry.transitions.count() == 8
    assert ledger.opened(LedgerEntry.objects.get(kind="enquiries.ended"))["reason"] == "term"
    nothing_opens(copy)


def test_open_ones_end_only_with_their_person() -> None:
    enquiry = complaint(received_at=timezone.now() - timedelta(days=4000))
    run_due(names=("enquiries.ending",))
    assert Enquiry.objects.get().ended_at is None
    assert end(enquiry, reason="erased") is True
    assert end(enquiry, reason="erased") is False


def test_letters_that_wait_are_not_sent_to_who_was_erased() -> None:
    enquiry = complaint()
    end(enquiry, reason="erased")
    assert letters() == []
    assert Letter.objects.get().state == "skipped"


def carried_out(subject: Any) -> None:
    request = requests.open(kind=Kind.ERASE, channel=Channel.ACCOUNT, key="e", subject=subject)
    for _turn in range(30):
        request.refresh_from_db()
        if erasure.step(request=request) is None:
            break
    assert request.state == "done"


def test_an_erased_account_takes_its_enquiries_along(settings: Any) -> None:
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    enquiry, ada = complaint(), subjects.for_user(UserFactory())
    Enquiry.objects.update(subject=ada)
    other = received(text="of somebody else")
    copy = {**backup_of(enquiry)}
    carried_out(ada)
    enquiry.refresh_from_db()
    assert enquiry.ended_at is not None
    assert enquiry.state == State.ACKNOWLEDGED  # the case itself is still to be answered for
    assert [one.words for one in reading.for_person(other)] == ["of somebody else"]
    assert not storages["privacy_enquiries"].exists(copy["name"])


def backup_of(enquiry: Enquiry) -> dict[str, Any]:
    return {"name": Attachment.objects.get(enquiry=enquiry).file.name}


def test_an_export_holds_what_the_person_wrote_and_sent(settings: Any) -> None:
    import io
    import zipfile

    enquiry, ada = complaint(), subjects.for_user(UserFactory())
    Enquiry.objects.update(subject=ada)
    sink = io.BytesIO()
    export.stream(subject=ada, sink=sink)
    with zipfile.ZipFile(sink) as archive:
        whole = archive.read("export.json").decode()
        files = [archive.read(name) for name in archive.namelist() if name.startswith("files/")]
    assert SECRET in whole
    assert "ada@example.org" in whole
    assert files == [b"canary bytes"]
    assert enquiry.ref in whole


def test_who_wrote_without_an_account_is_erased_by_the_address(settings: Any) -> None:
    import re

    from django.core import mail

    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    enquiry = complaint()
    copy = backup()
    letters()
    mail.outbox.clear()
    assert Client().post("/privacy/me/ask/", {"address": "Ada@example.org", "kind": "erase"}).status_code == 303
    run_due(names=("rights.letters",))
    (path,) = re.findall(r"https://www\.example\.com(/privacy/me/link/\S+)", str(mail.outbox[-1].body))
    assert Client().post(path).status_code == 200
    for _turn in range(3):
        run_due(names=("rights.erasures",))
    run_due(names=("enquiries.ending",))
    enquiry.refresh_from_db()
    assert enquiry.ended_at is not None
    nothing_opens(copy)


def test_every_field_of_the_room_is_declared() -> None:
    from onvif_privacy.core.personal import gaps

    assert [one for one in gaps() if "onvif_privacy_enquiries" in str(one)] == []
    assert "onvif_privacy_enquiries.entry" in personal_data


def test_what_was_opened_before_stays_closed_afterwards() -> None:
    enquiry = complaint()
    path = link_in(letters()[0])
    page = page_in(Client().post(path))
    end(enquiry, reason="erased")
    assert Client().post(path).status_code == 404
    assert Client().post("/privacy/contact/opened/", {"page": page}).status_code == 404
    with gate.scope("enquiries"):
        assert Entry.objects.get().body is None
    Enquiry.objects.filter(pk=enquiry.pk).update(state="closed", closed_at=timezone.now())
    with pytest.raises(NotNow, match="cannot be opened again"):
        cases.reopen(enquiry=enquiry, words="again")
