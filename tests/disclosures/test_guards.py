"""The database holds the rules: what no service would do is refused to everybody who writes to the tables."""

from __future__ import annotations

import pytest
from django.db import connection

from onvif_privacy.core import testing
from onvif_privacy.core.guards import expected, present
from onvif_privacy.disclosures.models.guards import APP


@pytest.mark.django_db(transaction=True)
def test_every_guard_of_the_room_can_be_created_on_this_engine() -> None:
    with testing.guards():
        mine = {name for name, trigger in expected(connection).items() if trigger.table.startswith(APP)}
        assert mine <= set(present(connection))
        assert len(mine) > 60
