"""The kernel's screens: evidence to look at only, parties with a trace, the desk, ready-made groups."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.core import consent, jobs, ledger
from onvif_privacy.core.models import (
    Anchoring,
    Attestation,
    Decision,
    Entry,
    Lease,
    Notice,
    Outcome,
    Party,
    Proof,
    Seal,
)
from onvif_privacy.core.promises import checks
from onvif_privacy.core.promises.running import keep, look_at
from onvif_privacy.core.registry import NotDeclared, StaffRights, Waiting, waiting
from onvif_privacy.core.roles import GROUPS, make_groups
from onvif_privacy.core.testing import temporarily
from tests.core.factories import NoticeFactory, PartyFactory, SubjectFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def decision() -> Decision:
    return consent.decide(
        subject=SubjectFactory(),
        purpose="statistics",
        outcome=Outcome.GRANTED,
        method=consent.Method.ACCEPT_ALL,
        key="form",
        notice=NoticeFactory(text="<b>May we count?</b>"),
    )


EVIDENCE = [Decision, Notice, Entry, Proof]


def address(model: Any, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", [*EVIDENCE, Lease, Attestation, Party, Seal, Anchoring])
def test_every_list_opens_empty(staff: Client, model: Any) -> None:
    assert staff.get(address(model, "changelist")).status_code == 200


def test_decision_shows_the_words_that_were_shown_as_text(staff: Client, decision: Decision) -> None:
    page = staff.get(address(Decision, "change", decision.pk)).content.decode()
    assert "&lt;b&gt;May we count?&lt;/b&gt;" in page
    assert decision.subject.reference in page
    assert staff.get(address(Entry, "change", decision.entry_id)).status_code == 200


@pytest.mark.parametrize("model", EVIDENCE)
def test_forged_posts_change_no_evidence_even_for_a_superuser(staff: Client, decision: Decision, model: Any) -> None:
    keep(look_at(checks.all()[0]))
    rows = list(model.objects.values())
    pk = model.objects.first().pk
    data = {field.name: "1" for field in model._meta.fields} | {
        "_save": "Save",
        "post": "yes",
        "action": "delete_selected",
    }
    for url in (address(model, "change", pk), address(model, "delete", pk), address(model, "add")):
        assert staff.post(url, data).status_code == 403
    staff.post(address(model, "changelist"), {**data, "_selected_action": [pk]})
    assert list(model.objects.values()) == rows


def test_party_is_added_changed_and_removed_with_an_entry_each(staff: Client) -> None:
    form = {"slug": "matomo", "role": "business_partner", "name": "Matomo", "url": "https://example.com"}
    assert staff.post(address(Party, "add"), form).status_code == 302
    party = Party.objects.get()
    assert staff.post(address(Party, "change", party.pk), {**form, "name": "Matomo GmbH"}).status_code == 302
    assert staff.post(address(Party, "delete", party.pk), {"post": "yes"}).status_code == 302
    entries = [ledger.opened(entry)["change"] for entry in Entry.objects.filter(kind="party.changed").order_by("at")]
    assert sorted(entries) == ["added", "changed", "removed"]


@pytest.mark.parametrize("bad", ["javascript:alert(1)", "data:text/html,x", "x" * 300])
def test_party_with_a_dangerous_address_is_refused(staff: Client, bad: str) -> None:
    form = {"slug": "evil", "role": "affiliate", "name": "Evil", "url": bad}
    assert staff.post(address(Party, "add"), form).status_code == 200
    assert not Party.objects.exists()


def test_party_whose_end_lies_before_its_beginning_gets_a_clear_error(staff: Client) -> None:
    form = {"slug": "a", "role": "affiliate", "name": "A", "valid_from": "2026-02-01", "valid_to": "2026-01-01"}
    page = staff.post(address(Party, "add"), form)
    assert "The end lies before the beginning." in page.content.decode()


def test_slug_of_a_party_stays(staff: Client) -> None:
    party = PartyFactory()
    staff.post(address(Party, "change", party.pk), {"slug": "other", "role": "affiliate", "name": "New"})
    party.refresh_from_db()
    assert (party.slug != "other", party.name) == (True, "New")


def test_attestation_is_added_through_the_service_and_never_changed(staff: Client) -> None:
    form = {"promise": "security.keys", "words": "I looked.", "evidence": "audit 3"}
    end = timezone.now() + timedelta(days=200)
    day = {"until_0": end.date().isoformat(), "until_1": "00:00:00"}
    assert staff.post(address(Attestation, "add"), {**form, **day}).status_code == 302
    word = Attestation.objects.get()
    assert word.entry.kind == "promise.attested"
    assert staff.post(address(Attestation, "change", word.pk), {**form, **day}).status_code == 403
    assert staff.post(address(Attestation, "delete", word.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("wrong", [{"until_0": "2020-01-01"}, {"until_0": "2199-01-01"}, {"promise": "nothing"}])
def test_attestation_without_a_fitting_end_or_promise_is_refused(staff: Client, wrong: dict[str, str]) -> None:
    form = {
        "promise": "security.keys",
        "words": "I looked.",
        "evidence": "x",
        "until_0": "2020-01-01",
        "until_1": "00:00",
    }
    assert staff.post(address(Attestation, "add"), {**form, **wrong}).status_code == 200
    assert not Attestation.objects.exists()


@pytest.fixture
def desk() -> str:
    return reverse("admin:app_list", args=["onvif_privacy"])


def test_desk_says_that_housekeeping_never_ran_and_what_waits(staff: Client, desk: str) -> None:
    line = Waiting("things", label="Things to look at", count=lambda request: 3, address="admin:index")
    with temporarily(line):
        page = staff.get(desk).content.decode()
    assert "Housekeeping has never run" in page
    assert "Things to look at</a> (3)" in page


def test_desk_hides_what_a_person_may_not_do_and_what_is_done(client: Client, desk: str) -> None:
    user = UserFactory(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_decision"))
    client.force_login(user)
    secret = Waiting(
        "a", label="Secret", count=lambda r: 1, address="admin:index", permission="onvif_privacy.add_party"
    )
    done = Waiting("b", label="Done", count=lambda r: 0, address="admin:index")
    with temporarily(secret, done):
        page = client.get(desk).content.decode()
    assert "Nothing is waiting for you." in page
    assert "Secret" not in page


def test_desk_names_the_jobs_that_are_overdue(staff: Client, desk: str) -> None:
    jobs.run_due(names=("reconcile", "promises"))
    Lease.objects.filter(job="promises").update(done_at=timezone.now() - timedelta(days=2))
    assert "Overdue: promises" in staff.get(desk).content.decode()


def test_desk_shows_verdicts_and_never_calls_an_unproven_promise_checked(staff: Client, desk: str) -> None:
    page = staff.get(desk).content.decode()
    assert "not proven" in page
    assert "<strong>checked</strong>" not in page


def test_desk_costs_the_same_queries_whatever_is_declared(
    staff: Client, desk: str, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    rooms = tuple((Waiting, line.slug) for line in waiting.all())  # their counts are theirs to test
    with temporarily(without=rooms), django_assert_max_num_queries(8):
        staff.get(desk)


def test_ready_made_groups_are_complete_and_keep_what_a_site_added() -> None:
    first = make_groups()
    assert set(first) == set(GROUPS.values())
    group = Group.objects.get(name=GROUPS["auditor"])
    names = set(group.permissions.values_list("codename", flat=True))
    assert "view_decision" in names
    assert not any(name.startswith(("change_", "delete_")) for name in names)
    group.permissions.add(Permission.objects.get(codename="change_user"))
    assert set(make_groups().values()) == {0}
    assert group.permissions.filter(codename="change_user").exists()


def test_right_that_does_not_exist_names_its_declaration_and_changes_nothing() -> None:
    with (
        temporarily(StaffRights("other", officer=("onvif_privacy.fly",))),
        pytest.raises(NotDeclared, match=r"fly.*temporarily"),
    ):
        make_groups()
    assert not Group.objects.exists()


def test_command_says_what_it_added() -> None:
    printed = StringIO()
    call_command("privacy_groups", stdout=printed)
    call_command("privacy_groups", stdout=printed)
    assert "Privacy officer: " in printed.getvalue()
    assert "Privacy officer: complete." in printed.getvalue()
