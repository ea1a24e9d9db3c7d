"""System checks and what the room declares."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.checks import run_checks
from django.test import RequestFactory
from pytest_django import Settings

from onvif_privacy.core.registry import waiting
from onvif_privacy.statement import checks
from onvif_privacy.statement.services import drafts
from tests.statement.factories import DraftFactory, editor, published
from tests.statement.test_copies import database_away

pytestmark = pytest.mark.django_db
DATABASES = ["default"]


def ids() -> set[str]:
    found = run_checks(tags=["database"], databases=DATABASES)
    return {str(message.id) for message in found if str(message.id).startswith("onvif_privacy_statement")}


def test_nothing_in_force_is_a_warning_that_names_the_command() -> None:
    (message,) = checks.check_statement_in_force(None, databases=DATABASES)
    assert message.id == "onvif_privacy_statement.W001"
    assert "privacy_statement init --publish" in str(message.hint)


def test_published_statement_has_no_warning() -> None:
    published()
    assert ids() == set()


def test_changed_contact_is_a_warning_that_names_both_addresses(settings: Settings) -> None:
    published()
    settings.ONVIF_PRIVACY_CONTACT = "new@example.com"
    (message,) = checks.check_printed_contact(None, databases=DATABASES)
    assert "privacy@example.com" in message.msg
    assert "new@example.com" in message.msg


def test_checks_ask_no_database_that_was_not_offered() -> None:
    assert checks.check_statement_in_force(None) == []
    assert checks.check_printed_contact(None) == []


def test_checks_are_silent_where_the_tables_do_not_exist_yet() -> None:
    with database_away():
        assert checks.check_statement_in_force(None, databases=DATABASES) == []
        assert checks.check_printed_contact(None, databases=DATABASES) == []


def test_staff_are_told_while_nothing_is_published(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = AnonymousUser()
    line = waiting.get("statement-unpublished")
    assert line.count(request) == 1
    published()
    assert line.count(request) == 0


def test_staff_are_told_that_a_draft_waits_for_a_second_person(rf: RequestFactory) -> None:
    line = waiting.get("statement-submitted")
    draft = DraftFactory.create()
    assert line.count(rf.get("/")) == 0
    drafts.submit(draft=draft, actor=editor())
    assert line.count(rf.get("/")) == 1


def test_a_missing_contact_is_named_by_the_kernel_and_not_here(settings: Settings) -> None:
    published()
    del settings.ONVIF_PRIVACY_CONTACT
    assert checks.check_printed_contact(None, databases=DATABASES) == []
