"""What the statement says is what the software does now: its purposes and its facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields

from django.db import router
from django.test import override_settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Clause, Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.registry import Basis, Purpose, declare, purposes, temporarily
from onvif_privacy.statement.models import Effect, Version
from onvif_privacy.statement.promises.planted import published
from onvif_privacy.statement.services import snapshot
from onvif_privacy.statement.services.reading import DEFAULT
from onvif_privacy.statement.services.render import Facts
from onvif_privacy.statement.services.timeline import in_force, timeline

CHANGES = Clause("changes", _("Changes to this statement"))
PURPOSES = Promise("changes.purposes", CHANGES, _("Nothing is done for a purpose that the statement in force omits."))
FACTS = Promise(
    "changes.facts", CHANGES, _("The name, contact and sites that the statement prints are the present ones.")
)

declare(CHANGES, PURPOSES, FACTS)


def version_in_force(look: Look) -> Version | None:
    """Return the version in force, read from the database; None where there is none."""
    step = in_force(timeline(Effect.objects.of(DEFAULT).using(router.db_for_write(Effect))), look.now())
    return step.version if step else None


@check(PURPOSES, kind=Kind.STATIC)
def purposes_are_stated(look: Look) -> Iterable[Finding]:
    """Compare the purposes in code with those of the version in force."""
    version = version_in_force(look)
    if version is None:
        return
    look.seen(len(purposes))
    for slug in snapshot.widened(version.purposes, snapshot.present()):
        yield Finding(purposes.where(slug), f"purpose {slug} is new or wider than version {version.number} says")


@purposes_are_stated.saboteur
@contextmanager
def silent_new_purpose(plant: Plant) -> Iterator[str]:
    """Declare a purpose after publishing."""
    added = Purpose("sabotage", label="Sabotage", text="Sabotage.", basis=Basis.CONSENT, clause="changes")
    with published(), temporarily(added):
        yield "purpose sabotage is new or wider"


@purposes_are_stated.saboteur
@contextmanager
def wider_basis(plant: Plant) -> Iterator[str]:
    """Stop asking for consent after publishing."""
    asked = Purpose("sabotage", label="Sabotage", text="Sabotage.", basis=Basis.CONSENT, clause="changes")
    unasked = Purpose("sabotage", label="Sabotage", text="Sabotage.", basis=Basis.CONTRACT, clause="changes")
    with temporarily(asked), published(), temporarily(unasked):
        yield "purpose sabotage is new or wider"


@check(FACTS, kind=Kind.STATIC)
def facts_are_current(look: Look) -> Iterable[Finding]:
    """Compare the facts that were printed with the settings."""
    version = version_in_force(look)
    if version is None:
        return
    printed, present = Facts.from_json(version.facts), Facts.present()
    for field in fields(Facts):
        look.seen()
        if getattr(printed, field.name) != getattr(present, field.name):
            setting = f"ONVIF_PRIVACY_{field.name.upper()}"
            yield Finding(setting, f"is not what version {version.number} prints")


@facts_are_current.saboteur
@contextmanager
def address_changed(plant: Plant) -> Iterator[str]:
    """Change the contact without a new version."""
    with published(), override_settings(ONVIF_PRIVACY_CONTACT="elsewhere@example.org"):
        yield "ONVIF_PRIVACY_CONTACT: is not what"
