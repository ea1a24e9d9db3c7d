"""Checks of encrypted fields that Django's own per-model checks cannot make, and of checks without a saboteur."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import FieldDoesNotExist
from django.db import connections, router
from django.db.models import Model

from onvif_privacy.core.fields import EncryptedField, encrypted_fields
from onvif_privacy.core.promises.shapes import without_saboteur

LABEL = "onvif_privacy"
OUTGROWN = 4  # eight candidates a search, where two are planned


def _searched(model: type[Model], path: str) -> EncryptedField | None:
    """Return the encrypted field that a path of ``search_fields`` or ``ordering`` leads to."""
    current: type[Model] = model
    for name in path.lstrip("-^=@").split("__"):
        try:
            field = current._meta.get_field(name)
        except FieldDoesNotExist:  # a look-up, or Django's to report
            return None
        if isinstance(field, EncryptedField):
            return field
        if not isinstance(related := field.related_model, type):
            return None
        current = related
    return None


def _admin_paths() -> Iterator[tuple[str, type[Model], str]]:
    from django.contrib.admin.sites import all_sites

    for site in all_sites:
        for model, screen in site._registry.items():
            for option in ("search_fields", "ordering"):
                for path in getattr(screen, option) or ():
                    if isinstance(path, str):
                        yield f"{type(screen).__name__}.{option}", model, path


@register()
def encrypted_fields_are_not_searched(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E041: an encrypted field is unique, or stands in an ordering or in the search fields of an admin screen."""
    if not apps.is_installed("django.contrib.admin"):
        return []
    return [
        Error(
            f"{place} names {field.label}, which is encrypted.",
            hint="Take it out. gate.find() finds rows by a field with a blind index.",
            id=f"{LABEL}.E041",
        )
        for place, model, path in _admin_paths()
        if (field := _searched(model, path))
    ]


@register(Tags.database)
def blind_indexes_fit_their_tables(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> Sequence[CheckMessage]:
    """W042: a table has outgrown the plan of its blind index, so each search opens too many candidates."""
    found: list[CheckMessage] = []
    for model in apps.get_models():
        using = router.db_for_read(model)
        indexed = [field for field in encrypted_fields(model) if field.index and field.model is model]
        if not indexed or using not in (databases or []):
            continue
        if model._meta.db_table not in connections[using].introspection.table_names():
            continue
        rows = model._base_manager.using(using).count()
        for field in indexed:
            plan = field.index.rows if field.index else rows
            if rows > OUTGROWN * plan:
                hint = f"Write BlindIndex(rows={2 * rows}, before={plan}), migrate, and let job rewrap finish."
                # No error: the site works on, tables grow by themselves, and an error would stop the next migrate.
                text = f"{field.label} is indexed for {plan} rows and has {rows}."
                found.append(Warning(text, hint=hint, id=f"{LABEL}.W042"))
    return found


@register()
def checks_have_saboteurs(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E043: a check of a promise has no saboteur, so nobody can see it fail, and it is not run."""
    return [
        Error(
            f"The check {check.name} ({check.looker.__module__}) has no saboteur.",
            hint=f"Plant what it must catch, in a context manager below @{check.looker.__name__}.saboteur.",
            id=f"{LABEL}.E043",
        )
        for check in without_saboteur()
    ]
