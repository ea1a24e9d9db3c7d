"""Checks of the personal-data declarations: what is missing, and what is declared wrongly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.core.files.storage import Storage
from django.db.models import FileField, Model

from onvif_privacy.core.conf import conf
from onvif_privacy.core.personal.completeness import Gap, gaps, reaches_user
from onvif_privacy.core.personal.rows import path_end
from onvif_privacy.core.registry import (
    DeclarationError,
    Field,
    Json,
    PersonalData,
    exemptions,
    personal_data,
    purposes,
)
from onvif_privacy.core.registry.personal import DATA_CLASSES
from onvif_privacy.core.registry.strategies import Keep, leaf_problem

LABEL = "onvif_privacy"


def _asked() -> str:
    try:
        return conf.COMPLETENESS
    except ImproperlyConfigured:  # E007 says so
        return "off"


def _message(text: str, hint: str, code: str, *, deploy: bool) -> list[CheckMessage]:
    """An error, a warning or nothing, as ``COMPLETENESS`` says."""
    asked = _asked()
    if asked == "error" or (asked == "deploy" and deploy):
        return [Error(text, hint=hint, id=f"{LABEL}.{code}")]
    if asked == "deploy":
        return [Warning(text, hint=hint, id=f"{LABEL}.{code.replace('E', 'W')}")]
    return []


def _undeclared(gap: Gap, *, deploy: bool) -> list[CheckMessage]:
    app = gap.model.partition(".")[0]
    if gap.field:
        hint = f'Add "{gap.field}" to fields or not_personal ({personal_data.where(gap.model.lower())}).'
        return _message(f"{gap.model}.{gap.field} is not declared.", hint, "E020", deploy=deploy)
    hint = f"Paste what 'manage.py privacy_declare {app}' prints into the app's privacy.py, or into your own."
    return _message(f"{gap.model} is not declared.", hint, "E021", deploy=deploy)


@register()
def everything_is_declared(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E020, E021, W020, W021: a field or a model is in no declaration (a warning outside deployment)."""
    if _asked() == "off":
        return []
    named = {model._meta.label for model in _pointing_at_people()}
    found = (gap for gap in gaps() if gap.field or gap.model not in named)
    return [message for gap in found for message in _undeclared(gap, deploy=False)]


