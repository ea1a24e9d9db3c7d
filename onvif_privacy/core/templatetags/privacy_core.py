"""Template library ``privacy_core``: charts, the links every visitor needs, and what our own base template asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string, select_template
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe

from onvif_privacy.core.conf import conf
from onvif_privacy.core.desk import Desk, desk
from onvif_privacy.core.registry import footer_links, needed
from onvif_privacy.core.views.messages import SESSION_KEY as MESSAGES

register = template.Library()

# SVG user units; bars stand on the base and reach up to the top line
CHART_WIDTH, CHART_HEIGHT, CHART_BASE, CHART_TOP = 720, 220, 190, 20


@register.simple_tag
def privacy_organisation() -> str:
    """Print the name of the organisation that answers for the data."""
    return conf.ORGANISATION


@register.simple_tag(takes_context=True)
def privacy_top(context: template.Context) -> SafeString:
    """Print what each installed room puts directly after ``<body>``: its template ``onvif_privacy/<room>/top.html``."""
    rooms = [app.name.rpartition(".")[2] for app in apps.get_app_configs() if app.name.startswith("onvif_privacy.")]
    names = [f"onvif_privacy/{room}/top.html" for room in rooms]
    parts = []
    for name in names:
        try:
            found = select_template([name])
        except template.TemplateDoesNotExist:
            continue
        parts.append(found.render(context.flatten(), context.get("request")))
    return mark_safe("".join(parts))  # noqa: S308 - rendered, so escaped, templates


@register.simple_tag(takes_context=True)
def privacy_messages(context: template.Context) -> SafeString | str:
    """Print a banner while messages wait for the person who is signed in; nothing for everybody else, without a query.

    What waits is looked for when somebody signs in and kept in their session, which is not touched for visitors.
    """
    request: HttpRequest | None = context.get("request")
    if request is None or settings.SESSION_COOKIE_NAME not in request.COOKIES or not hasattr(request, "session"):
        return ""
    number = request.session.get(MESSAGES)
    if not number or not needed("tell"):
        return ""
    words = {"number": number, "address": reverse("onvif_privacy:messages")}
    return render_to_string("onvif_privacy/messages_banner.html", words)


@dataclass(frozen=True)
class Bar:
    """One bar in SVG user units, with what it stands for."""

    label: str
    value: int | None
    x: float
    y: float
    width: float
    height: float
    show_label: bool


def bars(rows: Sequence[tuple[str, int | None]], top: int) -> list[Bar]:
    """Lay out a bar for each ``(label, number)``; every label is in the table, at most eight stand under the bars.

    A hidden number (None) has no bar: its place is empty, which is not the same as a bar of height 0.
    """
    slot = CHART_WIDTH / max(len(rows), 1)
    every = max(1, -(-len(rows) // 8))
    found = []
    for index, (label, value) in enumerate(rows):
        height = round((value or 0) / max(top, 1) * (CHART_BASE - CHART_TOP), 2)
        x = round(index * slot + slot * 0.1, 2)
        found.append(Bar(label, value, x, CHART_BASE - height, round(slot * 0.8, 2), height, index % every == 0))
    return found


@register.inclusion_tag("onvif_privacy/chart.html")
def privacy_chart(
    series: Iterable[tuple[str, int | None]], title: str, label: str = "", unit: str = ""
) -> dict[str, Any]:
    """Draw ``(label, number)`` pairs as SVG from the server, with the same numbers in a table beside it.

    None is a number that `counts.protect` hides: the table says so, and no sum is shown from which it would follow.
    """
    rows = [(str(name), None if value is None else int(value)) for name, value in series]
    shown = [value for _name, value in rows if value is not None]
    top = max(shown, default=0)
    return {
        "title": title,
        "label": label,
        "unit": unit,
        "rows": rows,
        "bars": bars(rows, top),
        "top": top,
        "total": sum(shown),
        "hidden": len(rows) - len(shown),
        "k": conf.K,
        "width": CHART_WIDTH,
        "height": CHART_HEIGHT,
        "base": CHART_BASE,
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


@register.simple_tag
def privacy_desk(request: HttpRequest) -> Desk:
    """Give what waits for the signed-in member of staff; used by the admin page of the kernel."""
    return desk(request)
