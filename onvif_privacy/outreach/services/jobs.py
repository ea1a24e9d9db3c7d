"""What this room does behind the pages."""

from __future__ import annotations

import logging
import time

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from onvif_privacy.core import outbox
from onvif_privacy.core.jobs import Run, job
from onvif_privacy.core.outbox import MailUnreachable
from onvif_privacy.outreach.models import Campaign, OptIn
from onvif_privacy.outreach.services import events, optin, partners
from onvif_privacy.outreach.services.campaigns import acting, queueing, sending
from onvif_privacy.outreach.services.surveys import answering, mixing

logger = logging.getLogger(__name__)

SENDING_SECONDS = 40


@job("outreach.letters", every="1m", lease="5m", alarm="1h")
def send_letters(run: Run) -> None:
    """Ask addresses that were typed in, and forget requests that nobody confirmed."""
    with run.step():
        optin.expire()
    outbox.drain(OptIn, time.monotonic() + SENDING_SECONDS, compose=optin.compose)


@job("outreach.campaigns", every="1m", lease="10m", alarm="1h")
def send_campaigns(run: Run) -> None:
    """Begin what is approved and due, fill queues, and send."""
    with run.step():
        sending.close_stale()
    trouble: list[str] = []
    for campaign in due():
        if run.spent:
            return
        with run.step():  # the lease is still ours
            pass
        try:
            advance(campaign, run.deadline)
        except acting.NotNow as reason:
            logger.info("campaign %s: %s", campaign.ref, reason)
        except MailUnreachable as error:
            trouble.append(str(error))
    if trouble:
        raise MailUnreachable(trouble[0])


def due() -> list[Campaign]:
    """Return the campaigns that something is to be done about, the oldest first."""
    states = (Campaign.State.APPROVED, Campaign.State.QUEUEING, Campaign.State.SENDING)
    begun = Q(send_from__isnull=True) | Q(send_from__lte=timezone.now())
    return list(acting.rows().filter(begun, state__in=states).order_by("created_at"))


def advance(campaign: Campaign, deadline: float) -> None:
    """Bring one campaign as far as the time (of `time.monotonic`) allows."""
    if campaign.state == Campaign.State.APPROVED:
        acting.begin(campaign)
    if campaign.state == Campaign.State.QUEUEING:
        queueing.queue(campaign, deadline)
        campaign.refresh_from_db(using=acting.using())
    if campaign.state == Campaign.State.SENDING:
        sending.send(campaign, deadline)


@job("outreach.answers", every="10m", lease="10m", alarm="1d")
def mix_answers(run: Run) -> None:
    """Take the order out of surveys that were answered since the last time."""
    surveys = mixing.opened()
    run.cursor = {str(one.pk): run.cursor.get(str(one.pk), 0) for one in surveys}
    for one in surveys:
        if run.spent:
            return
        with run.step():
            if run.cursor[str(one.pk)] != one.answers:
                run.cursor[str(one.pk)] = mixing.mix(one)


@job("outreach.daily", every="1d", lease="10m", alarm="3d")
def once_a_day(run: Run) -> None:
    """Publish what partners may know, close surveys, and forget what has outlived its term."""
    for campaign in partners.running():
        with run.step():
            partners.release_counts(campaign)
    with run.step():
        answering.close_due()
        answering.forget_texts()
    with run.step():
        sending.forget()
        events.forget()


# Read raw: a wrong type is for the check to report, not for the start to fail on.
if isinstance(place := getattr(settings, "ONVIF_PRIVACY_OUTREACH_BOUNCES_MAILDIR", ""), str) and place:
    from onvif_privacy.outreach.services import bounces

    @job("outreach.bounces", every="5m", lease="5m", alarm="1d")
    def read_reports(run: Run) -> None:
        """Read reports of bounces and complaints."""
        with run.step():
            pass
        bounces.watch()
