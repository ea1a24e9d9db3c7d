"""A host's own tests: plain Django, with a transactional one that flushes the database between its tests."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.test import TestCase, TransactionTestCase

from onvif_privacy.core import consent, subjects
from onvif_privacy.core.models import Decision
from onvif_privacy.core.registry import Basis, Purpose
from onvif_privacy.core.testing import guards, temporarily

NEWS = Purpose("news", label="N", text="N", basis=Basis.CONSENT, clause="use")


def decide() -> Decision:
    """Grant once."""
    subject = subjects.for_user(get_user_model().objects.create_user("ann"))
    notice = consent.notice(text="May we?", language="en", surface="bar")
    granted, method = consent.Outcome.GRANTED, consent.Method.CHOSEN
    return consent.decide(subject=subject, purpose="news", outcome=granted, method=method, key="k", notice=notice)


class Flushed(TransactionTestCase):
    """Each test finds an empty database, evidence or not."""

    def setUp(self) -> None:
        self.enterContext(temporarily(NEWS))
        assert Decision.objects.count() == 0

    def test_one(self) -> None:
        decide()

    def test_two(self) -> None:
        decide()

    def test_under_guards(self) -> None:
        with guards():
            decide()


class RolledBack(TestCase):
    """Each test is rolled back."""

    def setUp(self) -> None:
        self.enterContext(temporarily(NEWS))
        assert Decision.objects.count() == 0

    def test_one(self) -> None:
        decide()

    def test_two(self) -> None:
        decide()
