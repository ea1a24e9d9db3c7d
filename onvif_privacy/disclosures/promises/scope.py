"""Only what was granted leaves: what was approved is still what is there, and no package holds more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.registry import declare
from onvif_privacy.disclosures.models import Package, Scope
from onvif_privacy.disclosures.promises.clauses import LEGAL
from onvif_privacy.disclosures.promises.planted import item, snapshot, world
from onvif_privacy.disclosures.services import building, digest
from onvif_privacy.disclosures.services.acting import using

SCOPE = Promise(
    "legal_disclosure.scope",
    LEGAL,
    _("No more leaves than the fields, people and times that were approved."),
)
declare(SCOPE)


@check(SCOPE, kind=Kind.DATABASE, every=timedelta(hours=1), ttl=timedelta(hours=24), empty=True)
def approved_scopes_are_unchanged(look: Look) -> Iterable[Finding]:
    """Make the digest of every open scope anew and compare it with the one that was approved."""
    states = ("submitted", "approved", "handed_over")
    rows = Scope.objects.using(using()).filter(frozen_at__isnull=False, case__state__in=states)
    for scope in rows.order_by("pk"):
        look.seen()
        if not digest.holds(scope):
            yield Finding(f"scope {scope.pk}", "is not what was submitted")


@approved_scopes_are_unchanged.saboteur
@contextmanager
def an_item_added_after_the_approval(plant: Plant) -> Iterator[str]:
    """Add one more field to what was approved."""
    with world() as made:
        item(made.scope, made.person, 2, "first_name").save()
        yield f"scope {made.scope.pk}: is not what"


@approved_scopes_are_unchanged.saboteur
@contextmanager
def another_window(plant: Plant) -> Iterator[str]:
    """Let the granted time begin earlier."""
    with world() as made:
        made.again(type(made.scope)).filter(pk=made.scope.pk).update(served_entity="somebody else")
        yield f"scope {made.scope.pk}: is not what"


@check(SCOPE, kind=Kind.LEDGER, every=timedelta(hours=1), ttl=timedelta(hours=24), empty=True)
def packages_hold_what_was_granted(look: Look) -> Iterable[Finding]:
    """Have the second opinion look through every sealed package that is still there."""
    rows = Package.objects.using(using()).filter(sealed_at__isnull=False, purged_at__isnull=True)
    for package in rows.select_related("scope__case", "snapshot").order_by("pk"):
        look.seen()
        for problem in building.problems(package)[:5]:
            yield Finding(f"package {package.pk}", problem)


def _row(tag: str, name: str) -> bytes:
    row = {"at": None, "fields": {name: "planted"}, "key": "1", "model": "auth.user", "tag": tag}
    return json.dumps(row).encode() + b"\n"


@packages_hold_what_was_granted.saboteur
@contextmanager
def a_package_with_a_field_too_many(plant: Plant) -> Iterator[str]:
    """Capture a field that nobody granted, as a compiler with a mistake would."""
    with world() as made:
        tag = item(made.scope, made.person, 1).tag
        captured = snapshot(made.scope, _row(tag, "password"))
        made.stored.append(captured.storage_name)
        made.again(Package).filter(pk=made.package.pk).update(snapshot=captured)
        yield "password is outside the scope"


@packages_hold_what_was_granted.saboteur
@contextmanager
def a_package_with_somebody_else(plant: Plant) -> Iterator[str]:
    """Capture a row of another person."""
    with world() as made:
        captured = snapshot(made.scope, _row("0" * 32, "email"))
        made.stored.append(captured.storage_name)
        made.again(Package).filter(pk=made.package.pk).update(snapshot=captured)
        yield "email is outside the scope"
