"""The screens of ledger and jobs: how all of it is, at a look, for staff who may see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.core import ledger
from onvif_privacy.core.jobs import jobs, run_due
from onvif_privacy.core.models import Anchoring, Entry, EntrySecret, Lease, Seal
from tests.core.factories import UserFactory
from tests.core.sealing import append, sealed, sealing_site

pytestmark = pytest.mark.django_db

ENTRIES, SEALS, ANCHORINGS, JOBS = (
    f"admin:onvif_privacy_{name}_changelist" for name in ("entry", "seal", "anchoring", "lease")
)


def take(checkpoint: ledger.Checkpoint) -> bytes:
    """Take a checkpoint as a function of a site would."""
    return b"shelf 4"


TAKE = f"{__name__}.take"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def page(client: Client, name: str, *args: object, query: str = "") -> str:
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_site_that_does_not_seal_is_told_so_and_sees_no_such_screens(staff: Client) -> None:
    append(1)
    assert "The ledger is not sealed." in page(staff, ENTRIES)
    index = page(staff, "admin:index")
    assert "/onvif_privacy/entry/" in index
    assert "/onvif_privacy/seal/" not in index
    assert "/onvif_privacy/anchoring/" not in index
    with sealing_site():
        index = page(staff, "admin:index")
    assert "/onvif_privacy/seal/" in index
    assert "/onvif_privacy/anchoring/" in index


def test_the_state_says_what_was_verified_when_with_what_result_and_what_was_anchored(staff: Client) -> None:
    with sealing_site(LEDGER_ANCHORS=[TAKE]):
        sealed(2, 1)
        text = page(staff, SEALS)
        assert "Nobody has looked yet." in text
        assert "no checkpoint yet" in text
        run_due(names=("verify", "anchor"))
        append(1)
        text = page(staff, SEALS)
        assert "As it was written" in text
        assert f"<dt>{TAKE}</dt>" in text
        assert "2 seals, " in text
        assert "the oldest" in text
        with connection.cursor() as cursor:
            cursor.execute("UPDATE onvif_privacy_entry SET kind = 'nothing'")
        run_due(names=("verify",))
        assert "Not as it was written." in page(staff, ANCHORINGS)
    with sealing_site():
        assert "no longer in the settings" in page(staff, ENTRIES)


def test_an_entry_says_whether_it_is_sealed_and_can_be_opened(staff: Client) -> None:
    sealed(2)
    waiting = append(1)[0]
    closed = Entry.objects.filter(seal=0)[0]
    EntrySecret.objects.filter(pk=closed.pk).release()  # type: ignore[attr-defined]
    assert str(waiting.pk) in page(staff, ENTRIES, query="?sealed=no")
    assert str(waiting.pk) not in page(staff, ENTRIES, query="?sealed=yes")
    text = page(staff, "admin:onvif_privacy_entry_change", closed.pk)
    assert reverse("admin:onvif_privacy_seal_change", args=[0]) in text
    assert "icon-no" in text
    assert "waits for a seal" in page(staff, "admin:onvif_privacy_entry_change", waiting.pk)


def test_a_seal_leads_to_its_entries_even_when_somebody_changed_it(staff: Client) -> None:
    sealed(3)
    text = page(staff, "admin:onvif_privacy_seal_change", 0)
    assert bytes(Seal.objects.get().signature).hex() in text
    assert page(staff, ENTRIES, query="?seal__number__exact=0").count("party.changed") >= 3
    with connection.cursor() as cursor:
        cursor.execute("UPDATE onvif_privacy_seal SET body = %s", [b"[]"])
    page(staff, SEALS)
    page(staff, "admin:onvif_privacy_seal_change", 0)


def test_an_anchored_checkpoint_gives_its_files_to_who_may_see_it(staff: Client) -> None:
    with sealing_site(LEDGER_ANCHORS=[TAKE]):
        sealed(1)
        run_due(names=("anchor",))
    row = Anchoring.objects.get()
    page(staff, "admin:onvif_privacy_anchoring_change", row.pk)
    note, receipt = (
        staff.get(reverse("admin:onvif_privacy_anchoring_file", args=[row.pk, what])) for what in ("note", "receipt")
    )
    assert note.content.decode() == row.note
    assert receipt.content == b"shelf 4"
    assert 'filename="checkpoint-0000000001.txt"' in note["Content-Disposition"]
    assert staff.get(reverse("admin:onvif_privacy_anchoring_file", args=[row.pk, "other"])).status_code == 404
    stranger = Client()
    stranger.force_login(UserFactory(is_staff=True))
    for what in ("note", "receipt"):
        assert stranger.get(reverse("admin:onvif_privacy_anchoring_file", args=[row.pk, what])).status_code == 403
    for name in (ENTRIES, SEALS, ANCHORINGS, JOBS):
        assert stranger.get(reverse(name)).status_code == 403


def test_jobs_show_last_run_next_and_what_is_wrong(staff: Client) -> None:
    assert "No job has ever run." in page(staff, JOBS)
    run_due(names=("reconcile", "forget"))
    text = page(staff, JOBS)
    assert "Every job ran when it was due." in text
    assert text.count('data-label="Every"') == len(jobs.all())
    assert "never ran" in text
    Lease.objects.filter(job="forget").update(failed_at=timezone.now(), failure="OperationalError")
    assert "Failed: forget." in page(staff, JOBS)
    Lease.objects.filter(job="reconcile").update(done_at=timezone.now() - timedelta(days=3))
    text = page(staff, JOBS)
    assert "Overdue: reconcile." in text
    assert text.index(">reconcile<") < text.index(">forget<") < text.index(">alarm<")
    page(staff, "admin:onvif_privacy_lease_change", "forget")


@override_settings(LANGUAGE_CODE="de")
def test_the_screens_speak_german(staff: Client) -> None:
    run_due(names=("forget",))
    sealed(1)
    assert "Jede Aufgabe lief, als sie fällig war." in page(staff, JOBS)
    assert "Zustand des Nachweisbuchs" in page(staff, ENTRIES)


def test_the_screens_cost_the_same_whatever_there_is(staff: Client, django_assert_max_num_queries: Any) -> None:
    with sealing_site(LEDGER_ANCHORS=[TAKE]):
        sealed(5, 5, 5)
        run_due(names=("anchor", "verify"))
        for name, most in ((ENTRIES, 13), (SEALS, 9), (ANCHORINGS, 10), (JOBS, 4)):
            with django_assert_max_num_queries(most):
                page(staff, name)
