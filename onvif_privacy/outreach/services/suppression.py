"""Who is not written to any more, by keyed hash: it holds when message, person and list are gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, router, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from onvif_privacy.core import ledger
from onvif_privacy.outreach.models import Suppression
from onvif_privacy.outreach.services import purposes
from onvif_privacy.outreach.services.addresses import Hasher

ALL: Final = "all"
Reason = Suppression.Reason


def using() -> str:
    """Return the alias of the database that is written."""
    return router.db_for_write(Suppression)


def rows() -> QuerySet[Suppression]:
    """Return every row, from the database that is written."""
    return Suppression.objects.using(using())


def in_force(scope: str) -> QuerySet[Suppression]:
    """Return the rows that keep mail of a scope back now."""
    return rows().filter(Q(until__isnull=True) | Q(until__gt=timezone.now()), scope__in={scope, ALL})


def _add(address_hash: str, scope: str, reason: str, until: datetime | None) -> bool:
    try:
        with transaction.atomic(using=using()):
            rows().create(address_hash=address_hash, scope=scope, reason=reason, until=until)
    except IntegrityError:  # it stands already; what lasts longer wins
        if until is None:
            rows().filter(address_hash=address_hash, scope=scope, until__isnull=False).update(until=None, reason=reason)
        return False
    return True


def suppress_hash(address_hash: str, *, scope: str, reason: str, until: datetime | None = None) -> bool:
    """Keep mail of a scope from the address behind a hash; True if that is new. With its entry, in one transaction."""
    with transaction.atomic(using=using()):
        new = _add(address_hash, scope, reason, until)
        if new:
            ledger.record("outreach.suppressed", payload={"scope": scope, "reason": str(reason)})
    return new


def suppress(*, address: str, scope: str, reason: str, until: datetime | None = None) -> bool:
    """Keep mail of a scope (``all`` or a purpose) from an address; its hash is stored, never the address."""
    return suppress_hash(Hasher.load().of(address), scope=scope, reason=reason, until=until)


def among(hashes: Mapping[str, Collection[str]], scope: str) -> set[str]:
    """Return which addresses get no mail of a scope. ``hashes`` are all hashes of each, the newest first, by any key.

    One query. A hit under an older secret is stored again under the newest.
    """
    behind: dict[str, set[str]] = {}  # several people may have one address
    for key, several in hashes.items():
        for one in several:
            behind.setdefault(one, set()).add(key)
    found = set[str]()
    for row in in_force(scope).filter(address_hash__in=behind):
        found |= behind[row.address_hash]
        newest = next(iter(hashes[min(behind[row.address_hash])]))
        if newest != row.address_hash:
            _add(newest, row.scope, row.reason, row.until)
    return found


def suppressed(address: str, scope: str) -> bool:
    """Whether an address gets no mail of a scope."""
    return bool(among({"": Hasher.load().every(address)}, scope))


def lift(address: str, scope: str) -> None:
    """Let mail of one purpose reach an address again; only the person's own proof (`optin.confirm`) calls this.

    Where everything was suppressed, every other purpose stays so.
    """
    hashes = Hasher.load().every(address)
    mine = rows().filter(address_hash__in=hashes)
    for row in mine.filter(scope=ALL):
        for other in purposes.slugs():
            if other != scope:
                _add(hashes[0], other, row.reason, row.until)
    mine.filter(scope__in=(ALL, scope)).delete()


def look_up(*, address: str, actor: AbstractBaseUser) -> list[Suppression]:
    """Return what keeps mail from an address, for a member of staff; each look-up is an entry.

    Raises PermissionDenied.
    """
    if not actor.has_perm("onvif_privacy_outreach.look_up_suppression"):  # type: ignore[attr-defined]
        raise PermissionDenied
    with transaction.atomic(using=using()):
        found = list(rows().filter(address_hash__in=Hasher.load().every(address)).order_by("scope"))
        ledger.record("outreach.looked_up", payload={"rows": len(found)}, actor=actor)
    return found
