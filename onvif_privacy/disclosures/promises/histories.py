"""The history of a case is what happened: each step is in the ledger, and the ledger names none that is not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from onvif_privacy.core.promises import Finding, Kind, Look, Plant, check
from onvif_privacy.disclosures.models import Step
from onvif_privacy.disclosures.promises.cases import CASES
from onvif_privacy.disclosures.promises.planted import World, world
from onvif_privacy.disclosures.services import histories
from onvif_privacy.disclosures.services.acting import step as taken
from onvif_privacy.disclosures.services.acting import using


@check(CASES, kind=Kind.LEDGER, every=timedelta(hours=24), ttl=timedelta(hours=48), empty=True)
def histories_are_what_the_ledger_says(look: Look) -> Iterable[Finding]:
    """Compare every step with its entry, and every entry with its step: changed, lost, added and moved ones differ."""
    left, places = Counter[str](), dict[str, str]()
    for digest, place in histories.told():
        left[digest] += 1
        places[digest] = place
    rows = Step.objects.using(using()).select_related("case").defer("note").order_by("case", "number")
    for step in rows.iterator(chunk_size=1000):
        look.seen()
        digest = histories.bound(step)
        if not left[digest]:
            yield Finding(f"case {step.case.ref}, step {step.number}", "is not what the ledger says of it")
        left[digest] -= 1
    for digest in sorted(digest for digest, number in left.items() if number > 0):
        yield Finding(places[digest], "is in the ledger, and not in the history")


def _walked(made: World) -> list[Step]:
    """Give a case that was handed over two steps, as the services write them."""
    for _step in range(2):
        taken(made.case, "note", actor=made.worker)
    return list(Step.objects.using(using()).filter(case=made.case).order_by("number"))


@histories_are_what_the_ledger_says.saboteur
@contextmanager
def an_act_by_somebody_else(plant: Plant) -> Iterator[str]:
    """Let a step have been the other person's."""
    with world() as made:
        _first, last = _walked(made)
        made.again(Step).filter(pk=last.pk).update(actor=made.approver)
        yield f"case {made.case.ref}, step {last.number}: is not what"


@histories_are_what_the_ledger_says.saboteur
@contextmanager
def a_history_that_was_cut(plant: Plant) -> Iterator[str]:
    """Take the last step away."""
    with world() as made:
        _first, last = _walked(made)
        made.again(Step).filter(pk=last.pk).delete()
        yield f"case {made.case.ref}, step {last.number}: is in the ledger"


@histories_are_what_the_ledger_says.saboteur
@contextmanager
def a_step_that_never_was(plant: Plant) -> Iterator[str]:
    """Add a step."""
    with world() as made:
        _first, last = _walked(made)
        last.pk, last.number, last._state.adding = None, last.number + 1, True
        made.again(Step).bulk_create([last])
        yield f"case {made.case.ref}, step {last.number}: is not what"
