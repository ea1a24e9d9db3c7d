"""What was never done is said by two people, is true of the cases, and ends by its day or at one person's word."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from onvif_privacy.core.promises import Saboteur, Verdict, look_at
from onvif_privacy.core.testing.saboteurs import slipped
from onvif_privacy.disclosures.models import Case, Standing
from onvif_privacy.disclosures.promises.standing import standing_statements_are_true
from onvif_privacy.disclosures.services.transparency import standing
from onvif_privacy.disclosures.services.transparency.publishing import NotPublished
from tests.disclosures.factories import House, age_key
from tests.disclosures.test_duties import ada
from tests.disclosures.test_partner_admin import client, pressed
from tests.disclosures.test_reports import somebody
from tests.disclosures.test_rules import refused

PAGE = "/privacy/disclosures/transparency/"
NUMBER = count()
ADMIN = "admin:onvif_privacy_disclosures_standing"


def days(number: int) -> date:
    return timezone.now().date() + timedelta(days=number)


def said(claim: str = "nothing", **changes: Any) -> Standing:
    """A statement that two people have said."""
    values = {"as_of": days(-1), "expires_on": days(90), **changes}
    row = standing.say(claim=claim, actor=somebody(f"sayer {next(NUMBER)}", "publish_report"), **values)
    standing.confirm(row, actor=somebody(f"second {next(NUMBER)}", "officer_disclosure"))
    return row


def test_a_statement_is_public_by_two_and_off_by_one(settings: Settings, db: None) -> None:
    settings.ONVIF_PRIVACY_STRENGTH = "tests.disclosures.test_partner_admin.sure"
    drafter = somebody("drafter", "publish_report", "approve_disclosure")
    browser, other = client(drafter), client(somebody("approver", "approve_disclosure"))
    dates = {"as_of": days(0).isoformat(), "expires_on": days(30).isoformat()}
    late = {**dates, "expires_on": days(400).isoformat()}
    assert other.get(reverse(f"{ADMIN}_add")).status_code == 403
    assert "within a year" in pressed(browser, reverse(f"{ADMIN}_add"), claim="content", **late)
    assert "Done." in pressed(browser, reverse(f"{ADMIN}_add"), claim="content", **dates)
    row, public = Standing.objects.get(), Client()
    assert "content of anybody" not in public.get(PAGE).content.decode()
    assert "another person" in pressed(browser, reverse(f"{ADMIN}_step", args=[row.pk, "confirm"]))
    assert "Done." in pressed(other, reverse(f"{ADMIN}_step", args=[row.pk, "confirm"]))
    shown = public.get(PAGE).content.decode()
    assert "content of anybody" in shown
    assert f"As of {days(0)}" in shown
    assert "Done." in pressed(browser, reverse(f"{ADMIN}_step", args=[row.pk, "withdraw"]))
    assert "content of anybody" not in public.get(PAGE).content.decode()
    assert browser.get(reverse(f"{ADMIN}_changelist")).status_code == 200


def test_what_is_over_is_shown_no_longer_and_its_check_asks_for_it(db: None) -> None:
    row = said(as_of=days(-30), expires_on=days(1))
    assert standing.shown(days(0)) == [row]
    assert look_at(standing_statements_are_true).verdict == Verdict.KEPT
    assert standing.shown(days(1)) == []
    assert standing.expired(days(1)) == [row]
    over = said("content", as_of=days(-30), expires_on=days(0))
    assert look_at(standing_statements_are_true).verdict == Verdict.BROKEN
    page = Client().get(PAGE).content
    assert b"data of anybody" in page
    assert b"content of anybody" not in page
    standing.withdraw(over, actor=somebody("boss", "approve_disclosure"))
    assert look_at(standing_statements_are_true).verdict == Verdict.KEPT


def test_each_statement_is_asked_of_the_cases(house: House) -> None:
    rows = {claim: said(claim) for claim in Standing.Claim.values}
    house.key, _secret = age_key(house.authority)
    person = ada()
    case = house.handed_over(house.approved([person], ground="b")).hand_over.case
    untrue = {claim for claim in rows if not standing.is_true(claim)}
    assert untrue == {"nothing", "own_rights"}
    assert look_at(standing_statements_are_true).verdict == Verdict.BROKEN
    with pytest.raises(NotPublished, match="cases say otherwise"):
        said("nothing", as_of=days(0))
    Case.objects.filter(pk=case.pk).update(is_drill=True)
    assert all(standing.is_true(claim) for claim in rows)


def test_the_database_takes_no_statement_of_one_person(house: House) -> None:
    row = said()
    now, one = timezone.now(), row.said_by
    values = {"claim": "many", "as_of": days(0), "said_by": one, "said_at": now}
    wrong: list[Any] = [
        lambda: Standing.objects.create(expires_on=days(5), confirmed_by=one, confirmed_at=now, **values),
        lambda: Standing.objects.create(expires_on=days(5), confirmed_by=house.officer, confirmed_at=now, **values),
        lambda: Standing.objects.create(expires_on=days(500), **values),
        lambda: Standing.objects.create(expires_on=days(0), **values),
        lambda: Standing.objects.filter(pk=row.pk).update(claim="content"),
        lambda: Standing.objects.filter(pk=row.pk).update(confirmed_by=house.officer),
        lambda: Standing.objects.filter(pk=row.pk).delete(),
    ]
    assert [place for place, act in enumerate(wrong) if not refused(act)] == []
    with pytest.raises(PermissionDenied):
        standing.say(claim="many", as_of=days(0), expires_on=days(5), actor=house.worker)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("saboteur", standing_statements_are_true.saboteurs, ids=lambda one: one.name)
def test_each_planted_statement_is_caught(saboteur: Saboteur) -> None:
    assert slipped(standing_statements_are_true, saboteur) == ""
