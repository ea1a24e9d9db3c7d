"""What a site declares to this room: segments of an audience, and which of its own mails are service mails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.utils.functional import Promise as LazyText

from onvif_privacy.core.registry import DeclarationError, Field, Json, NotDeclared, Registry, personal_data


@dataclass(frozen=True)
class Segment:
    """A part of an audience: ``declare(Segment("members", _("Members"), queryset))``.

    ``queryset`` receives subjects and returns some of them; it can only narrow who agreed. ``fields`` are the personal
    columns it looks at, as ``app.Model.field``; each must be declared for the purpose of the campaign. Raises
    DeclarationError for a field that is none.
    """

    slug: str
    label: str | LazyText
    queryset: Callable[[QuerySet[Any]], QuerySet[Any]]
    fields: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(len(one.split(".")) != 3 for one in self.fields):
            raise DeclarationError(f"Segment {self.slug!r}: a field is written app.Model.field.")

    def refused(self, purpose: str) -> list[str]:
        """Return the fields that may not be looked at for a purpose; special categories never."""
        return [one for one in self.fields if not self._is_open(one, purpose)]

    @staticmethod
    def _is_open(path: str, purpose: str) -> bool:
        app, model, name = path.split(".")
        try:
            found = personal_data.get(apps.get_model(app, model)._meta.label_lower).fields.get(name)
        except (LookupError, NotDeclared):
            return False
        field: Field | None = found.rest if isinstance(found, Json) else found
        return field is not None and purpose in field.purposes and not field.data_class.startswith("special:")


segments: Registry[Segment] = Registry(Segment, "segment", lambda item: item.slug)

_service: ContextVar[str] = ContextVar("onvif_privacy_service_mail", default="")


@contextmanager
def service_mail(what: str) -> Iterator[None]:
    """Say that mails sent in this block are a service that the person asked for: ``with service_mail("invoice"):``."""
    token = _service.set(what)
    try:
        yield
    finally:
        _service.reset(token)


def declared_service() -> str:
    """Return what the surrounding `service_mail` says; empty where there is none."""
    return _service.get()
