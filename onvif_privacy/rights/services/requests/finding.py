"""What an address stands for: an account that has proven it, one that has not, rows without an account, nothing."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router
from django.utils.module_loading import import_string

from onvif_privacy.core import contacts, subjects
from onvif_privacy.core.fields import EncryptedField
from onvif_privacy.core.models import Subject
from onvif_privacy.core.personal.rows import path_end
from onvif_privacy.core.registry import Claim as DeclaredClaim
from onvif_privacy.core.registry import PersonalData
from onvif_privacy.rights.conf import conf
from onvif_privacy.rights.models import Claim
from onvif_privacy.rights.services import holdings
from onvif_privacy.rights.services.holdings.claiming import digest, normal

OWN = "onvif_privacy_rights."


class Found(StrEnum):
    """What a letter may say to who owns the address."""

    ACCOUNT = "account"  # the account has proven the address: the link opens it
    SIGN_IN = "sign_in"  # an account names the address without proof: it opens nothing
    GUEST = "guest"  # rows without an account
    NOTHING = "nothing"


def _users(address: str) -> list[AbstractBaseUser]:
    model = get_user_model()
    field = model.get_email_field_name()
    if not any(one.name == field for one in model._meta.concrete_fields):
        return []
    rows = model._base_manager.using(router.db_for_write(model)).filter(**{f"{field}__iexact": address}, is_active=True)
    return list(rows[:5])


def _judged(address: str) -> list[Subject]:
    """Return the users whose own address the site says this is proven to be."""
    if not conf.PROVEN_EMAIL:
        return []
    judge = cast("Callable[[Any], str | None]", import_string(conf.PROVEN_EMAIL))
    users = [one for one in _users(address) if normal(judge(one) or "") == normal(address)]
    return [subjects.for_user(one) for one in users]


def proven_person(address: str) -> Subject | None:
    """Return the one account whose own address this is proven to be, by the site or by a room that keeps addresses.

    Failing that, the one person without an account who has proven it. None for nobody, and for several.
    """
    proven = dict.fromkeys([*_judged(address), *contacts.holders(address).proven])
    accounts = [one for one in proven if one.user is not None and getattr(one.user, "is_active", True)]
    found = accounts or [one for one in proven if one.user_id is None]
    return found[0] if len(found) == 1 else None


def _is_named(address: str) -> bool:
    """Whether an account names the address, without a proof that tells whose it is."""
    held = contacts.holders(address)
    return bool(_users(address) or held.proven or held.named)


def _has_guests(declaration: PersonalData, role: str, claim: DeclaredClaim, address: str) -> bool:
    """Whether rows without an account may hold the address; for sealed ones as the blind index says."""
    model = holdings.model_of(declaration)
    column = path_end(model, claim.field)
    rows = model._base_manager.using(router.db_for_write(model))
    path = declaration.subjects.get(role)
    if isinstance(path, str) and path != "self":
        rows = rows.filter(**{f"{path}__isnull": True})
    if isinstance(column, EncryptedField):
        known = column.index_values(address) if column.index else []
        index = claim.field.removesuffix(column.name) + column.index_name
        return rows.filter(**{f"{index}__in": known}).exists() if known else False
    return rows.filter(**{f"{claim.field}__iexact": address}).exists()


def guests(address: str) -> bool:
    """Whether anything without an account is held under the address."""
    return any(
        _has_guests(declaration, role, claim, address)
        for declaration in holdings.declared()
        for role, claim in declaration.claims.items()
        if claim.kind == "email" and not declaration.model.startswith(OWN)
    )


def asks_for_facts() -> bool:
    """Whether a declaration asks for a second fact beside the address."""
    return any(claim.also for declaration in holdings.declared() for claim in declaration.claims.values())


def look_up(address: str) -> Found:
    """Say what an address stands for."""
    if proven_person(address) is not None:
        return Found.ACCOUNT
    if guests(address):
        return Found.GUEST
    return Found.SIGN_IN if _is_named(address) else Found.NOTHING


def person_of(address: str) -> Subject | None:
    """Return whom a proven address belongs to: the account, who proved it before, or a new correspondent.

    None where nothing is held under it.
    """
    person = proven_person(address)
    if person is not None:
        return person
    if not guests(address):
        return None
    rows = Claim.objects.using(router.db_for_write(Claim)).filter(kind="email", hash=digest("email", address))
    known = rows.filter(subject__user__isnull=True, subject__erased_at__isnull=True).first()
    return known.subject if known else subjects.correspondent()
