"""What ends when: counts by model, for staff and for the command. Nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import router
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from onvif_privacy.core.registry import After, PersonalData, purposes
from onvif_privacy.rights.models import RetentionRule
from onvif_privacy.rights.services import holdings, wording
from onvif_privacy.rights.services.retention import rules
from onvif_privacy.rights.services.retention.candidates import candidates, number, parts_of

HORIZONS: Final[tuple[tuple[str, int, str | LazyText], ...]] = (
    ("now", 0, gettext_lazy("now")),
    ("week", 7, gettext_lazy("within 7 days")),
    ("month", 30, gettext_lazy("within 30 days")),
    ("year", 365, gettext_lazy("within a year")),
)


@dataclass(frozen=True)
class Ending:
    """How the rows of one model end: the rule in words, its state, and how many rows have something end by when.

    ``counts`` are as the database can tell: where only the keep rule can (JSON, sealed dates, random values), they
    count rows that have ended already, too.
    """

    model: str
    label: str
    terms: tuple[str, ...]
    counts: dict[str, int]
    total: int
    rule: RetentionRule | None

    @property
    def waits(self) -> bool:
        """Whether nothing ends by it before somebody says yes."""
        return self.rule is not None and self.rule.waits


def _words(declaration: PersonalData, purpose: str) -> str:
    declared = purposes.get(purpose)
    term = declaration.terms.get(purpose)
    if declared.basis.asks:
        until = _("while the person agrees")
    elif term is None:
        until = _("until erased")
    elif isinstance(term, After):
        words = ngettext("%(days)d day after %(field)s", "%(days)d days after %(field)s", term.days)
        until = words % {"days": term.days, "field": term.field}
    else:
        until = _("as long as %(field)s exists") % {"field": term.field}
    return f"{declared.label}: {until}"


def _terms(declaration: PersonalData) -> tuple[str, ...]:
    parts = [part for one in declaration.fields.values() for part in parts_of(one)]
    named = dict.fromkeys(purpose for part in parts for purpose in part.purposes)
    words = [_words(declaration, purpose) for purpose in named]
    if any(part.purpose_column for part in parts):
        words.append(_("As each row says: while the person agrees"))
    return tuple(words)


def _count(declaration: PersonalData, at: datetime) -> int:
    rows = candidates(declaration, at=at)
    return 0 if rows is None else number(rows)


def endings(*, at: datetime) -> list[Ending]:
    """Return every model of which something ends by itself, by label; one query for each model and horizon."""
    known = {rule.model: rule for rule in rules.rows()}
    found = []
    for declaration in sorted(rules.with_an_end(), key=lambda one: one.model):
        counts = {name: _count(declaration, at + timedelta(days=days)) for name, days, _in_words in HORIZONS}
        model = holdings.model_of(declaration)
        total = model._base_manager.using(router.db_for_write(model)).count()
        rule = known.get(declaration.model.lower())
        label = wording.model_words(declaration.model)
        found.append(Ending(declaration.model, label, _terms(declaration), counts, total, rule))
    return found
