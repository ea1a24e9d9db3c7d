"""Template library ``privacy_popularity``: a part of the report that stands in hundreds of lines."""

from __future__ import annotations

from django import template
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from onvif_privacy.visits.services.reports.shapes import Compared

register = template.Library()


@register.simple_tag
def change(line: Compared, before: int) -> SafeString:
    """Say how a number has changed; ``before`` are all visits of the period before: without any, nothing is new."""
    percent = line.change_percent
    if percent is None:
        is_new = line.visits and before
        return format_html('<span class="popularity-change">{}</span>', _("new")) if is_new else mark_safe("")
    title = _("%(before)s in the period before") % {"before": localize(line.before)}
    more = "+" if percent > 0 else ""
    return format_html('<span class="popularity-change" title="{}">{}{} %</span>', title, more, localize(percent))
