"""An approval counts for nothing after any change: tried as the owner of a database, without guards."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from onvif_privacy.core.models import Party
from onvif_privacy.disclosures.models import (
    Case,
    HandOver,
    RecipientKey,
    Regime,
    Requester,
    Scope,
    ScopeItem,
)
from onvif_privacy.disclosures.services import approvals, building, digest, handovers
from onvif_privacy.disclosures.services.errors import Conflict, Refused
from tests.disclosures.factories import RECENT, House, age_key, scope_of
from tests.disclosures.test_rules import ada, sql

# 5: an approval counts for nothing after any change


def bound_columns() -> list[tuple[type[models.Model], str]]:
    """Every column that an approval is bound to, from the models themselves."""
    return [(model, name) for model in digest.UNBOUND for name in digest.bound(model) if name != "id"]


def _another(field: Any, row: Any) -> Any:
    """Return another value that the column takes, as somebody with the database would write it."""
    value = getattr(row, field.attname)
    kind = field.get_internal_type()
    if field.attname in ("case_id", "scope_id", "regime_id", "party_id", "requester_id", "recipient_key_id",
                         "authority_id", "supersedes_id", "prepared_by_id", "proved_by_id"):  # fmt: skip
        return -1 if field.attname in ("prepared_by_id", "proved_by_id") else uuid.uuid4()
    if kind == "BooleanField":
        return not value
    if "Integer" in kind:
        return (value or 0) + 7
    if kind == "JSONField":
        return [*value, "x"] if isinstance(value, list) else {"x": 1}
    if kind == "DateTimeField":
        return (value or timezone.now()) + timezone.timedelta(seconds=1)
    if kind == "DateField":
        return (value or timezone.now().date()) + timezone.timedelta(days=1)
    if kind == "BinaryField":
        return b"\x01" + bytes(60)
    return f"{str(value or '')[: max(0, (field.max_length or 50) - 1)]}x"[: field.max_length or 50]


def _rows_of(case: Case) -> dict[type[models.Model], Any]:
    scope = scope_of(case)
    return {
        Scope: scope,
        ScopeItem: ScopeItem.objects.filter(scope=scope).first(),
        Regime: scope.regime,
        Party: scope.party,
        Requester: scope.requester,
        RecipientKey: scope.recipient_key,
    }


@pytest.mark.django_db
def test_each_bound_column_voids_the_approval_when_it_is_changed() -> None:
    """Without guards, as a database owner could: all columns of all bound models, one after the other."""
    house = House()
    who = Requester.objects.create(authority=house.authority, name="Sergeant Example", badge="7")
    case = house.approved([ada()], case=house.verified(requester=who))
    scope = scope_of(case)
    assert approvals.count(scope) == 1
    rows, tried = _rows_of(case), 0
    for model, name in bound_columns():
        field: Any = next(one for one in model._meta.concrete_fields if one.attname == name)
        value = _another(field, rows[model])
        raw = field.get_db_prep_save(value, connection) if not hasattr(field, "seal") else value
        statement = f"UPDATE {model._meta.db_table} SET {connection.ops.quote_name(field.column)} = %s WHERE id = %s"
        with connection.constraint_checks_disabled():
            try:
                with transaction.atomic():
                    sql(statement, raw, rows[model].pk)()
                    assert approvals.count(Scope.objects.get(pk=scope.pk)) == 0, f"{model.__name__}.{name}"
                    tried += 1
                    transaction.set_rollback(True)
            except IntegrityError:  # a constraint holds even this: then nothing was changed
                tried += 1
    assert tried == len(bound_columns()) >= 60
    assert approvals.count(Scope.objects.get(pk=scope.pk)) == 1


@pytest.mark.django_db
def test_what_was_changed_is_neither_built_nor_sealed_nor_handed_over() -> None:
    house = House()
    house.key, _secret = age_key(house.authority)
    case = house.approved([ada()])
    package = building.build(case=case, actor=house.worker)
    party = house.authority.party
    Party.objects.filter(pk=party.pk).update(name="Somebody else")
    for act in (
        lambda: building.build(case=case, actor=house.worker),
        lambda: building.seal(case=case, package=package, actor=house.approver, strength=RECENT),
        lambda: handovers.hand_over(case=case, package=package, actor=house.approver, strength=RECENT),
    ):
        with pytest.raises((Conflict, Refused)):
            act()
    assert Case.objects.get(pk=case.pk).state == "verified"
    assert not HandOver.objects.exists()
