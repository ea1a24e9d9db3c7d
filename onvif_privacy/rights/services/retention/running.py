"""One pass of retention: model after model, a batch a step, taken up again where the last run ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import router
from django.db.models import Q
from django.utils import timezone

from onvif_privacy.core.jobs import Run
from onvif_privacy.core.models import Decision, Outcome, Subject
from onvif_privacy.core.registry import PersonalData, purposes
from onvif_privacy.rights.services.erasure.planning import ordered
from onvif_privacy.rights.services.retention import rules
from onvif_privacy.rights.services.retention.candidates import candidates, parts_of
from onvif_privacy.rights.services.retention.ending import Turn, delete_files, end, found

OVERLAP = timedelta(minutes=10)  # a decision may be committed later than it was made
AT_ONCE = 200


class NotAllEnded(Exception):
    """Some rows could not end; the log names them, and the next run tries again."""


def _key(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)


def run(run: Run) -> Counter[str]:
    """End everything whose time has come, by every rule that runs. Raises NotAllEnded after all the others are done."""
    total, now = Counter[str](), timezone.now()
    declared = rules.with_an_end()
    labels = [one.model.lower() for one in declared]
    at = run.cursor.get("model", "")
    start = labels.index(at) if at in labels else 0
    for declaration in declared[start:]:
        total += _model(run, declaration, now)
        if run.cut:
            return total
    with run.step():
        failed = int(run.cursor.get("failed", 0))
        run.cursor.clear()
    if failed:
        raise NotAllEnded(f"{failed} rows could not end")
    return total


def _model(run: Run, declaration: PersonalData, now: datetime) -> Counter[str]:
    total = Counter[str]()
    with run.step():
        runs = rules.may_run(declaration, now=now)
        if run.cursor.get("model") != declaration.model.lower():
            run.cursor |= {"model": declaration.model.lower(), "after": None}
    while runs and not run.spent:
        turn = found(declaration, after=run.cursor.get("after"), size=rules.BATCH, now=now)
        delete_files(turn, now=now)
        with run.step():
            total += end(turn, now=now)
            run.cursor["after"] = _key(turn.last)
            run.cursor["failed"] = int(run.cursor.get("failed", 0)) + len(turn.failed)
        run.progress(f"{declaration.model} {total['deleted'] + total['ended']}")
        if not turn.full:
            break
    return total


def _naming(purpose: str) -> Iterator[PersonalData]:
    """Yield the declarations with a field that is kept for a purpose, children before what they point at."""
    for declaration in ordered():
        parts = [part for declared in declaration.fields.values() for part in parts_of(declared)]
        if any(part.purpose_column or purpose in part.purposes for part in parts):
            yield declaration


def withdrawn(run: Run) -> None:
    """Look at once at what is held of people who took an agreement back since the last pass.

    A pass has a fixed begin and end, and its place is kept: one that is cut goes on with who comes next, and however
    many take something back meanwhile, nobody waits for those before them twice.
    """
    now = timezone.now()
    with run.step():
        if "upto" not in run.cursor:
            since = datetime.fromisoformat(run.cursor["since"]) if "since" in run.cursor else now
            run.cursor |= {"begin": (since - OVERLAP).isoformat(), "upto": now.isoformat(), "place": None, "failed": 0}
    while batch := _taken_back(run.cursor):
        for person, purpose, *place in batch:
            if run.spent:
                return
            failed = end_for(run, person, purpose, now=now)
            with run.step():
                run.cursor["place"] = [place[0].isoformat(), str(place[1])]
                run.cursor["failed"] += failed
    failed, upto = int(run.cursor["failed"]), run.cursor["upto"]
    with run.step():
        run.cursor.clear()
        run.cursor["since"] = upto
    if failed:
        raise NotAllEnded(f"{failed} rows could not end")


def _taken_back(cursor: dict[str, Any]) -> list[Any]:
    """Return subject, purpose, moment and id of the next decisions of a pass by which somebody takes something back."""
    asked = [one.slug for one in purposes.all() if one.basis.asks and any(_naming(one.slug))]
    rows = Decision.objects.using(router.db_for_write(Decision)).filter(purpose__in=asked)
    rows = rows.exclude(outcome=Outcome.GRANTED).filter(decided_at__gte=cursor["begin"], decided_at__lt=cursor["upto"])
    if cursor["place"]:
        moment, pk = cursor["place"]
        rows = rows.filter(Q(decided_at__gt=moment) | Q(decided_at=moment, pk__gt=pk))
    found = rows.order_by("decided_at", "pk").values_list("subject", "purpose", "decided_at", "pk")
    return list(found[:AT_ONCE])


def end_for(run: Run, person: Any, purpose: str, *, now: datetime) -> int:
    """End what nothing keeps any more of one person, for one purpose they no longer grant; returns what failed."""
    subject = Subject.objects.using(router.db_for_write(Subject)).get(pk=person)
    failed = 0
    for declaration in _naming(purpose):
        if not _runs(run, declaration, now):
            continue
        turn = Turn(declaration, full=True)
        while turn.full:
            turn = found(declaration, after=turn.last, size=rules.BATCH, now=now, of=subject)
            delete_files(turn, now=now)
            with run.step():
                end(turn, now=now)
            failed += len(turn.failed)
    return failed


def _runs(run: Run, declaration: PersonalData, now: datetime) -> bool:
    """Whether the rule may end rows; where the database cannot name what is due, there is nothing to weigh."""
    if candidates(declaration, at=now) is None:
        return True
    with run.step():
        return rules.may_run(declaration, now=now)
