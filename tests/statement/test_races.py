"""Two people press the same button at the same moment, on the database of this run."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connection

from onvif_privacy.statement.models import Draft, Version
from onvif_privacy.statement.services import publishing
from onvif_privacy.statement.services.publishing import Refused
from tests.statement.factories import SOURCE, next_draft, published, publisher

pytestmark = pytest.mark.django_db(transaction=True)


def test_draft_published_twice_at_once_becomes_one_version() -> None:
    for round_ in range(2):
        last = Version.objects.order_by("-number").first() or published()
        draft = next_draft(last, en=SOURCE.replace("little", f"little {round_}"))
        barrier = Barrier(4)

        def press(person: User, pk: object = draft.pk, barrier: Barrier = barrier) -> bool:
            try:
                mine = Draft.objects.get(pk=pk)
                barrier.wait(timeout=20)
                publishing.publish(draft=mine, actor=person)
            except Refused:
                return False
            finally:
                connection.close()
            return True

        people = [publisher() for _person in range(4)]
        with ThreadPoolExecutor(4) as pool:
            outcomes = list(pool.map(press, people))
        assert outcomes.count(True) == 1
        assert list(Version.objects.order_by("number").values_list("number", flat=True)) == list(range(1, round_ + 3))
