"""Values and reasons in words, as the page and the export print them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onvif_privacy.core.registry import Basis, purposes
from onvif_privacy.rights.services.holdings import Cell, Status

BASES: dict[Basis, LazyText] = {
    Basis.CONSENT: gettext_lazy("your consent"),
    Basis.EXPLICIT_CONSENT: gettext_lazy("your explicit consent"),
    Basis.CONTRACT: gettext_lazy("a contract with you"),
    Basis.LEGAL_OBLIGATION: gettext_lazy("a legal obligation"),
    Basis.VITAL_INTERESTS: gettext_lazy("vital interests of a person"),
    Basis.PUBLIC_TASK: gettext_lazy("a task in the public interest"),
    Basis.LEGITIMATE_INTERESTS: gettext_lazy("a legitimate interest"),
}
UNSHOWN: dict[Status, LazyText] = {
    Status.OTHER: gettext_lazy("another person"),
    Status.REVIEW: gettext_lazy("written by others; staff look at it first when you ask for a copy"),
    Status.WITHHELD: gettext_lazy("kept, not shown: a secret of the site such as a password"),
    Status.SEALED: gettext_lazy("kept, cannot be opened any more"),
}


def leaf_lines(value: Any, place: str = "") -> Iterator[str]:
    """Yield one line for each leaf of a JSON value."""
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from leaf_lines(one, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list) and value:
        for number, one in enumerate(value, 1):
            yield from leaf_lines(one, f"{place}.{number}" if place else str(number))
    else:
        yield f"{place}: {spoken(value)}" if place else spoken(value)


def spoken(value: Any) -> str:
    """Return one value in the reader's language; ``–`` for none."""
    if value is None or value == "" or value == [] or value == {}:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value) if timezone.is_aware(value) else value, "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, (float, Decimal)):
        return number_format(value)
    return str(value)


def lines(cell: Cell) -> list[str]:
    """Return what stands in a cell, line by line."""
    if cell.status not in (Status.SHOWN, Status.CONTEXT):
        return [str(UNSHOWN[cell.status])]
    if isinstance(cell.value, (dict, list)):
        return list(leaf_lines(cell.value))
    if isinstance(cell.raw, (bytes, bytearray, memoryview)):
        return [_("%(count)d bytes") % {"count": len(cell.raw)}]
    return [spoken(cell.raw)]


def model_words(label: str) -> str:
    """Return the plural name of a model in the reader's language."""
    name = str(apps.get_model(label)._meta.verbose_name_plural)
    return name[:1].upper() + name[1:]


def field_words(label: str, names: list[str]) -> list[str]:
    """Return the names of fields in the reader's language; those of a model that is gone as they are."""
    try:
        options = apps.get_model(label)._meta
        return [str(getattr(options.get_field(name), "verbose_name", name)) for name in names]
    except (LookupError, FieldDoesNotExist):
        return names


def grounds(slugs: tuple[str, ...]) -> list[str]:
    """Return each purpose with its legal basis in words."""
    found = [purposes.get(slug) for slug in slugs if slug in purposes]
    return [f"{one.label} ({BASES[one.basis]})" for one in found]
