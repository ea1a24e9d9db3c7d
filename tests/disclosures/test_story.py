"""A case from its letter to the notice, by the services alone; under the guards of a real database."""

from __future__ import annotations

import io
import json
import tarfile

import pyrage
import pytest
from django.utils import timezone

from onvif_privacy.core import ledger, subjects
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Entry
from onvif_privacy.disclosures.legal.services import ending
from onvif_privacy.disclosures.models import AccessRecord, DisclosureRecord, Notice, Package, Snapshot
from onvif_privacy.disclosures.services import approvals, fetching, files
from onvif_privacy.disclosures.services.errors import Refused
from tests.core.factories import UserFactory
from tests.disclosures.factories import RECENT, House, age_key, scope_of


def opened(parts: bytes, secret: str) -> dict[str, bytes]:
    """Open a package as its recipient does: decrypt, unpack."""
    plain = pyrage.decrypt(parts, [pyrage.x25519.Identity.from_str(secret)])
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        return {one.name.partition("/")[2]: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]


def test_a_case_from_letter_to_notice(house: House) -> None:
    house.key, secret = age_key(house.authority)
    ada = subjects.for_user(UserFactory(username="ada", email="ada@example.org", last_name="Lovelace"))
    subjects.for_user(UserFactory(username="bob", email="bob@example.org"))

    case = house.approved([ada], names=["auth.user|email|contact", "auth.user|last_name|identity"])
    assert case.state == "approved"
    notice = Notice.objects.get(case=case)
    assert (notice.state, notice.earliest_on is None, notice.review_by is not None) == ("waiting", True, True)

    handed = house.handed_over(case)
    package = Package.objects.get(case=case)
    assert package.rows == {"auth.user.email": 1, "auth.user.last_name": 1}
    with pytest.raises(Refused, match="code"):
        fetching.fetch(reference=handed.hand_over.reference, code="wrong", part="package")
    fetched = fetching.fetch(reference=handed.hand_over.reference, code=handed.code, part="package")
    got = opened(b"".join(fetched.parts), secret)
    record = json.loads(got["data/records/part-00001.jsonl"])
    assert record["fields"] == {"email": "ada@example.org", "last_name": "Lovelace"}
    assert b"bob" not in b"".join(got.values())

    line = DisclosureRecord.objects.get(subject=ada)
    assert (line.visible_from, line.data_classes) == (None, ["contact", "identity"])
    assert AccessRecord.objects.filter(action="download").count() == 1

    Notice.objects.filter(pk=notice.pk).update(earliest_on=timezone.now().date())
    (done,) = run_due(names=("disclosures.notices",))
    assert done.outcome == "done"
    line.refresh_from_db()
    assert line.visible_from == timezone.now().date()
    assert Notice.objects.get(pk=notice.pk).state == "sent"

    closed = ending.close(case=case, actor=house.worker)
    assert (closed.state, closed.outcome) == ("closed", "disclosed_full")
    words = [ledger.opened(one)["what"] for one in Entry.objects.filter(kind="disclosures").order_by("at")]
    assert {"received", "verified", "submitted", "approved", "built", "sealed", "handed_over"} <= set(words)
    assert {"downloaded", "notice_due", "notice_sent", "closed"} <= set(words)


def test_nothing_is_left_of_a_package_after_its_day(house: House) -> None:
    house.key, _secret = age_key(house.authority)
    ada = subjects.for_user(UserFactory(username="ada", email="ada@example.org"))
    case = house.approved([ada])
    handed = house.handed_over(case)
    package = Package.objects.get(case=case)
    names = {package.storage_name, package.snapshot.storage_name}
    assert all(files.storage().exists(name) for name in names)
    Package.objects.filter(pk=package.pk).update(purge_on=timezone.now().date())
    (done,) = run_due(names=("disclosures.ending",))
    assert done.outcome == "done"
    assert not any(files.storage().exists(name) for name in names)
    assert Package.objects.get(pk=package.pk).purged_at
    assert Snapshot.objects.get(case=case).purged_at
    with pytest.raises(Refused):
        fetching.fetch(reference=handed.hand_over.reference, code=handed.code, part="package")


def test_two_approvers_are_needed_for_two_people(house: House) -> None:
    both = [subjects.for_user(UserFactory()) for _one in range(2)]
    case = house.submitted(both)
    digest = scope_of(case).digest
    assert scope_of(case).approvals_needed == 2
    case = approvals.approve(case=case, shown=digest, actor=house.approver, strength=RECENT)
    assert case.state == "submitted"
    with pytest.raises(Refused, match="before"):
        approvals.approve(case=case, shown=digest, actor=house.approver, strength=RECENT)
    assert approvals.approve(case=case, shown=digest, actor=house.officer, strength=RECENT).state == "approved"
    assert list(case.steps.values_list("action", flat=True))[-3:] == ["submit", "vote", "approve"]
