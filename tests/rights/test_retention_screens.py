"""What ends when: staff and the command see counts and never a value, and a large rule runs after a yes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.core.management import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Lease
from onvif_privacy.core.registry import temporarily
from onvif_privacy.rights import checks
from onvif_privacy.rights.models import RetentionRule
from tests.rights.factories import STORE
from tests.rights.test_admin import staff
from tests.rights.test_command import said
from tests.rights.test_retention import adopted, ago, order
from tests.store.models import Order

pytestmark = pytest.mark.django_db
LIST = "admin:onvif_privacy_rights_retentionrule_changelist"


@pytest.fixture(autouse=True)
def _store() -> Iterator[None]:
    with temporarily(*STORE):
        adopted()
        yield


def waiting() -> RetentionRule:
    """A rule of the store that would end much at once."""
    RetentionRule.objects.all().delete()
    order(closed_at=ago(731))
    order(closed_at=ago(725))
    run_due(names=("rights.retention",))
    return RetentionRule.objects.get(model="store.order")


def approve(client: Client, rule: RetentionRule, **changes: str) -> None:
    address = reverse("admin:onvif_privacy_rights_retentionrule_approve", args=[rule.pk])
    client.post(address, {"digest": rule.digest, **changes})


def test_the_screen_counts_and_the_yes_needs_its_right() -> None:
    rule = waiting()
    looks, approves = staff("view_retentionrule"), staff("view_retentionrule", "approve_erasure")
    page = looks.get(reverse(LIST)).content.decode()
    assert "waits for a yes" in page
    assert "730 days after closed_at" in page
    assert "ada@example.org" not in page
    assert "Yes, let it end" not in page
    assert "Yes, let it end" in approves.get(reverse(LIST)).content.decode()
    approve(looks, rule)
    approve(approves, rule, digest="0" * 64)
    rule.refresh_from_db()
    assert rule.waits
    approves.get(reverse("admin:onvif_privacy_rights_retentionrule_approve", args=[rule.pk]))
    rule.refresh_from_db()
    assert rule.waits
    approve(approves, rule)
    rule.refresh_from_db()
    assert not rule.waits
    assert "Every rule runs" in looks.get(reverse(LIST)).content.decode()
    assert staff().get(reverse(LIST)).status_code == 403


def test_the_command_counts_by_model_changes_nothing_on_a_dry_run_and_ends_what_is_due() -> None:
    order(closed_at=ago(731))
    order(closed_at=ago(725))
    assert "store.Order (2 rows): 1 now, 2 within 7 days" in said("due")
    found = {one["model"]: one for one in json.loads(said("due", "--json"))}
    assert (found["store.Order"]["now"], found["store.Order"]["year"], found["store.Order"]["waits"]) == (1, 2, False)
    assert "1 now" in said("retain", "--dry-run")
    assert Order.objects.filter(email="").count() == 0
    assert "done" in said("retain")
    assert Order.objects.filter(email="").count() == 1


def test_the_command_says_that_a_rule_waits_and_that_another_process_holds_the_job() -> None:
    waiting()
    with pytest.raises(CommandError, match="1 rules wait"):
        said("due")
    Lease.objects.filter(job="rights.retention").update(until=ago(-1))
    with pytest.raises(CommandError, match="Another process"):
        said("retain")


def test_a_rule_that_waits_and_a_log_that_was_never_compared_are_warnings() -> None:
    waiting()
    assert [one.id for one in checks.rules_run(None, databases=["default"])] == ["onvif_privacy_rights.W003"]
    assert checks.rules_run(None) == []
    RetentionRule.objects.update(approved_at=timezone.now())
    assert checks.rules_run(None, databases=["default"]) == []
    assert [one.id for one in checks.the_log_is_compared(None, databases=["default"])] == ["onvif_privacy_rights.W002"]
    run_due(names=("rights.replay",))
    assert checks.the_log_is_compared(None, databases=["default"]) == []
