"""The public status: signed, verified by strangers, never flattering, and off until a site switches it on."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Heartbeat
from onvif_privacy.core.promises import Promise, Verdict, checks, jws, promises
from onvif_privacy.core.registry import temporarily
from onvif_privacy.statement import urls
from onvif_privacy.statement.models import StatusRelease
from onvif_privacy.statement.services import history, reading, status
from onvif_privacy.statement.testing import published
from tests.core.processes import told
from tests.readme import ROOT

pytestmark = pytest.mark.django_db
STATUS = "/privacy/status/"


@pytest.fixture
def public(settings: Settings) -> Iterator[None]:
    """A site that shows its status to everybody, with a statement in force and every check kept."""
    settings.ONVIF_PRIVACY_STATEMENT_PUBLIC = True
    settings.ROOT_URLCONF = "tests.statement.well_known_urls"
    status.forget()
    with published("en", "de"):
        seen("kept")
        yield
    status.forget()


def seen(verdict: str, promise: str = "", at: datetime | None = None) -> None:
    """Let the checks of a promise, or all, have seen something."""
    for check in checks.all():
        if promise in ("", check.promise.slug):
            # a check that holds for a day only has been repeated meanwhile: what was seen holds for two days
            looked_at = (at or timezone.now()) + max(timedelta(days=2) - check.ttl, timedelta()) * bool(at)
            values = {"promise": check.promise.slug, "looked_at": looked_at, "count": 1, "verdict": verdict}
            Heartbeat.objects.update_or_create(check_name=check.name, defaults=values)


def payload() -> dict[str, Any]:
    row = status.newest()
    assert row is not None
    return jws.verify(row.jws, ledger.public_keys())


def verdict_of(slug: str) -> str:
    return next(str(clause["verdict"]) for clause in payload()["clauses"] if clause["slug"] == slug)


def test_stranger_sees_no_status_before_it_is_public_and_costs_no_query(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings
) -> None:
    settings.ROOT_URLCONF = "tests.statement.well_known_urls"
    for address in (STATUS, f"{STATUS}scope/", "/.well-known/privacy-status.json"):
        with django_assert_num_queries(0):
            assert client.get(address).status_code == 404


def test_customer_who_is_signed_in_is_a_stranger(client: Client) -> None:
    client.force_login(User.objects.create(username="carla"))
    assert client.get(STATUS).status_code == 404


def test_staff_see_where_each_clause_stands_before_it_is_public(client: Client) -> None:
    client.force_login(User.objects.create(username="staff", is_staff=True))
    assert "There is nothing to show yet" in client.get(STATUS).content.decode()
    of_boards = [(Promise, one.slug) for one in promises.all() if one.clause.slug == "boards"]
    with published(), temporarily(without=tuple(of_boards)):  # as on a site without the room
        seen("kept")
        response = client.get(STATUS)
        page = response.content.decode()
        assert client.get(f"{STATUS}scope/").status_code == 200
    assert "Only staff see this page" in page
    assert "not offered here" in page
    assert "no-store" in response["Cache-Control"]
    assert not StatusRelease.objects.exists()


def test_site_that_did_not_switch_it_on_has_no_job() -> None:
    shown = told("sqlite:///:memory:", "tests.projects.statement_only", "tests.core.sites.showing")
    assert "statement-status" not in shown["jobs"]


def test_site_that_switched_it_on_has_the_job() -> None:
    shown = told("sqlite:///:memory:", "tests.statement.public_site", "tests.core.sites.showing")
    assert "statement-status" in shown["jobs"]


def test_job_signs_what_is_new_and_once_a_day(public: None) -> None:
    now = timezone.now()
    assert status.release(now) is not None
    assert status.release(now + timedelta(minutes=1)) is None
    seen("broken", "scope.linked")
    second = status.release(now + timedelta(minutes=2))
    assert second is not None
    assert second.serial == 2
    seen("broken", "scope.linked", now + timedelta(hours=24))
    assert status.release(now + timedelta(hours=25)) is not None


def test_first_status_needs_a_statement() -> None:
    assert status.release() is None


def test_each_status_names_the_one_before(public: None) -> None:
    status.release()
    seen("broken", "scope.linked")
    status.release()
    first, second = StatusRelease.objects.order_by("serial")
    assert payload()["previous"] == second.previous_digest
    assert payload()["serial"] == 2
    assert status.read(first).body["previous"] == ""
    import hashlib

    assert second.previous_digest == hashlib.sha256(first.jws.encode()).hexdigest()


def test_payload_says_which_words_stand_where(public: None) -> None:
    of_boards = [(Promise, one.slug) for one in promises.all() if one.clause.slug == "boards"]
    with temporarily(without=tuple(of_boards)):  # as on a site without the room
        status.release()
    said, found = payload(), reading.current("en")
    assert found is not None
    assert said["text_digest"] == found.text.text_digest
    assert said["coverage"]["unbound"] == 0
    assert said["coverage"]["sentences"] == 2 * said["coverage"]["sentences"] // 2
    assert (verdict_of("rights"), verdict_of("boards"), verdict_of("commitment")) == ("kept", "unproven", "unproven")
    assert next(one for one in said["clauses"] if one["slug"] == "boards")["offered"] is False


def test_status_holds_no_longer_than_the_first_proof(public: None) -> None:
    now = timezone.now()
    seen("kept", "rights.in_time", now - timedelta(hours=40))
    row = status.release(now)
    assert row is not None
    assert row.valid_until <= now + timedelta(hours=8, minutes=1)


def test_old_status_shows_no_verdict(client: Client, public: None) -> None:
    status.release(timezone.now() - timedelta(hours=49))
    page = client.get(STATUS).content.decode()
    assert "too old to be shown as a verdict" in page
    assert "privacy-status__verdict" not in page
    badge = Template("{% load privacy_statement %}{% privacy_status_badge %}")
    assert badge.render(Context()) == ""


def test_public_page_costs_one_query_and_is_cacheable(
    client: Client, public: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    status.release()
    client.get(STATUS)
    with django_assert_num_queries(1):
        response = client.get(STATUS)
    assert response["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in response
    page = response.content.decode()
    assert page.count('<th scope="row">') == 25
    assert 'href="/.well-known/privacy-status.json"' in page


def test_page_says_what_the_file_says(client: Client, public: None) -> None:
    seen("broken", "scope.linked")
    status.release()
    said = client.get("/.well-known/privacy-status.json")
    assert said["Content-Type"] == "application/jose+json"
    verdicts = [one["verdict"] for one in jws.verify(said.content, client.get("/privacy/keys.json").json())["clauses"]]
    page = client.get(STATUS).content.decode()
    assert re.findall(r"privacy-status__verdict--(\w+)", page) == verdicts
    assert verdicts[:2] == ["broken", "broken"]


def test_badge_costs_no_query_when_warm(public: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    badge = Template("{% load privacy_statement %}{% privacy_status_badge %}")
    assert badge.render(Context()) == ""
    status.release()
    assert "not proven" in badge.render(Context())
    with django_assert_num_queries(0):
        assert f'href="{STATUS}"' in badge.render(Context())


def test_verifier_of_the_docs_accepts_the_file_and_refuses_a_changed_one(
    client: Client, public: None, tmp_path: Path
) -> None:
    status.release()
    page = (ROOT / "docs/howto-statement.md").read_text(encoding="utf-8")
    code = next(block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "privacy-status" in block)
    assert code.count("\n") <= 40
    (tmp_path / "verify.py").write_text(code)
    (tmp_path / "keys.json").write_bytes(client.get("/privacy/keys.json").content)
    file = client.get("/.well-known/privacy-status.json").content

    def verify(content: bytes) -> subprocess.CompletedProcess[str]:
        (tmp_path / "status.json").write_bytes(content)
        command = [sys.executable, "verify.py", "status.json", "keys.json"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    good = verify(file)
    assert good.returncode == 0, good.stderr
    assert "rights: kept" in good.stdout
    row = StatusRelease.objects.get()
    body = json.loads(row.jws)
    changed = json.dumps({**body, "payload": body["payload"][:-8] + "AAAAAAAA"}).encode()
    assert verify(changed).returncode == 1


def test_history_gives_each_day_its_worst_and_says_when_nobody_looked(public: None, settings: Settings) -> None:
    settings.TIME_ZONE = "UTC"
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def sign(day: float, verdict: str) -> None:
        at = start + timedelta(days=day)
        seen("kept", at=at)
        seen(verdict, "rights.in_time", at=at)
        assert status.release(at) is not None

    sign(0, "kept")
    sign(1, "kept")
    sign(1.2, "broken")
    sign(1.3, "kept")
    sign(3, "kept")  # holds until noon of day 5
    sign(6, "unproven")
    found = history.days("rights", start + timedelta(days=6.1))
    assert [one.verdict for one in found] == [
        Verdict.KEPT, Verdict.BROKEN, Verdict.KEPT, Verdict.KEPT, Verdict.KEPT, None, None,
    ]  # fmt: skip
    assert [(one.first.day, one.last.day) for one in history.periods(found)] == [(6, 7), (3, 5), (2, 2), (1, 1)]
    assert history.days("nothing", start + timedelta(days=6.1))[0].verdict is None


def test_history_page_has_a_mark_for_each_day_and_a_table(client: Client, public: None) -> None:
    now = timezone.now()
    for back in range(3, -1, -1):
        at = now - timedelta(days=back)
        seen("kept", at=at)
        status.release(at)
    page = client.get(f"{STATUS}rights/").content.decode()
    assert page.count("<path ") == len(history.days("rights"))
    assert "checked" in page
    assert client.get(f"{STATUS}nothing/").status_code == 404
    empty = client.get(f"{STATUS}scope/?language=de")
    assert empty.status_code == 200


def test_history_without_a_status_says_so(client: Client, public: None) -> None:
    assert "Nothing was published about this clause yet." in client.get(f"{STATUS}rights/").content.decode()


def test_signed_status_cannot_be_changed(public: None) -> None:
    from onvif_privacy.core.querysets import AppendOnly

    status.release()
    row = StatusRelease.objects.get()
    for act in (row.save, row.delete, StatusRelease.objects.all().delete):
        with pytest.raises(AppendOnly):
            act()


def test_well_known_addresses_are_a_list_to_include() -> None:
    assert [str(one.pattern) for one in urls.well_known] == ["privacy-status.json"]
    assert reverse("onvif_privacy_statement:status") == STATUS
