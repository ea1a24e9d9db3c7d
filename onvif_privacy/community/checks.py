"""System checks of the room: ``onvif_privacy_community.*``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist

from onvif_privacy.community.doors import public_texts

LABEL = "onvif_privacy_community"


def _problems() -> Iterator[str]:
    for one in public_texts.all():
        try:
            for name in one.fields:
                one.of._meta.get_field(name)
        except LookupError:
            yield f"PublicText {one.form!r} ({public_texts.where(one.form)}) names no model: {one.model}."
        except FieldDoesNotExist as error:
            yield f"PublicText {one.form!r} ({public_texts.where(one.form)}): {error}."


@register()
def public_texts_are_there(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: a public text names a model or a field that does not exist."""
    hint = 'Write PublicText("app.Model", fields=("field",), form="name").'
    return [Error(problem, hint=hint, id=f"{LABEL}.E001") for problem in _problems()]
