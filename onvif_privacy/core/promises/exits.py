"""The promise that no screen of staff hands out a list of people that nobody decided on (clause ``no_sale``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises.looking import Look, Plant
from onvif_privacy.core.promises.planting import altered
from onvif_privacy.core.promises.shapes import Clause, Finding, Kind, Promise, check
from onvif_privacy.core.registry import declare, exits, personal_data

NO_SALE = Clause("no_sale", _("No sale of lists"))
EXITS = Promise("no_sale.exits", NO_SALE, _("Whatever hands out data of many people is declared as a way out."))

declare(NO_SALE, EXITS)

LOOKED_AT = ("onvif_privacy.", "django.")  # the rooms look at their own, and Django's hand nothing out


def _screens() -> Iterator[tuple[str, Any]]:
    """Yield every screen of a model that holds something about people."""
    for model, screen in admin.site._registry.items():
        if model._meta.label_lower in personal_data:
            yield model._meta.label, screen


def _actions(screen: Any) -> Iterator[tuple[str, str]]:
    """Yield name and module of each action of a screen; no module where it cannot be found."""
    for action in (*(screen.actions or ()), *(name for name, _function in admin.site.actions)):
        found = screen.get_action(action)
        if hasattr(found, "func"):  # Django 6.1
            function, name = found.func, found.name
        else:
            function, name = found[:2] if found else (None, str(action))
        yield name, getattr(function, "__module__", "")


@check(EXITS, kind=Kind.STATIC)
def actions_on_people_are_known(look: Look) -> Iterable[Finding]:
    """Enumerate what staff can do with many rows at once: each is known, or declared as an ``Exit`` of that name."""
    for label, screen in _screens():
        look.seen()
        for name, module in _actions(screen):
            if not module.startswith(LOOKED_AT) and name not in exits:
                yield Finding(f"admin of {label}", f"has an action that is no declared way out: {name}")


@actions_on_people_are_known.saboteur
@contextmanager
def people_as_a_file(plant: Plant) -> Iterator[str]:
    """Add an action that writes people into a file."""
    screen = next(screen for _label, screen in _screens())
    with altered(screen, "actions", (*(screen.actions or ()), "export_as_csv")):
        yield "no declared way out: export_as_csv"


@actions_on_people_are_known.saboteur
@contextmanager
def a_file_for_every_screen(plant: Plant) -> Iterator[str]:
    """Add such an action to all screens at once."""

    def as_csv(screen: object, request: object, rows: object) -> None:
        """Do nothing."""

    as_csv.__module__ = "somebody.admin"
    admin.site.add_action(as_csv)
    try:
        yield "no declared way out: as_csv"
    finally:
        admin.site.disable_action("as_csv")
        admin.site._global_actions.pop("as_csv", None)
