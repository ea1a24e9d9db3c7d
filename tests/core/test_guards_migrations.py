"""Guards survive migrations, and a lost one is named and comes back (C2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from onvif_privacy.core.registry import Guard, guards
from onvif_privacy.core.testing import temporarily
from tests.core.processes import empty_database, told
from tests.core.test_guards import labels

pytestmark = pytest.mark.django_db(transaction=True)


def altered_models() -> set[str]:
    """Return the models that the altering migration touches."""
    from importlib import import_module

    return {
        f"onvif_privacy.{name}"
        for name, _f, _n in import_module("tests.core.sites.altered.migrations.0001_initial").CHANGES
    }


def test_the_migration_of_the_test_alters_every_guarded_table() -> None:
    assert altered_models() == set(labels())


def test_guards_survive_altered_fields_and_a_lost_one_is_named_and_put_back(tmp_path: Path) -> None:
    with empty_database(tmp_path) as url:
        seen: dict[str, Any] = told(url, "tests.core.sites.altering", "tests.core.sites.guards_story")
    whole = {"present": seen["new"]["present"], "equal": True, "E011": 0, "lost": []}
    assert seen["vendor"] == connection.vendor
    assert seen["new"]["present"] >= 2 * len(labels())
    assert seen["new"] == seen["altered"] == seen["back"] == whole
    assert (seen["dropped"]["E011"], seen["dropped"]["lost"]) == (1, ["onvif_privacy_notice"])
    if connection.vendor == "postgresql":
        # A trigger that is switched off guards nothing.
        assert (seen["switched off"]["E011"], seen["switched off"]["lost"]) == (1, ["onvif_privacy_notice"])
        assert seen["switched on"] == whole
    assert "append-only" in seen["refusal"]
    assert seen["left"] == []


def test_the_text_of_a_guard_is_in_its_name_so_another_text_shows() -> None:
    from onvif_privacy.core.guards import expected

    with temporarily(Guard("onvif_privacy.Party", "when", condition="NEW.name = 'a'", name="one")):
        before = set(expected(connection))
    with temporarily(Guard("onvif_privacy.Party", "when", condition="NEW.name = 'b'", name="one")):
        after = set(expected(connection))
    assert len(before - after) == len(after - before) == 2
    assert all(len(name) <= 60 for name in before | after)
    assert "onvif_privacy.Party:when:one" not in guards
