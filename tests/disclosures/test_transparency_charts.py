"""Charts say what was published and no more: numbers, ranges and hidden places are told apart without colour."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.disclosures.services.transparency.drawing import ROOM, drawn
from tests.disclosures.test_reports import cases, crew, published  # noqa: F401 - a fixture

CELLS = st.one_of(
    st.integers(0, 10**6).map(str),
    st.integers(0, 400).map(lambda low: f"{low}-{low + 249}"),
    st.just("hidden"),
)


@given(st.lists(CELLS, max_size=12))
def test_a_bar_is_as_long_as_what_was_published_and_never_longer_than_its_room(cells: list[str]) -> None:
    drawing = drawn([(f"row {number}", cell) for number, cell in enumerate(cells)])
    assert [bar.words.replace("–", "-") for bar in drawing.bars] == cells
    top = max((int(one) for cell in cells for one in re.findall(r"\d+", cell)), default=0) or 1
    for bar, cell in zip(drawing.bars, cells, strict=True):
        assert 0 <= bar.low <= ROOM
        assert 0 <= bar.high <= ROOM
        ends = [int(one) for one in re.findall(r"\d+", cell)]
        if bar.kind == "hidden":
            assert (bar.low, bar.high, ends) == (0, ROOM / 8, [])  # the same for all
        else:
            assert abs(bar.low - ends[0] / top * ROOM) < 0.01
            assert abs(bar.high - ends[-1] / top * ROOM) < 0.01
        assert (bar.range > 0) == (bar.kind in ("band", "hidden"))


@pytest.mark.django_db
def test_a_banded_regime_is_hatched_from_end_to_end_and_its_number_is_nowhere(crew: object, client: Client) -> None:  # noqa: F811
    cases(30)
    cases(137, regime="us_nsl")
    published("2025-H1", crew)  # type: ignore[arg-type]
    page = client.get(reverse("onvif_privacy_disclosures:transparency")).content.decode()
    assert re.search(r'<rect x="0\.0" y="18" width="240\.0" height="14" fill="url\(#hatch-2025-H1-regimes\)"', page)
    assert "0–249" in page
    assert "137" not in page
    assert "167" not in page  # nor with the others
    assert page.count('role="img"') == 3
    assert re.search(r'aria-label="Demands received, by regime: [^"]*national security letter 0–249', page)
