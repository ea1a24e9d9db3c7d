"""Organisations that data can reach; each change is a ledger entry."""

from __future__ import annotations

import hashlib

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Party


def _digest(party: Party) -> str:
    fields = [field.attname for field in Party._meta.concrete_fields if field.attname != "id"]
    text = "\n".join(f"{name}={getattr(party, name)}" for name in fields)
    return hashlib.sha256(text.encode()).hexdigest()


def _write(party: Party, change: str, actor: AbstractBaseUser | None) -> None:
    payload = {"party": party.slug, "digest": _digest(party), "change": change}
    ledger.record("party.changed", payload=payload, actor=actor)


def save(party: Party, *, actor: AbstractBaseUser | None = None) -> Party:
    """Store a new or changed party with its entry; raises ValidationError for values the form would refuse."""
    party.full_clean()
    with transaction.atomic(using=router.db_for_write(Party)):
        change = "added" if party._state.adding else "changed"
        party.save()
        _write(party, change, actor)
    return party


def remove(party: Party, *, actor: AbstractBaseUser | None = None) -> None:
    """Delete a party with its entry."""
    with transaction.atomic(using=router.db_for_write(Party)):
        _write(party, "removed", actor)
        party.delete()
