"""Every declared field can be handed out and can end, and nothing undeclared hangs on what is deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered
from onvif_privacy.core.registry import Field, Json, PersonalData, declare, delete, personal_data, temporarily
from onvif_privacy.core.registry.strategies import Delete
from onvif_privacy.rights.promises.clauses import RIGHTS
from onvif_privacy.rights.services import holdings
from onvif_privacy.rights.services.erasure import planning

DECLARED = Promise(
    "rights.declared", RIGHTS, _("Every declared field can be handed out and can end; nothing undeclared goes with it.")
)

declare(DECLARED)


def _problem(declaration: PersonalData, name: str, field: Field) -> str:
    column = holdings.model_of(declaration)._meta.get_field(name)
    if field.erase is None:
        return "" if declaration.row is not None else "declares no way to end"
    return field.erase.problem(column) or ""  # type: ignore[arg-type]


@check(DECLARED, kind=Kind.STATIC)
def fields_can_end(look: Look) -> Iterable[Finding]:
    """Ask each declared field how it ends, and each declared model what would be deleted with it."""
    for declaration in holdings.declared():
        for name, field in declaration.fields.items():
            look.seen()
            if isinstance(field, Json):
                if isinstance(field.rest.erase, Delete) or field.rest.erase is None:
                    continue
                field = field.rest
            if problem := _problem(declaration, name, field):
                yield Finding(f"{declaration.model}.{name}", problem)
    for outer, inner in planning.cascades():
        yield Finding(inner, f"is undeclared and would be deleted with {outer}")


ASKED = "onvif_privacy_rights.request"


def _with(**changes: object) -> PersonalData:
    found = personal_data.get(ASKED)
    values = {name: getattr(found, name) for name in found.__dataclass_fields__}
    return PersonalData(**{**values, **changes})


@fields_can_end.saboteur
@contextmanager
def field_without_an_end(plant: Plant) -> Iterator[str]:
    """Declare a field that never ends."""
    fields = {**personal_data.get(ASKED).fields, "language": Field("demographic", purposes=("operation",))}
    with temporarily(_with(fields=fields)):
        yield "onvif_privacy_rights.Request.language: declares no way to end"


@fields_can_end.saboteur
@contextmanager
def undeclared_related_model(plant: Plant) -> Iterator[str]:
    """Let rows be deleted with which others go that nobody declared."""
    with temporarily(_with(row=delete())), altered(planning, "_known", lambda model: False):
        yield "would be deleted with onvif_privacy_rights.Request"
