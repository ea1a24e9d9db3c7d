"""Nothing leaves without a case and two people, and the database would not let it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connections
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.guards import create, present, problems
from onvif_privacy.core.guards.install import wanted
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.registry import declare
from onvif_privacy.disclosures.models import Approval, HandOver, Side, Step
from onvif_privacy.disclosures.models.guards import APP
from onvif_privacy.disclosures.promises.clauses import LEGAL
from onvif_privacy.disclosures.promises.planted import world
from onvif_privacy.disclosures.services.acting import using

CASES = Promise(
    "legal_disclosure.cases",
    LEGAL,
    _("Nothing is handed over by law without a case on one of the three grounds, two people and a trace."),
)
declare(CASES)


def _wrong(row: HandOver) -> str:
    """Say what a hand-over lacks; empty where it is as it should be."""
    package, scope = row.package, row.package.scope
    votes = Approval.objects.using(using()).filter(about=scope.pk, action="scope", decision="yes", digest=scope.digest)
    people = list(votes.values_list("actor", "as_officer"))
    if not scope.digest or len({actor for actor, _officer in people}) < scope.approvals_needed:
        return "was approved by too few people"
    if scope.approvals_needed > 1 and not any(officer for _actor, officer in people):
        return "was approved by no privacy officer"
    if package.sealed_at is None or package.sealed_by_id in (None, package.built_by_id):
        return "was not sealed by a second person"
    return "" if row.recipient_key_id == scope.recipient_key_id else "went to another key than was approved"


@check(CASES, kind=Kind.DATABASE, every=timedelta(hours=1), ttl=timedelta(hours=24), empty=True)
def hand_overs_rest_on_approvals(look: Look) -> Iterable[Finding]:
    """Compare every hand-over with the yeses to exactly the digest of its scope."""
    rows = HandOver.objects.using(using()).select_related("package__scope").order_by("at")
    for row in rows.iterator(chunk_size=500):
        look.seen()
        if wrong := _wrong(row):
            yield Finding(f"hand-over {row.pk}", wrong)


@hand_overs_rest_on_approvals.saboteur
@contextmanager
def a_hand_over_without_a_yes(plant: Plant) -> Iterator[str]:
    """Set everything by SQL but the approval."""
    with world() as made:
        made.again(Approval).filter(case=made.case).delete()
        yield f"{made.hand_over.pk}: was approved by too few"


@hand_overs_rest_on_approvals.saboteur
@contextmanager
def a_yes_copied_from_another_scope(plant: Plant) -> Iterator[str]:
    """Let the yes be one to something else."""
    with world() as made:
        made.again(Approval).filter(case=made.case).update(digest="f" * 64)
        yield f"{made.hand_over.pk}: was approved by too few"


@hand_overs_rest_on_approvals.saboteur
@contextmanager
def a_seal_by_nobody(plant: Plant) -> Iterator[str]:
    """Hand over what nobody has sealed."""
    with world() as made:
        made.again(type(made.package)).filter(pk=made.package.pk).update(sealed_at=None, sealed_by=None)
        yield f"{made.hand_over.pk}: was not sealed"


@check(CASES, kind=Kind.DATABASE, every=timedelta(hours=1), ttl=timedelta(hours=24), empty=True)
def nobody_acted_on_two_sides(look: Look) -> Iterable[Finding]:
    """Walk every history: on each case a person is on one side."""
    sides: dict[tuple[object, object], set[str]] = defaultdict(set)
    acts = Step.objects.using(using()).filter(kind__in=("work", "approve")).values_list("case", "actor", "kind")
    for case, actor, kind in acts:
        sides[case, actor].add(kind)
    for about, approver in Approval.objects.using(using()).values_list("case", "actor"):
        sides[about, approver].add("approve")
    look.seen(len(sides))
    for (where, _actor), kinds in sides.items():
        if len(kinds) > 1:
            yield Finding(f"case {where}", "was worked on and approved by one person")


@nobody_acted_on_two_sides.saboteur
@contextmanager
def a_superuser_on_both_sides(plant: Plant) -> Iterator[str]:
    """Let one person submit and approve, as a superuser with the database could."""
    with world() as made:
        step = {"case": made.case, "actor": made.approver, "from_state": "verified", "to_state": "submitted"}
        made.again(Side).filter(case=made.case, actor=made.approver).update(kind="work")
        Step(number=1, action="submit", kind="work", at=timezone.now(), **step).save()
        yield f"case {made.case.pk}: was worked on and approved"


@check(CASES, kind=Kind.DATABASE, every=timedelta(hours=1), ttl=timedelta(hours=24), empty=True)
def the_database_holds_the_rules(look: Look) -> Iterable[Finding]:
    """Compare the triggers of our tables with the ones that should be there."""
    connection = connections[using()]
    if not wanted() and not present(connection):  # a test database has none
        return
    mine = [table for table in problems(connection) if table.startswith(APP)]
    look.seen(len(present(connection)))
    for table in mine:
        yield Finding(f"table {table}", "has lost a rule that two people rest on")


@the_database_holds_the_rules.saboteur
@contextmanager
def a_trigger_that_was_dropped(plant: Plant) -> Iterator[str]:
    """Drop one rule, as the owner of the database can."""
    connection = connections[using()]
    table = f"{APP}_side"
    name = sorted(name for name, of in present(connection).items() if of == table and not name.endswith("anchor"))[0]
    with connection.cursor() as cursor:
        where = f" ON {table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}{where}")
    try:
        yield f"table {table}: has lost a rule"
    finally:
        create(using())
