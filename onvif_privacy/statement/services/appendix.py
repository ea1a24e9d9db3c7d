"""What stands below the statement and is read from the running software: legal bases, and what visits record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db.models import ForeignKey, Model
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.registry import Basis, Purpose, purposes

BASES: dict[Basis, LazyText] = {
    Basis.CONSENT: _("your consent"),
    Basis.EXPLICIT_CONSENT: _("your explicit consent"),
    Basis.CONTRACT: _("a contract with you"),
    Basis.LEGAL_OBLIGATION: _("a legal obligation"),
    Basis.VITAL_INTERESTS: _("vital interests of a person"),
    Basis.PUBLIC_TASK: _("a task in the public interest"),
    Basis.LEGITIMATE_INTERESTS: _("a legitimate interest"),
}
VISIT = ("onvif_privacy_visits", "Visit")  # by label, since no room imports another


@dataclass(frozen=True)
class Ground:
    """One purpose with the words for its legal basis."""

    purpose: Purpose
    basis: LazyText


def legal_bases() -> list[Ground]:
    """Return every purpose that the code declares and has not retired; those that wait for a consent come last."""
    grounds = [Ground(purpose, BASES[purpose.basis]) for purpose in purposes.all() if not purpose.retired]
    return sorted(grounds, key=lambda ground: ground.purpose.basis.asks)


def recorded() -> list[tuple[str, str]]:
    """Return name and explanation of every column of a recorded visit, read from the model itself.

    So the list on the page cannot fall behind the table. Columns of the dictionaries that a visit refers to are
    listed in its place. Empty where `visits` is not installed.
    """
    if not apps.is_installed("onvif_privacy.visits"):
        return []
    return list(_columns(apps.get_model(*VISIT)))


def _columns(model: type[Model]) -> Iterator[tuple[str, str]]:
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey):
            yield from _columns(field.related_model)
        elif not field.primary_key and field.editable:  # keys and fingerprints say nothing about a visit
            yield str(field.verbose_name), str(field.help_text)
