"""What is held, where, why and how long, and how well each field is kept from being read for something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from onvif_privacy.core.fields import EncryptedField
from onvif_privacy.core.personal import gaps
from onvif_privacy.core.registry import After, Exempt, Field, Json, PersonalData, exemptions, personal_data, purposes
from onvif_privacy.core.registry.strategies import Anonymise, Blank, Delete, Generalise, Keep, Strategy


class Grade(StrEnum):
    """How well a field is kept from being read without a purpose. Nothing but a sealed one is ever called gated."""

    SEALED = "sealed"
    WATCHED = "watched"
    UNWATCHED = "unwatched"

    @property
    def label(self) -> str | LazyText:
        """The grade in words."""
        return {
            Grade.SEALED: gettext_lazy("sealed"),
            Grade.WATCHED: gettext_lazy("watched"),
            Grade.UNWATCHED: gettext_lazy("unwatched"),
        }[self]


@dataclass(frozen=True)
class Use:
    """One purpose a field is kept for: its name, its legal basis, and how long it lives."""

    label: str
    basis: str
    term: str


@dataclass(frozen=True)
class DeclaredField:
    """One personal field, or one leaf of a JSON field, in words."""

    name: str
    data_class: str
    grade: Grade
    why_unwatched: str
    uses: tuple[Use, ...]
    end: str


@dataclass(frozen=True)
class DeclaredModel:
    """One declared model: its title, label, where it is declared, whose rows they are, and its fields."""

    title: str
    label: str
    place: str
    owners: tuple[tuple[str, str], ...]
    fields: tuple[DeclaredField, ...]

    @property
    def grades(self) -> list[tuple[Grade, int]]:
        """How many fields there are of each grade that occurs."""
        found = Counter(field.grade for field in self.fields)
        return [(grade, found[grade]) for grade in Grade if found[grade]]


@dataclass(frozen=True)
class Overview:
    """Everything declared, what is exempt and why, and what is in no declaration."""

    models: tuple[DeclaredModel, ...]
    exempt: tuple[Exempt, ...]
    missing: tuple[str, ...]

    @property
    def grades(self) -> list[tuple[Grade, int]]:
        """How many fields there are of each grade."""
        found = Counter(field.grade for model in self.models for field in model.fields)
        return [(grade, found[grade]) for grade in Grade]


def grade_of(model: type[Model], name: str, declared: Field | Json) -> Grade:
    """Return how well a declared field is kept from being read without a purpose."""
    try:
        column = model._meta.get_field(name)
    except FieldDoesNotExist:
        return Grade.UNWATCHED  # E022 says so
    if isinstance(column, EncryptedField):
        return Grade.SEALED
    watch = declared.watch if isinstance(declared, Field) else declared.rest.watch
    # The watch looks for columns in statements; the rows of a join table pass it by.
    return Grade.WATCHED if watch and not column.many_to_many else Grade.UNWATCHED


def _term(declaration: PersonalData, purpose: str) -> str:
    if purpose not in purposes:
        return ""
    if purposes.get(purpose).basis.asks:
        return _("while the person agrees")
    term = declaration.terms.get(purpose)
    if term is None:
        return _("until erased")
    if isinstance(term, After):
        words = ngettext("%(days)s day after %(field)s", "%(days)s days after %(field)s", term.days)
        return words % {"days": term.days, "field": term.field}
    return _("as long as %(field)s exists") % {"field": term.field}


def _end(strategy: Strategy | None) -> str:
    match strategy:
        case Keep():
            return _("kept for “%(purpose)s”, then %(end)s") % {
                "purpose": strategy.purpose,
                "end": _end(strategy.then),
            }
        case Blank():
            return _("emptied")
        case Anonymise():
            return _("replaced by a random value") if strategy.unique else _("replaced")
        case Generalise():
            return _("made less exact (%(level)s)") % {"level": strategy.level}
        case Delete():
            return _("deleted")
    return _("deleted with its row")


def _uses(declaration: PersonalData, field: Field) -> tuple[Use, ...]:
    found = []
    for slug in field.purposes:
        known = purposes.get(slug) if slug in purposes else None
        basis = str(known.basis.label) if known else ""
        found.append(Use(str(known.label) if known else slug, basis, _term(declaration, slug)))
    return tuple(found)


def _leaves(name: str, declared: Field | Json) -> Iterator[tuple[str, Field]]:
    if isinstance(declared, Field):
        yield name, declared
        return
    yield from ((f"{name}.{path}", leaf) for path, leaf in declared.leaves.items() if isinstance(leaf, Field))
    yield f"{name}.*", declared.rest


def _fields(declaration: PersonalData, model: type[Model]) -> Iterator[DeclaredField]:
    for name, whole in declaration.fields.items():
        grade = grade_of(model, name, whole)
        for leaf, field in _leaves(name, whole):
            yield DeclaredField(
                leaf,
                field.data_class,
                grade,
                field.because if grade is Grade.UNWATCHED else "",
                _uses(declaration, field),
                _end(field.erase),
            )


def _owners(paths: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((role, path if isinstance(path, str) else _("found by a function")) for role, path in paths.items())


def declared() -> Overview:
    """Return what the declarations say, in the active language. No query."""
    models = []
    for declaration in personal_data.all():
        try:
            model = apps.get_model(declaration.model)
        except (LookupError, ValueError):  # E022 says so
            continue
        models.append(
            DeclaredModel(
                str(model._meta.verbose_name_plural),
                declaration.model,
                personal_data.where(declaration.model.lower()),
                _owners(declaration.subjects),
                tuple(_fields(declaration, model)),
            )
        )
    missing = tuple(f"{gap.model}.{gap.field}" if gap.field else gap.model for gap in gaps())
    return Overview(tuple(models), exemptions.all(), missing)
