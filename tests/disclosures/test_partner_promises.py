"""The promises about partners hold on a site in use, and each planted violation is caught."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from onvif_privacy.core.promises import Verdict, checks, look_at
from onvif_privacy.disclosures.partners.handing import hand_over
from tests.disclosures import partnership

OURS = [one for one in checks.all() if one.looker.__module__ == "onvif_privacy.disclosures.promises.partners"]


@pytest.fixture(autouse=True)
def _shop() -> Iterator[None]:
    with partnership.shop():
        yield


@pytest.mark.django_db
def test_a_site_in_use_keeps_its_promises() -> None:
    agreement = partnership.agreed(partnership.person("worker"), partnership.person("approver"))
    noon = datetime.combine(partnership.TODAY, datetime.min.time(), UTC)
    hand_over(partnership.asked(agreement, partnership.buyers(2)), now=noon)

    found = [look_at(check) for check in OURS]
    assert len(found) == 3
    assert [(one.verdict, one.error, one.findings) for one in found] == [(Verdict.KEPT, "", ())] * 3
