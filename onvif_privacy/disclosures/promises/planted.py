"""A case for saboteurs, written past every service as somebody with the database would. Undone by whoever plants it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from onvif_privacy.core.models import Party, Subject
from onvif_privacy.core.promises.planting import rolled_back
from onvif_privacy.disclosures.models import (
    Approval,
    Authority,
    Case,
    Ceiling,
    DisclosureRecord,
    HandOver,
    Notice,
    Package,
    RecipientKey,
    Regime,
    Scope,
    ScopeItem,
    Side,
    Snapshot,
)
from onvif_privacy.disclosures.services import digest, files
from onvif_privacy.disclosures.services.acting import using
from onvif_privacy.disclosures.services.people import tag_of


@dataclass
class World:
    """A case that was handed over as it should be; a saboteur changes one thing of it."""

    worker: Any
    approver: Any
    person: Subject
    case: Case
    scope: Scope
    package: Package
    hand_over: HandOver
    stored: list[str]

    def again(self, model: type[Any]) -> Any:
        """Return the rows of a model, as a database owner changes them."""
        return model._base_manager.using(using())


def _user() -> Any:
    return get_user_model()._default_manager.create(**{get_user_model().USERNAME_FIELD: secrets.token_hex(6)})


def _law() -> tuple[Authority, Regime, RecipientKey, Any]:
    worker, now = _user(), timezone.now()
    name = secrets.token_hex(4)
    party = Party.objects.create(slug=f"planted-{name}", role=Party.Role.AUTHORITY, name="Planted Court")
    authority = Authority.objects.create(party=party)
    regime = Regime(
        key=f"planted-{name}", instrument="planted", ground="a", source="planted", source_read_on=now.date()
    )
    regime.save()
    Ceiling(regime=regime, data_class="contact").save()
    key = RecipientKey(
        party=party, method="age", public="age1", fingerprint="0" * 64, proved_how="planted", proved_by=worker, at=now
    )
    key.save()
    return authority, regime, key, worker


def _scoped(case: Case, regime: Regime, key: RecipientKey, worker: Any, person: Subject) -> Scope:
    now = timezone.now()
    scope = Scope(
        case=case,
        version=1,
        ground="a",
        regime=regime,
        served_entity="planted",
        notice_mode="by_authority",
        review_by=now.date() + timedelta(days=30),
        party=key.party,
        recipient_key=key,
        prepared_by=worker,
        subject_count=1,
        created_at=now,
    )
    scope.save()
    item(scope, person, 1).save()
    scope.digest, scope.frozen_at = digest.digest_of(scope), now
    scope.save()
    Case.objects.filter(pk=case.pk).update(scope=scope, state="handed_over", version=9)
    return scope


def item(scope: Scope, person: Subject, position: int, name: str = "email") -> ScopeItem:
    """Return one granted item of a scope, not yet stored."""
    return ScopeItem(
        scope=scope,
        case=scope.case,
        position=position,
        selector="planted",
        subject=str(person.pk),
        tag=tag_of(scope.case, person.pk),
        model=get_user_model()._meta.label_lower,
        field=name,
        data_class="contact",
        verdict="granted",
    )


def snapshot(scope: Scope, rows: bytes) -> Snapshot:
    """Store rows as a capture would."""
    made = Snapshot(case=scope.case, scope=scope, captured_at=timezone.now())
    stored = files.save([rows], kind="snapshot", owner=made.pk)
    made.storage_name, made.digest, made.size = stored.name, stored.sha256, stored.size
    made.save()
    return made


def _package(scope: Scope, worker: Any, approver: Any, captured: Snapshot) -> tuple[Package, HandOver]:
    now = timezone.now()
    package = Package(
        case=scope.case,
        scope=scope,
        number=1,
        snapshot=captured,
        built_by=worker,
        built_at=now,
        manifest_digest="0" * 64,
        sealed_by=approver,
        sealed_at=now,
        signature="0",
        file_digest="0" * 64,
        purge_on=now.date() + timedelta(days=30),
    )
    package.save()
    made = HandOver(
        case=scope.case,
        package=package,
        recipient_key=scope.recipient_key,
        released_by=approver,
        method="download",
        reference=secrets.token_hex(12),
        code="0" * 64,
        at=now,
        expires_at=now + timedelta(days=1),
        subject_count=1,
    )
    made.save()
    return package, made


@contextmanager
def world() -> Iterator[World]:
    """Make a case that was handed over, without guards in the way, and undo it with its files."""
    stored: list[str] = []
    try:
        with rolled_back(using(), guards=False):
            yield _made(stored)
    finally:
        for name in stored:
            files.storage().delete(name)


def _made(stored: list[str]) -> World:
    authority, regime, key, worker = _law()
    approver, person, now = _user(), Subject.objects.create(), timezone.now()
    case = Case(
        ref=f"P-{secrets.token_hex(6)}",
        authority=authority,
        channel="letter",
        received_at=now,
        regime=regime,
        handler=worker,
    )
    case.save()
    Side(case=case, actor=worker, kind="work", at=now).save()
    Side(case=case, actor=approver, kind="approve", at=now).save()
    scope = _scoped(case, regime, key, worker, person)
    case = Case.objects.get(pk=case.pk)
    Approval(
        case=case,
        action="scope",
        decision="yes",
        about=scope.pk,
        digest=scope.digest,
        actor=approver,
        method="recent",
        at=now,
    ).save()
    captured = snapshot(scope, b"")
    stored.append(captured.storage_name)
    package, made = _package(scope, worker, approver, captured)
    Notice(
        case=case,
        subject=str(person.pk),
        tag=tag_of(case, person.pk),
        mode="by_authority",
        review_by=now.date() + timedelta(days=30),
    ).save()
    DisclosureRecord(
        subject=person,
        hand_over=made,
        reference=secrets.token_hex(8),
        party_class="authority",
        party_name="Planted Court",
        ground="a",
        data_classes=["contact"],
        day=now.date(),
    ).save()
    return World(worker, approver, person, case, scope, package, made, stored)
