"""Regimes are data: shipped as drafts, loaded without touching what is there."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from onvif_privacy.core.registry.personal import DATA_CLASSES
from onvif_privacy.disclosures.models import Regime
from onvif_privacy.disclosures.services import regimes
from onvif_privacy.disclosures.services.clocks import Rule, due
from onvif_privacy.disclosures.services.regimes import BadRow

SHIPPED = regimes.SHIPPED.read_text("utf-8")


def changed(**fields: object) -> str:
    rows = json.loads(SHIPPED)
    rows[0]["fields"].update(fields)
    return json.dumps(rows)


def test_the_shipped_rows_are_those_of_the_design_and_can_be_counted_with() -> None:
    rows = {row.values["key"]: row for row in regimes.read(SHIPPED)}

    assert len(rows) == 15
    assert [key for key, row in rows.items() if row.values["lane"] == "emergency"] == [
        "eu_epoc_emergency",
        "us_edr",
        "exigent_policy",
    ]
    minimum = {"identity", "contact", "connection"}
    assert rows["us_edr"].ceiling == rows["exigent_policy"].ceiling == minimum
    assert "content" not in rows["us_civil"].ceiling
    assert rows["eu_epoc_pr"].ceiling == set()  # nothing leaves
    assert set().union(*(row.ceiling for row in rows.values())) == set(DATA_CLASSES) - {"credential"}
    for row in rows.values():
        rule = Rule(row.values["clock_kind"], row.values["clock_length"], row.values["clock_zone"])
        at = datetime(2026, 5, 1, tzinfo=UTC)
        assert (due(rule, start=at) is None) == (row.values["clock_kind"] in ("none", "on_paper"))


@pytest.mark.django_db
def test_loading_twice_changes_nothing_and_confirmed_rows_are_untouched() -> None:
    assert len(regimes.load()) == 15
    assert regimes.load() == []
    assert not [one for one in Regime.objects.all() if one.is_confirmed]

    (new,) = regimes.load(regimes.read(changed(clock_length=11)))
    assert (new.key, new.version, new.clock_length) == ("eu_epoc", 2, 11)
    assert new.supersedes is not None
    assert new.supersedes.clock_length == 10
    assert new.ceilings.count() == new.supersedes.ceilings.count()
    assert not new.is_confirmed
    # what was shipped before is known as the first version: nothing comes back
    assert regimes.load() == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1]",
        '[{"model": "auth.user", "fields": {}, "ceiling": []}]',
        changed(ground="d"),
        changed(lane="fast"),
        changed(clock_kind="weeks"),
        changed(notice_mode="never"),
        changed(key="us_warrant"),
        changed(price=5),
        SHIPPED.replace('"special:*"', '"credential"', 1),
        SHIPPED.replace('"special:*"', '"everything"', 1),
    ],
)
def test_what_is_no_regime_is_refused(text: str) -> None:
    with pytest.raises(BadRow):
        regimes.read(text)


def test_a_digest_follows_every_column() -> None:
    (first, *_rest) = regimes.read(SHIPPED)
    other = {name: (date(2000, 1, 1) if name == "source_read_on" else "other") for name in regimes.FIELDS}

    digests = {regimes.Row({**first.values, name: other[name]}, first.ceiling).digest for name in regimes.FIELDS}
    digests.add(regimes.Row(first.values, frozenset()).digest)
    assert len(digests | {first.digest}) == len(regimes.FIELDS) + 2
