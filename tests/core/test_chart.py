"""``{% privacy_chart %}``: bars for the eye, a table for everyone."""

from __future__ import annotations

import re

from django.template import Context, Template


def chart(series: list[tuple[str, int | None]]) -> str:
    page = Template("{% load privacy_core %}{% privacy_chart series title='Visits' %}")
    return page.render(Context({"series": series}))


def test_each_number_has_a_bar_of_its_height_and_a_row() -> None:
    html = chart([("Monday", 10), ("Tuesday", 40), ("Wednesday", 0)])
    assert re.findall(r'<rect [^>]*height="([\d.]+)"', html) == ["42.5", "170.0", "0.0"]
    assert re.findall(r'<th scope="row">(\w+)</th><td>(\d+)</td>', html) == [
        ("Monday", "10"),
        ("Tuesday", "40"),
        ("Wednesday", "0"),
    ]
    assert "In all</th><td>50</td>" in html


def test_long_series_labels_some_bars_and_lists_every_row() -> None:
    html = chart([(f"day {number}", number) for number in range(60)])
    assert html.count("<rect ") == 60
    assert html.count('font-size="12"') - 1 == 8
    assert html.count('<th scope="row">day ') == 60


def test_no_numbers_is_said_in_words() -> None:
    assert "Nothing to show yet." in chart([])
    assert "<svg" not in chart([])


def test_a_hidden_number_has_no_bar_and_no_sum_gives_it_away() -> None:
    html = chart([("Monday", 30), ("Tuesday", None), ("Wednesday", None)])
    assert html.count("<rect ") == 1
    assert html.count("<td>not shown</td>") == 2
    assert "fewer than 10 people" in html
    assert "In all" not in html


def test_hostile_label_stays_text() -> None:
    html = chart([("<script>alert(1)</script>", 1)])
    assert "<script" not in html
