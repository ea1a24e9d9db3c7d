"""How far a campaign has come, for screens and commands. Three queries, however many mails there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count
from django.utils import timezone

from onvif_privacy.outreach.models import Campaign, Message
from onvif_privacy.outreach.services.campaigns import acting

LATELY: Final = timedelta(seconds=60)


@dataclass(frozen=True)
class Progress:
    """``counts`` by state, or state and reason (``skipped suppressed``). ``rate`` is mails a second of the last minute.

    ``left_seconds`` is None while nothing can be said.
    """

    counts: Mapping[str, int]
    rate: float = 0.0

    @property
    def total(self) -> int:
        """Every mail of the campaign."""
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        """What is not decided yet."""
        return sum(number for key, number in self.counts.items() if key.partition(" ")[0] in ("waiting", "sending"))

    @property
    def ended(self) -> int:
        """What has an end, whichever."""
        return self.total - self.waiting

    @property
    def sent(self) -> int:
        """What a mail server has taken."""
        return self.counts.get("sent", 0)

    @property
    def percent(self) -> int:
        """How much has an end, rounded down."""
        return 100 * self.ended // self.total if self.total else 0

    @property
    def left_seconds(self) -> int | None:
        """How long the rest takes at the rate of the last minute."""
        return int(self.waiting / self.rate) if self.rate and self.waiting else None


def of(campaign: Campaign, now: datetime | None = None) -> Progress:
    """Return the progress of a campaign; what it remembered once its mails are forgotten."""
    if campaign.counts:
        return Progress(campaign.counts)
    mine = Message.objects.using(acting.using()).filter(campaign=campaign)
    rows = (
        mine.order_by().values("state", "reason").annotate(number=Count("pk")).values_list("state", "reason", "number")
    )
    counts = {f"{state} {reason}".strip(): number for state, reason, number in rows}
    since = (now or timezone.now()) - LATELY
    lately = mine.filter(batch__opened_at__gt=since - LATELY, sent_at__gt=since).count()
    return Progress(dict(sorted(counts.items())), lately / LATELY.total_seconds())
