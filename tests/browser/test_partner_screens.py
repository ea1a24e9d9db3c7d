"""Partners and reports for staff, and what a person reads of both: on a telephone and on a desk; axe is silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings
from django.utils import timezone

from onvif_privacy.core import subjects
from onvif_privacy.core.models import Subject
from onvif_privacy.disclosures.models import Agreement, DisclosureRecord, PartnerHandOver, Recall, ReportRelease
from onvif_privacy.disclosures.partners import handing, recalling, registering
from onvif_privacy.disclosures.services.transparency import publishing
from tests.browser.test_accessible import violations
from tests.browser.test_disclosures import DJANGO_S_OWN, TOO_WIDE, shot
from tests.browser.visitor import STAFF_WIDTHS, Visitor
from tests.core.factories import UserFactory
from tests.core.orders import order
from tests.disclosures import partnership
from tests.disclosures.factories import House, age_key, member, regime
from tests.disclosures.test_reports import cases

ADMIN = "/admin/onvif_privacy_disclosures"
SURE = {
    "ROOT_URLCONF": "tests.browser.host.staff_urls",
    "ONVIF_PRIVACY_STRENGTH": "tests.disclosures.test_partner_admin.sure",
}


@pytest.fixture
def crew(transactional_db: None) -> Iterator[tuple[Any, Any, Subject]]:
    """One who works, one who approves, and a customer of whom a partner and an authority got data."""
    with ExitStack() as stack:
        stack.enter_context(partnership.shop())
        stack.enter_context(override_settings(**SURE))
        worker, approver = partnership.person("worker"), partnership.person("officer")
        worker.is_superuser = True  # whoever works on partners also drafts reports here
        worker.save()
        ada = subjects.for_user(UserFactory(username="ada", email="ada@example.org", last_name="Lovelace"))
        order(owner=ada, email="ada@example.org", name="Ada")
        now = timezone.now()
        today = now.date()
        dates = {"valid_from": today - timedelta(days=60), "valid_until": today + timedelta(days=300)}
        agreement = partnership.agreed(worker, approver, announced=today - timedelta(days=20), **dates)
        for number in range(2):
            handing.hand_over(partnership.asked(agreement, [ada], key=str(number)), now=now)
        partnership.drafted(worker, slug="lettershop", service="messages", **dates)
        waiting = partnership.drafted(worker, slug="hotline", service="support", **dates)
        registering.submit(waiting, actor=worker)
        ended = partnership.agreed(worker, approver, slug="old", announced=today - timedelta(days=20), **dates)
        handing.hand_over(partnership.asked(ended, [ada], key="old"), now=now)
        recalling.end(ended, actor=worker, today=today)
        cases(30)
        publishing.draft("2025-H1", actor=worker)
        yield worker, approver, ada


@pytest.fixture
def bring(crew: Any, visit: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """Bring somebody to the site."""

    def brought(who: Any, **options: Any) -> Visitor:
        client, visitor = Client(), visit(**options)
        client.force_login(who)
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": visitor.site}
        visitor.context.add_cookies([cookie])
        return visitor

    return brought


def screens() -> dict[str, str]:
    """Every screen by its name."""
    found = {name: f"{ADMIN}/{name}/" for name in ("agreement", "partnerhandover", "recall", "reportrelease")}
    found["agreement-add"] = f"{ADMIN}/agreement/add/"
    for one in Agreement.objects.all():
        found[f"agreement-{one.state}"] = f"{ADMIN}/agreement/{one.pk}/change/"
        if one.state == "submitted":
            found["agreement-approve"] = f"{ADMIN}/agreement/{one.pk}/step/approve/"
        if one.state == "draft":
            found["agreement-submit"] = f"{ADMIN}/agreement/{one.pk}/step/submit/"
    made, recall, report = PartnerHandOver.objects.all()[0], Recall.objects.get(), ReportRelease.objects.get()
    found["partnerhandover-one"] = f"{ADMIN}/partnerhandover/{made.pk}/change/"
    found["recall-one"] = f"{ADMIN}/recall/{recall.pk}/change/"
    found["recall-receipt"] = f"{ADMIN}/recall/{recall.pk}/receipt/"
    found["report-one"] = f"{ADMIN}/reportrelease/{report.pk}/change/"
    found["report-draft"] = f"{ADMIN}/reportrelease/draft/"
    return found


@STAFF_WIDTHS
def test_every_screen_of_partners_and_reports_is_plain(crew: Any, bring: Callable[..., Visitor], width: int) -> None:
    worker, approver, _ada = crew
    wrong = {}
    for who, only in ((worker, ""), (approver, "agreement-approve")):
        visitor = bring(who, width=width)
        visitor.expect(
            "TrustedHTML", "is not defined", "$ is not", "reading 'fn'", "inline style"
        )  # the admin's jQuery
        for name, address in screens().items():
            if only and name != only:
                continue
            visitor.go(address)
            shot(visitor, f"partner-{name}-{width}")
            found = [one for one in violations(visitor) if one[0] not in DJANGO_S_OWN]
            if found or visitor.page.evaluate(TOO_WIDE) > 0:
                wrong[name] = found or visitor.page.evaluate(TOO_WIDE)
    assert wrong == {}


@STAFF_WIDTHS
def test_a_person_reads_whom_their_data_went_to(crew: Any, bring: Callable[..., Visitor], width: int) -> None:
    _worker, _approver, ada = crew
    house = House(
        regime=regime("subpoena"),
        worker=member("work", name="wanda"),
        approver=member("approve", "officer", name="anton"),
    )
    house.key, _secret = age_key(house.authority)
    house.handed_over(house.approved([ada]))
    DisclosureRecord.objects.update(visible_from=timezone.now().date())
    visitor = bring(ada.user, width=width)
    visitor.go("/privacy/me/")
    shot(visitor, f"me-{width}")
    assert visitor.page.get_by_text("Post Ltd").count() == 1
    assert violations(visitor) == []
    assert visitor.page.evaluate(TOO_WIDE) <= 0
