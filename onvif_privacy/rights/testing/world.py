"""Three people, A, B and C, with a row in every declared model of the site, and rows that two of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from onvif_privacy.core import subjects
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import PersonalData, personal_data
from onvif_privacy.core.testing import Canaries
from onvif_privacy.rights.services import holdings
from onvif_privacy.rights.testing.values import Planter, plain

PEOPLE = ("A", "B", "C")
OWN = "onvif_privacy"  # the house's own rows are made by its services, and proven by its own tests


class CannotBuild(AssertionError):
    """A smallest row of a model could not be made; name something that makes one in ``factories``."""


@dataclass
class World:
    """People with canaries. ``factories`` are called with the values of a row, by label, in place of the model."""

    factories: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    canaries: Canaries = field(default_factory=Canaries)
    people: dict[str, Subject] = field(default_factory=dict)
    unproven: set[str] = field(default_factory=set)
    rows: dict[tuple[str, str], Any] = field(default_factory=dict)
    _number: int = 0

    def build(self) -> World:
        """Make everybody and everything. Raises CannotBuild."""
        for who in PEOPLE:
            self.people[who] = subjects.for_user(self._user(who))
        for declaration in declared():
            model = holdings.model_of(declaration)
            if model is get_user_model():
                continue
            if self._is_closed(declaration):
                self.unproven.add(declaration.model)
                continue
            for who in PEOPLE:
                self.row(model, who)
            if len(declaration.subjects) > 1:
                self._shared(declaration)
        return self

    def _is_closed(self, declaration: PersonalData) -> bool:
        """Whether only a function of the site knows whose a row is, and nothing was named that makes one."""
        named = {label.lower() for label in self.factories}
        by_path = any(isinstance(path, str) for path in declaration.subjects.values())
        return not by_path and declaration.model.lower() not in named

    def words(self, who: str) -> dict[str, str]:
        """Return the canaries of one person, by name."""
        return {name: word for name, word in self.canaries.words.items() if name.startswith(f"{who} ")}

    def row(self, model: type[models.Model], who: str) -> Any:
        """Return the row of a model about a person in every role, made on first need."""
        key = (model._meta.label, who)
        if key not in self.rows:
            declaration = _declaration(model)
            roles = dict.fromkeys(declaration.subjects, who) if declaration else {}
            self.rows[key] = self._made(model, who, roles)
        return self.rows[key]

    def _user(self, who: str) -> Any:
        model = get_user_model()
        declaration = _declaration(model)
        roles = dict.fromkeys(declaration.subjects, who) if declaration else {}
        self.rows[model._meta.label, who] = found = self._made(model, who, roles)
        return found

    def _shared(self, declaration: PersonalData) -> None:
        """Make rows in which one role is A's and the others B's, and the other way round."""
        direct = [role for role, path in declaration.subjects.items() if isinstance(path, str) and "__" not in path]
        if len(direct) < 2:
            return
        for first, second in (("A", "B"), ("B", "A")):
            roles = {role: first if role == direct[0] else second for role in declaration.subjects}
            self._made(holdings.model_of(declaration), first, roles)

    def _made(self, model: type[models.Model], who: str, roles: Mapping[str, str]) -> Any:
        values = self._values(model, who, roles)
        make: Callable[..., Any] = self.factories.get(model._meta.label, model._base_manager.create)
        try:
            return make(**values)
        except Exception as error:
            raise CannotBuild(
                f"A smallest row of {model._meta.label} cannot be made ({type(error).__name__}: {error}). "
                f"Write factories = {{{model._meta.label!r}: …}}."
            ) from error

    def _values(self, model: type[models.Model], who: str, roles: Mapping[str, str]) -> dict[str, Any]:
        declaration, values = _declaration(model), dict[str, Any]()
        self._number += 1
        links = _links(declaration)
        for column in model._meta.concrete_fields:
            if column.auto_created or getattr(column, "auto_now", False) or getattr(column, "auto_now_add", False):
                continue
            if type(column).__name__ in ("IndexColumn", "RowKeyField", "StatementField"):
                continue
            if column.name in links:
                values[column.name] = self._link(column, links[column.name], roles[links[column.name]])
            elif declaration is not None and column.name in declaration.fields:
                values[column.name] = self._personal(declaration, column, roles, who)
            elif isinstance(column, models.ForeignKey):
                values[column.name] = None if column.null else self.row(column.related_model, who)
            else:
                values[column.name] = plain(column)
        return values

    def _personal(
        self, declaration: PersonalData, column: models.Field[Any, Any], roles: Mapping[str, str], who: str
    ) -> Any:
        one = declaration.fields[column.name]
        owner = roles.get(getattr(one, "of", "") or next(iter(roles), ""), who)
        return Planter(self.canaries, owner, self.unproven).canary(column, one, self._number)

    def _link(self, column: models.Field[Any, Any], role: str, who: str) -> Any:
        """Return what a column that leads to a person holds."""
        if isinstance(column, models.ForeignKey):
            if column.related_model is Subject:
                return self.people[who]
            return self.row(column.related_model, who)
        return self.people[who].pk  # a column of subject ids


def declared() -> list[PersonalData]:
    """Return what the site declares; the house's own models are left to the house."""
    return [one for one in holdings.declared() if not one.model.lower().startswith(OWN)]


def _declaration(model: type[models.Model]) -> PersonalData | None:
    label = model._meta.label_lower
    return personal_data.get(label) if label in personal_data else None


def _links(declaration: PersonalData | None) -> dict[str, str]:
    """Return the columns that lead to people, each with its role."""
    if declaration is None:
        return {}
    return {
        path.partition("__")[0]: role
        for role, path in declaration.subjects.items()
        if isinstance(path, str) and path != "self"
    }
