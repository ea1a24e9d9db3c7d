"""System checks of this room; one function and one id each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from django.apps import apps
from django.apps.config import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.urls import get_resolver

from onvif_privacy.core.fields import EncryptedField
from onvif_privacy.core.registry import Field, Json, personal_data, purposes
from onvif_privacy.people.doors import BUILT_IN, MOST_DIMENSIONS, DemographicTable, demographic_tables, dimensions
from onvif_privacy.people.forms import PersonFields
from onvif_privacy.people.services.devices import MIDDLEWARE, switched_on

LABEL = "onvif_privacy_people"
_WHERE = {"email": "ContactPoint", "phone": "ContactPoint"}


def person_forms() -> Iterator[type[PersonFields]]:
    """Yield every form that asks people for something, once what the site's addresses lead to is imported."""
    import_module(settings.ROOT_URLCONF)
    waiting, seen = list(PersonFields.__subclasses__()), set()
    while waiting:
        form = waiting.pop()
        if form not in seen:
            seen.add(form)
            waiting += form.__subclasses__()
            yield form


def _declared_for(name: str, model: str = "") -> tuple[str, ...]:
    declaration = personal_data.get(f"{LABEL}.{(model or _WHERE.get(name, 'Profile')).lower()}")
    found = declaration.fields.get(name)
    return tuple(getattr(found, "purposes", ()))


def unlisted(form: type[PersonFields]) -> list[str]:
    """Return the fields that a form has and does not account for."""
    own = set(getattr(form, "base_fields", {}))
    of_model = set(getattr(getattr(form, "_meta", None), "fields", None) or ())
    of_model |= {"password1", "password2", "usable_password"}  # of Django's registration form: credentials
    return sorted(own - of_model - set(form.asks) - set(form.also) - set(form.not_personal))


def problems_of(form: type[PersonFields]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a form, each with what cures it."""
    name = f"{form.__module__}.{form.__qualname__}"
    if form.purpose not in purposes:
        yield f"{name} names the purpose {form.purpose!r}, which nobody declares.", "Declare it in privacy.py."
        return
    asked = [(one, "") for one in form.asks]
    asked += [("line1", "Address"), ("country", "Address")] if form.addresses else []
    for field, model in asked:
        if form.purpose not in _declared_for(field, model):
            hint = f"ONVIF_PRIVACY_PEOPLE_PURPOSES = {{{field!r}: [{form.purpose!r}]}}, or ask for another purpose."
            yield f"{name} asks for {field!r}, which is not declared for {form.purpose!r}.", hint
    for field in unlisted(form):
        hint = "Name it in also, with what it is for, or in not_personal."
        yield f"{name} has a field {field!r} that it does not account for.", hint


@register()
def forms_ask_for_their_purpose(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: a form asks for something that is not declared for its purpose, or has a field it does not account for."""
    return [Error(words, hint=hint, id=f"{LABEL}.E001") for form in person_forms() for words, hint in problems_of(form)]


def _calls(view: Any) -> Iterator[Any]:
    """Yield the code of a view, whatever decorators stand around it, and of the methods of its class."""
    seen = view
    while seen is not None:
        if hasattr(seen, "__code__"):
            yield seen.__code__
        seen = getattr(seen, "__wrapped__", None)
    for one in vars(getattr(view, "view_class", object)).values():
        if hasattr(one, "__code__"):
            yield one.__code__


def _views(patterns: Sequence[Any]) -> Iterator[Any]:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _views(pattern.url_patterns)
        else:
            yield pattern.callback


@register()
def filled_forms_are_kept_by_no_cache(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E004: a view fills forms from saved addresses, and the middleware that says ``no-store`` is not there."""
    if switched_on():
        return []
    found = {
        f"{view.__module__}.{getattr(view, '__qualname__', view)}": None
        for view in _views(get_resolver().url_patterns)
        if any("initial_for" in code.co_names for code in _calls(view))
    }
    return [
        Error(
            f"{name} calls initial_for() without DeviceMiddleware.",
            hint=f'Add "{MIDDLEWARE}" to MIDDLEWARE; without it nothing is filled, and nothing says no-store.',
            id=f"{LABEL}.E004",
        )
        for name in found
    ]


@register()
def sensitive_data_is_sealed(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E002: data of a special category lies in a plain column."""
    found: list[CheckMessage] = []
    for declaration in personal_data.all():
        try:
            model = apps.get_model(declaration.model)
            columns = {one.name: one for one in model._meta.concrete_fields}
        except (LookupError, ValueError):
            continue  # onvif_privacy.E022 says so
        for name, declared in declaration.fields.items():
            classes = [declared.data_class] if isinstance(declared, Field) else [declared.rest.data_class]
            if isinstance(declared, Json):
                classes += [one.data_class for one in declared.leaves.values() if isinstance(one, Field)]
            special = any(one.startswith("special:") for one in classes)
            if special and name in columns and not isinstance(columns[name], EncryptedField):
                words = f"{declaration.model}.{name} is of a special category and not encrypted."
                hint = "Keep it with people.services.set_sensitive(), or in an encrypted field with sensitive=True."
                found.append(Error(words, hint=hint, id=f"{LABEL}.E002"))
    return found


def _wrong_table(table: DemographicTable) -> str:
    """Say what is wrong with a declared table; empty where nothing is."""
    if not 1 <= len(table.dimensions) <= MOST_DIMENSIONS or len(set(table.dimensions)) < len(table.dimensions):
        return f"has {len(table.dimensions)} dimensions, or one of them twice"
    for name in table.dimensions:
        if name not in BUILT_IN and name not in dimensions:
            return f"names the dimension {name!r}, which nobody declares"
        if name in dimensions and len(dimensions.get(name).values) < 2:
            return f"takes free text for {name!r}: it has no closed list of answers"
    return ""


@register()
def tables_are_small_and_closed(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E003: a table of anonymous answers has more than two dimensions, an unknown one, or takes free text."""
    hint = "One or two of country, zip, age_band, gender and declared Dimension(slug, label, values)."
    return [
        Error(f"DemographicTable {table.slug!r} {wrong}.", hint=hint, id=f"{LABEL}.E003")
        for table in demographic_tables.all()
        if (wrong := _wrong_table(table))
    ]
