"""Looking: every look at what a case holds is written down, with its entry in the ledger, before it happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core import gate
from onvif_privacy.disclosures.models import AccessRecord, Case
from onvif_privacy.disclosures.models.states import PROCESS
from onvif_privacy.disclosures.services.acting import record, using


class NotRecorded(Exception):
    """The look could not be written down, so nothing is shown."""


def note(action: str, thing: str, *, actor: Any = None, case: Case | None = None, purpose: str = "") -> AccessRecord:
    """Write down a look before it happens, in a transaction of its own; raises NotRecorded."""
    try:
        with transaction.atomic(using=using()):
            entry = record("read", case, actor=actor)
            made = AccessRecord(
                actor=actor,
                case=case,
                thing=thing[:64],
                action=action,
                purpose=purpose[:200],
                at=timezone.now(),
                entry=entry,
            )
            made.save(using=using())
    except DatabaseError as error:
        raise NotRecorded(_("The look could not be recorded, so nothing is shown.")) from error
    return made


@contextmanager
def opened() -> Iterator[gate.Scope]:
    """Let what cases hold be read, in plain, for the length of a block; who looks has been noted before."""
    with gate.scope(PROCESS) as scope:
        yield scope
