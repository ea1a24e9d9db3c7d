"""What is done about partners behind the pages."""

from __future__ import annotations

from datetime import UTC

from django.utils import timezone

from onvif_privacy.core import consent
from onvif_privacy.core.jobs import Run, job
from onvif_privacy.disclosures.models import Recall, Service
from onvif_privacy.disclosures.partners import keeping, recalling, terms


@job("disclosures.partners", every="1h", lease="10m", alarm="1d")
def look_after_partners(run: Run) -> None:
    """End what has run out, recall what may not be held any more, delete our copies, suspend who does not answer."""
    today = timezone.now().astimezone(UTC).date()
    with run.step():
        recalling.run(today)
    with run.step():
        keeping.purge(today)


def objected(sender: object, *, decision: object, **kwargs: object) -> None:
    """Recall what partners hold of somebody who objects to, or withdraws, the purpose of a service."""
    outcome, purpose = str(getattr(decision, "outcome", "")), getattr(decision, "purpose", "")
    refuses = outcome in (consent.Outcome.OBJECTED, consent.Outcome.WITHDRAWN)
    if refuses and purpose in {terms.purpose_of(one) for one in Service.values}:
        today = timezone.now().astimezone(UTC).date()
        recalling.of_person(decision.subject, Recall.Reason.OBJECTION, today=today, purpose=purpose)  # type: ignore[attr-defined]
