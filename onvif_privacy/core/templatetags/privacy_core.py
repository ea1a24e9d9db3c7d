"""Template library ``privacy_core``: charts and the links every visitor needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from onvif_privacy.core.registry import footer_links

register = template.Library()

WIDTH, HEIGHT, BASE = 720, 220, 190


@dataclass(frozen=True)
class Bar:
    """One bar in SVG user units, with what it stands for."""

    label: str
    value: int
    x: float
    y: float
    width: float
    height: float
    show_label: bool


def bars(series: Sequence[tuple[str, int]]) -> list[Bar]:
    """Lay out a bar chart of ``(label, number)`` pairs; every label is in the table, some under the bars."""
    top = max((value for _label, value in series), default=0) or 1
    slot = WIDTH / max(len(series), 1)
    every = max(1, -(-len(series) // 8))
    return [
        Bar(
            label=str(label),
            value=value,
            x=round(index * slot + slot * 0.1, 2),
            y=round(BASE - value / top * (BASE - 20), 2),
            width=round(slot * 0.8, 2),
            height=round(value / top * (BASE - 20), 2),
            show_label=index % every == 0,
        )
        for index, (label, value) in enumerate(series)
    ]


@register.inclusion_tag("onvif_privacy/chart.html")
def privacy_chart(series: Iterable[tuple[str, int]], title: str, label: str = "", unit: str = "") -> dict[str, Any]:
    """Draw ``(label, number)`` pairs as SVG from the server, with the same numbers in a table beside it."""
    rows = [(str(name), int(value)) for name, value in series]
    return {
        "title": title,
        "label": label,
        "unit": unit,
        "bars": bars(rows),
        "rows": rows,
        "top": max((value for _name, value in rows), default=0),
        "total": sum(value for _name, value in rows),
        "width": WIDTH,
        "height": HEIGHT,
        "base": BASE,
    }


@register.inclusion_tag("onvif_privacy/footer.html")
def privacy_footer() -> dict[str, Any]:
    """Print every link a visitor needs: statement, cookie settings and whatever other rooms declare."""
    links = []
    for link in sorted(footer_links.all(), key=lambda one: (one.order, one.slug)):
        try:
            links.append({"label": link.label, "url": reverse(link.url_name), "attributes": dict(link.attributes)})
        except NoReverseMatch:
            continue
    return {"links": links}
