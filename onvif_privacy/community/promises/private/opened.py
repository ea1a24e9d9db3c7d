"""A message is opened for staff only when two people agreed, and each time is recorded."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.models import Opening, OpeningUse, Report
from onvif_privacy.community.promises.clauses import PRIVATE
from onvif_privacy.community.promises.private.probes import probe
from onvif_privacy.community.services import conversations
from onvif_privacy.community.services.conversations.common import using
from onvif_privacy.community.services.openings import PURPOSE as OPENING
from onvif_privacy.community.services.openings.comparing import mismatches
from onvif_privacy.core import ledger
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import rolled_back
from onvif_privacy.core.registry import declare

OPENED = Promise(
    "private_messages.opened",
    PRIVATE,
    _("A message is opened for staff only when two of them agreed, and each time is recorded."),
)

declare(OPENED)

LOOKED_BACK = timedelta(days=90)


@check(OPENED, kind=Kind.LEDGER, empty=True)
def every_use_of_a_key_belongs_to_an_opening(look: Look) -> Iterable[Finding]:
    """Compare the scopes of the ledger that could open keys with what was read, and with what two people approved."""
    look.seen()
    for number, one in enumerate(mismatches(look.now() - LOOKED_BACK)):
        if number < 20:
            yield Finding(one.place, one.what)


@every_use_of_a_key_belongs_to_an_opening.saboteur
@contextmanager
def a_key_used_in_a_shell(plant: Plant) -> Iterator[str]:
    """Open the scope without any opening, as somebody with a shell would: the gate itself has recorded it."""
    reference = secrets.token_urlsafe(12)
    with rolled_back(using()):
        ledger.record("gate.opened", payload={"purpose": OPENING, "scope": reference})
        yield f"scope {reference}: could open keys of conversations and belongs to no reading"


@every_use_of_a_key_belongs_to_an_opening.saboteur
@contextmanager
def a_reading_that_nobody_approved(plant: Plant) -> Iterator[str]:
    """Read with an opening that waits for its second yes, past every service."""
    with rolled_back(using(), guards=False):
        first, second, clerk = probe(), probe(), probe()
        made = conversations.start(subject=first, others=[second])
        report = Report(conversation=made, reporter=second, kind=Report.Kind.OTHER)
        report.save(using=using())
        opening = Opening(conversation=made, report=report, reason="planted", requested_by=clerk)
        opening.save(using=using())
        entry = ledger.record("community.opened", payload={"opening": opening.pk.hex})
        use = OpeningUse(opening=opening, reader=clerk, scope_ref="planted", entry=entry)
        use.save(using=using())
        yield f"reading {use.pk.hex}: was read without the yes of a second person"


@every_use_of_a_key_belongs_to_an_opening.saboteur
@contextmanager
def a_ticket_that_nobody_gave(plant: Plant) -> Iterator[str]:
    """Write down a legal case for a reading whose scope, as the ledger has it, named none."""
    reference, now = secrets.token_urlsafe(12), timezone.now()
    with rolled_back(using(), guards=False):
        first, second, clerk, boss = probe(), probe(), probe(), probe()
        made = conversations.start(subject=first, others=[second])
        opening = Opening(
            basis=Opening.Basis.TICKET, conversation=made, reference="D-0", reason="planted", digest="0" * 64,
            requested_by=clerk, approved_by=boss, approved_at=now, expires_at=now + timedelta(hours=1),
        )  # fmt: skip
        opening.save(using=using())
        ledger.record("gate.opened", payload={"purpose": OPENING, "scope": reference})
        entry = ledger.record("community.opened", payload={"opening": opening.pk.hex})
        use = OpeningUse(opening=opening, reader=clerk, scope_ref=reference, entry=entry)
        use.save(using=using())
        yield f"reading {use.pk.hex}: was read by another ticket than the ledger knows"