@register(deploy=True)
def everything_is_declared_at_deployment(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E020, E021: the same as errors of ``check --deploy`` where ``COMPLETENESS`` is "deploy"."""
    if _asked() != "deploy":
        return []
    return [message for gap in gaps() for message in _undeclared(gap, deploy=True)]


@register()
def people_are_declared(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W001: a model points at a person of the site and is in no declaration; said in the place of W021."""
    return [
        Warning(
            f"{model._meta.label} points at a person and is not declared.",
            hint=f"Run 'manage.py privacy_declare {model._meta.app_label}'.",
            id=f"{LABEL}.W001",
        )
        for model in _pointing_at_people()
    ]


def _pointing_at_people() -> list[type[Model]]:
    """Return the undeclared models that W001 names; none where E021 says it already."""
    if _asked() != "deploy":
        return []
    missing = {gap.model for gap in gaps() if not gap.field}
    return [model for model in apps.get_models() if model._meta.label in missing and reaches_user(model)]


@register()
def user_model_is_declared(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E026: the site's own user model is in no declaration, so nobody could be exported or erased."""
    label = get_user_model()._meta.label
    if _asked() == "off" or label.lower() in personal_data:
        return []
    app = label.partition(".")[0]
    hint = f"Run 'manage.py privacy_declare {app}' and paste what it prints."
    return [Error(f"The user model {label} is not declared.", hint=hint, id=f"{LABEL}.E026")]


def _declared() -> Iterator[tuple[PersonalData, type[Model]]]:
    for declaration in personal_data.all():
        try:
            yield declaration, apps.get_model(declaration.model)
        except (LookupError, ValueError):
            continue


def _unknown(declaration: PersonalData, model: type[Model]) -> Iterator[str]:
    paths = {path for path in declaration.subjects.values() if isinstance(path, str) and path != "self"}
    terms = {term.field for term in declaration.terms.values()}
    paths |= {claim.field for claim in declaration.claims.values()}
    claims = {claim.also for claim in declaration.claims.values() if claim.also}
    times = {name for name in [declaration.time_field] if name}
    own = terms | claims | times | {*declaration.fields, *declaration.not_personal}  # read on the row itself
    for path in sorted(paths | own):
        try:
            path_end(model, path)
            if path in own:
                model._meta.get_field(path)
        except (FieldDoesNotExist, DeclarationError):
            yield path
    roles = {field.of for field in declaration.fields.values() if isinstance(field, Field) and field.of}
    yield from sorted(roles - set(declaration.subjects))


@register()
def declared_names_exist(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E022: a declaration names a model, field, path or role that does not exist."""
    found: list[CheckMessage] = []
    known = {declaration.model for declaration, _model in _declared()}
    for label, place in [(one.model, personal_data.where(one.model.lower())) for one in personal_data.all()] + [
        (one.model, exemptions.where(one.model.lower())) for one in exemptions.all()
    ]:
        if label not in known and not _exists(label):
            hint = f"Correct the label, or remove the declaration ({place})."
            found.append(Error(f"There is no model {label}.", hint=hint, id=f"{LABEL}.E022"))
    for declaration, model in _declared():
        place = personal_data.where(declaration.model.lower())
        for name in _unknown(declaration, model):
            hint = f"Correct it in {place}."
            found.append(Error(f"{declaration.model} has no {name!r}.", hint=hint, id=f"{LABEL}.E022"))
    return found


def _exists(label: str) -> bool:
    try:
        apps.get_model(label)
    except (LookupError, ValueError):
        return False
    return True


def _fields(declaration: PersonalData) -> Iterator[tuple[str, Field]]:
    for name, declared in declaration.fields.items():
        if isinstance(declared, Json):
            yield from ((f"{name}.{path}", leaf) for path, leaf in declared.leaves.items() if isinstance(leaf, Field))
            yield f"{name}.*", declared.rest
        else:
            yield name, declared


@register()
def strategies_fit_their_fields(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E023: a field cannot end the way it is declared to."""
    found: list[CheckMessage] = []
    for declaration, model in _declared():
        for name, declared in declaration.fields.items():
            if name not in {field.name for field in model._meta.get_fields()}:
                continue
            hint = f"Choose another strategy in {personal_data.where(declaration.model.lower())}."
            for problem in _unfit(declaration, model, name, declared):
                found.append(Error(f"{declaration.model}: {problem}", hint=hint, id=f"{LABEL}.E023"))
    return found


def _unfit(declaration: PersonalData, model: type[Model], name: str, declared: Field | Json) -> Iterator[str]:
    """Yield why a field, or a leaf of it, cannot end as declared."""
    if isinstance(declared, Json):
        leaves = {**declared.leaves, "rest": declared.rest}
        problems = {path: leaf_problem(leaf.erase) for path, leaf in leaves.items() if isinstance(leaf, Field)}
        yield from (f"{name}.{path}: {problem}" for path, problem in problems.items() if problem)
        return
    column = model._meta.get_field(name)
    if column.many_to_many:
        return  # its links are cut
    if declared.erase is not None:
        problem = declared.erase.problem(column)  # type: ignore[arg-type]
        yield from [problem] if problem else []
    elif declaration.row is None:
        yield f"{name} declares no way to end"


@register()
def purposes_and_classes_are_known(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E024: a declaration names a purpose or a data class that does not exist."""
    found: list[CheckMessage] = []
    for declaration, _model in _declared():
        place = personal_data.where(declaration.model.lower())
        for name, field in _fields(declaration):
            kept_for = (field.erase.purpose,) if isinstance(field.erase, Keep) else ()
            for slug in sorted({*field.purposes, *kept_for}):
                if slug not in purposes:
                    text = f"{declaration.model}.{name} names the purpose {slug!r}, which is not declared."
                    found.append(Error(text, hint=f"Declare it, or correct {place}.", id=f"{LABEL}.E024"))
            if field.data_class not in DATA_CLASSES:
                text = f"{declaration.model}.{name}: {field.data_class!r} is no data class."
                found.append(Error(text, hint=f"Use one of {', '.join(DATA_CLASSES)}.", id=f"{LABEL}.E024"))
    return found


@register()
def files_can_be_deleted(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E025: a personal file lies in a storage that cannot delete."""
    return [
        Error(
            f"{declaration.model}.{name}: its storage cannot delete files.",
            hint="Use a storage with delete(), or keep no personal file in it.",
            id=f"{LABEL}.E025",
        )
        for declaration, model in _declared()
        for name, declared in declaration.fields.items()
        if isinstance(declared, Field)
        for column in model._meta.concrete_fields
        if column.name == name and isinstance(column, FileField) and column.storage.__class__.delete is Storage.delete
    ]
