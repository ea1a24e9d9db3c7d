"""A change whose day went by without its notice: no page, no letter and no screen names that day any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.template import Context, Template
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Subject
from onvif_privacy.statement.models import Version
from onvif_privacy.statement.services import copies, publishing
from tests.statement.factories import SOURCE, DraftFactory, UserFactory, next_draft, publisher

pytestmark = pytest.mark.django_db


def _overdue() -> Version:
    """A material change announced 45 days ago, of which nobody was told; its day was two weeks ago."""
    first = publishing.publish(draft=DraftFactory.create(), now=timezone.now() - timedelta(days=400))
    draft = next_draft(first, "material", en=SOURCE.replace("little", "less"))
    made = publishing.publish(draft=draft, actor=publisher(), now=timezone.now() - timedelta(days=45))
    copies.forget()
    return made


def _day(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "DATE_FORMAT")


def test_no_page_and_no_screen_names_a_day_that_went_by(client: Client) -> None:
    passed = _day(_overdue().effects.get().effective_at)
    notice = Template("{% load privacy_statement %}{% privacy_notice %}").render(Context())
    assert "The day is not certain yet." in notice
    staff = Client()
    staff.force_login(UserFactory(is_staff=True, is_superuser=True))
    pages = [client.get(f"/privacy/statement/{path}").content.decode() for path in ("", "1/", "2/", "1..2/")]
    pages += [staff.get(f"/admin/onvif_privacy_statement/{name}/").content.decode() for name in ("version", "notice")]
    assert [number for number, page in enumerate([notice, *pages]) if passed in page] == []
    assert "the day on which it takes effect is not certain yet" in pages[2]
    assert "not in force yet" in pages[0]


def test_letter_that_is_late_names_the_day_on_which_the_change_comes_now(settings: Any) -> None:
    settings.ONVIF_PRIVACY_BASE_URL = "https://www.example.com"
    version = _overdue()
    Subject.objects.for_user(UserFactory(email="ada@example.org"))
    run_due(names=("statement.notices",))
    planned, moved = version.effects.order_by("recorded_at")
    letter = f"{mail.outbox[0].subject} {mail.outbox[0].body}"
    assert _day(moved.effective_at) in letter
    assert _day(planned.effective_at) not in letter
