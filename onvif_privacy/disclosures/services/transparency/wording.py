"""Names of the columns for people."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

_LABELS: Final[dict[str, str | LazyText]] = {
    "*": _("all"),
    "elsewhere": _("elsewhere"),
    "": "",
    "received": _("received"),
    "withdrawn": _("withdrawn"),
    "incomplete": _("incomplete"),
    "fraudulent": _("fraudulent"),
    "refused": _("refused"),
    "no_data": _("no data held"),
    "preserved": _("preserved only"),
    "disclosed": _("disclosed"),
    "pending_end": _("open at the end"),
    "accounts_disclosed": _("accounts disclosed"),
    "notified_before": _("told before"),
    "notified_after": _("told afterwards"),
    "notice_waiting": _("not told yet"),
    "notice_by_authority": _("told by the authority"),
    "notice_not_needed": _("telling not needed"),
}


def label(column: str) -> str | LazyText:
    """Return a column in words; its name where it has none."""
    return _LABELS.get(column, column)
