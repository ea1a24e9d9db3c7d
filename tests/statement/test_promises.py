"""A published statement keeps what this room promises, also after its second version; before that nothing is proven."""

from __future__ import annotations

import pytest

from onvif_privacy.core.promises import Check, Verdict, checks, look_at
from onvif_privacy.statement.services import publishing
from tests.statement.factories import next_draft, published, publisher

OURS = [one for one in checks.all() if one.looker.__module__.startswith("onvif_privacy.statement.")]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("check", OURS, ids=lambda check: check.name)
def test_published_statement_keeps_its_promises(check: Check) -> None:
    publishing.publish(draft=next_draft(published()), actor=publisher())
    looked = look_at(check)
    assert (looked.verdict, looked.error, looked.findings) == (Verdict.KEPT, "", ())


@pytest.mark.parametrize("check", [one for one in OURS if "linked" not in one.name], ids=lambda check: check.name)
def test_nothing_is_claimed_before_the_first_publishing(check: Check) -> None:
    assert look_at(check).verdict is Verdict.UNPROVEN


@pytest.mark.urls("tests.statement.empty_urls")
def test_statement_without_an_address_breaks_the_promise() -> None:
    check = next(one for one in OURS if "linked" in one.name)
    assert look_at(check).verdict is Verdict.BROKEN
