"""Keyed hashes by which a person is found in a restored database that does not know their UUID yet.

A key of the site's tables alone is never one: such keys are given again to other people after a restore.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import DateTimeField, Model

from onvif_privacy.core import keys
from onvif_privacy.rights.services.holdings.claiming import normal
from onvif_privacy.rights.services.holdings.people import Person

LENGTH = 32  # 128 bits in hex


def _secret(key_id: str) -> bytes:
    return keys.derive("mac", "erasure-log-marks", key_id=key_id)


def marker(key_id: str) -> Callable[..., str]:
    """Return the function that makes marks under one key of the ring. Raises KeyRingError where the ring lacks it."""
    secret = _secret(key_id)
    return lambda *parts: keys.mac(secret, "\0".join(parts).encode()).hex()[:LENGTH]


def user_parts(user: Model) -> tuple[str, ...]:
    """Return what tells an account from another that gets the same key later: when it was made, else its name."""
    made = [one.attname for one in user._meta.concrete_fields if isinstance(one, DateTimeField) and _is_birth(one)]
    moment = getattr(user, made[0]) if made else None
    born = moment.isoformat() if moment is not None else str(user.get_username())  # type: ignore[attr-defined]
    return ("user", user._meta.label_lower, str(user.pk), born)


def _is_birth(column: Any) -> bool:
    return bool(column.auto_now_add) or column.name == "date_joined"


def claim_parts(kind: str, value: str, fact: str = "") -> tuple[str, ...]:
    """Return what tells a proven contact, alone or with the second fact that was stated with it."""
    return ("claim", kind, normal(value), normal(fact))


def marks_of(who: Person, key_id: str) -> list[str]:
    """Return every mark of a person, sorted: their accounts and the contacts they proved."""
    mark, found = marker(key_id), set[str]()
    users = [one.user_id for one in who.subjects if one.user_id is not None]
    for user in get_user_model()._base_manager.filter(pk__in=users):
        found.add(mark(*user_parts(user)))
    for proven in who.proven:
        found.add(mark(*claim_parts(proven.kind, proven.value)))
        if proven.fact:
            found.add(mark(*claim_parts(proven.kind, proven.value, proven.fact)))
    return sorted(found)


def of_users(users: Iterable[Model], key_id: str) -> dict[str, Model]:
    """Return accounts by their mark."""
    mark = marker(key_id)
    return {mark(*user_parts(user)): user for user in users}
