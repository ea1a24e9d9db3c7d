"""A canary person: their export holds all of them and nothing of another, and nothing is left when they are erased."""

from __future__ import annotations

import io
import secrets
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import router
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import gate
from onvif_privacy.core.models import Subject
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered, rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.rights.models import Claim
from onvif_privacy.rights.promises.clauses import RIGHTS
from onvif_privacy.rights.services import export, holdings
from onvif_privacy.rights.services.erasure import ending
from onvif_privacy.rights.services.export import archive

CANARY = Promise(
    "rights.canary",
    RIGHTS,
    _("A copy holds everything of one person and nothing of another; what is erased is in no copy any more."),
)

declare(CANARY)


def _copy(subject: Subject) -> bytes:
    sink = io.BytesIO()
    export.stream(subject=subject, sink=sink)
    return zipfile.ZipFile(sink).read("export.json")


def _ended(subject: Subject) -> None:
    """End every row of the canary as an erasure does."""
    with holdings.opened(subject) as (scope, who):
        for declaration in holdings.declared():
            for batch in holdings.batches(declaration, who):
                roles = holdings.roles_of(declaration, who, batch)
                scope.claim(batch)
                for row in batch:
                    judged = ending.judge(declaration, row, roles[row.pk], states={}, now=timezone.now())
                    ending.end(judged, who, back=False)


@check(CANARY, kind=Kind.REFUSAL)
def copies_are_whole_and_nobody_elses(look: Look) -> Iterable[Finding]:
    """Make two people who exist for this look only, copy one, erase them, and copy them again."""
    using, found = router.db_for_write(Claim), list[Finding]()
    with rolled_back(using):
        words = [f"{secrets.token_hex(12)}@canary.invalid" for _person in range(2)]
        people = [Subject.objects.using(using).create() for _word in words]
        for person, word in zip(people, words, strict=True):
            holdings.claim(person, kind="email", value=word)
        copy = _copy(people[0])
        look.seen()
        if words[0].encode() not in copy:
            found.append(Finding("export", "lacks something of the person"))
        if words[1].encode() in copy:
            found.append(Finding("export", "holds something of another person"))
        _ended(people[0])
        if words[0].encode() in _copy(people[0]):
            found.append(Finding("erasure", "left something of the person"))
    return found


@copies_are_whole_and_nobody_elses.saboteur
@contextmanager
def a_model_is_forgotten(plant: Plant) -> Iterator[str]:
    """Leave rows out of the copy."""
    with altered(archive, "lines", lambda *asked: iter(())):
        yield "export: lacks something of the person"


@copies_are_whole_and_nobody_elses.saboteur
@contextmanager
def rows_of_everybody(plant: Plant) -> Iterator[str]:
    """Put rows of everybody into the copy, as a forgotten filter would."""

    def everybody(declaration: Any, who: Any, **asked: Any) -> Iterator[list[Any]]:
        if declaration.model == "onvif_privacy_rights.Claim":
            rows = Claim.objects.using(router.db_for_write(Claim))
            batches = [*rows.filter(subject=who.subject)], [_opened(row) for row in rows.exclude(subject=who.subject)]
            yield from filter(None, batches)

    def _opened(row: Claim) -> Claim:
        with gate.scope("own_access", subject=row.subject) as scope:
            scope.claim([row])
            row.__dict__["value"] = row.value
        return row

    with altered(holdings, "batches", everybody):
        yield "export: holds something of another person"


@copies_are_whole_and_nobody_elses.saboteur
@contextmanager
def an_end_that_ends_nothing(plant: Plant) -> Iterator[str]:
    """Let an erasure say that it is done without doing it."""
    with altered(ending, "end", lambda judged, who, back: ending.Done()):
        yield "erasure: left something of the person"
