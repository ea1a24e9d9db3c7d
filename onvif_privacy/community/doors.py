"""What a site declares to this room in its ``privacy.py``."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise as LazyText

from onvif_privacy.core.registry import DeclarationError, Registry


@dataclass(frozen=True)
class PublicText:
    """Fields that everybody can read: ``declare(PublicText("forum.Post", fields=("body",), form="forum.post"))``.

    ``form`` is the name by which notice, token and receipts know the form. ``notice`` replaces the shipped words above
    it. Raises DeclarationError where no field or no form is named.
    """

    model: str
    fields: tuple[str, ...]
    form: str
    notice: str | LazyText = ""

    def __post_init__(self) -> None:
        if self.model.count(".") != 1 or not self.form or not self.fields:
            hint = 'write PublicText("app.Model", fields=("field",), form="name")'
            raise DeclarationError(f"PublicText {self.model!r}: {hint}.")

    @property
    def of(self) -> type[Model]:
        """The model; raises LookupError where it is not there."""
        return apps.get_model(self.model)


public_texts: Registry[PublicText] = Registry(PublicText, "public text", lambda item: item.form)
