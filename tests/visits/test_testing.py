"""The test kit: what a host's own tests use."""

from __future__ import annotations

import pytest
from django.test import Client, TestCase, TransactionTestCase, override_settings

from onvif_privacy.visits.models import PageDay
from onvif_privacy.visits.services.recorder import recorder
from onvif_privacy.visits.testing import inline
from tests.visits.factories import CHROME


class Visiting:
    """One page visit inside the block, one outside."""

    client_class = Client

    @override_settings(ROOT_URLCONF="tests.visits.urls")
    def test_visits_inside_the_block_are_stored_at_once(self) -> None:
        client = Client(headers={"user-agent": CHROME})
        client.get("/", secure=True)
        assert not PageDay.objects.exists()
        with inline():
            client.get("/", secure=True)
            assert PageDay.objects.get().visits == 1
        client.get("/", secure=True)
        assert PageDay.objects.get().visits == 1
        assert recorder.thread is None

    def test_again_after_the_tables_were_emptied(self) -> None:
        self.test_visits_inside_the_block_are_stored_at_once()


class TestInTestCase(Visiting, TestCase):
    pass


class TestInTransactionTestCase(Visiting, TransactionTestCase):
    pass


@pytest.mark.django_db
def test_block_may_be_entered_twice() -> None:
    with inline(), inline():
        pass
