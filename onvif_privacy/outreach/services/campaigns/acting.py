"""The verbs of a campaign: who may do what in which state. Each is one transaction with one entry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import router, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core import consent, ledger, links, subjects
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Subject
from onvif_privacy.outreach.conf import conf
from onvif_privacy.outreach.doors import segments
from onvif_privacy.outreach.models import Campaign, CampaignText, LinkTarget, Survey
from onvif_privacy.outreach.models.campaigns import PARTNER_OFFERS, PRODUCT_NEWS, SURVEYS
from onvif_privacy.outreach.services import purposes, references
from onvif_privacy.outreach.services.campaigns import rendering

CHANGE = "onvif_privacy_outreach.change_campaign"
APPROVE = "onvif_privacy_outreach.approve_campaign"
State, Kind = Campaign.State, Campaign.Kind
ENDED = (State.DONE, State.CANCELLED)


class NotNow(Exception):
    """The campaign is in another state, lacks something, or needs another person. The text is for staff."""


def using() -> str:
    """Return the alias of the database that is written."""
    return router.db_for_write(Campaign)


def rows() -> QuerySet[Campaign]:
    """Return every campaign, from the database that is written."""
    return Campaign.objects.using(using())


def _authorise(actor: AbstractBaseUser | None, permission: str) -> str:
    """Return the reference of who acts; raises PermissionDenied. None is the system itself."""
    if actor is None:
        return ""
    if not actor.has_perm(permission):  # type: ignore[attr-defined]
        raise PermissionDenied
    return subjects.for_user(actor).reference


@contextmanager
def _moving(
    campaign: Campaign, act: str, actor: AbstractBaseUser | None, *allowed: str
) -> Iterator[tuple[Campaign, dict[str, Any]]]:
    """Lock a campaign in one of some states; what is put into the dictionary is stored, with an entry."""
    changes: dict[str, Any] = {}
    with transaction.atomic(using=using()):
        row = rows().select_for_update().get(pk=campaign.pk)
        if row.state not in allowed:
            raise NotNow(_("The campaign is %(state)s.") % {"state": row.get_state_display()})
        yield row, changes
        # SQLite has no row locks: the state is compared once more
        if not rows().filter(pk=row.pk, state=row.state, text_digest=row.text_digest).update(**changes):
            raise NotNow(_("Somebody else changed the campaign at the same moment."))
        payload = {
            "campaign": row.ref,
            "act": act,
            "digest": changes.get("text_digest", row.text_digest) or None,
            "state": changes.get("state", row.state),
        }
        ledger.record("outreach.campaign", payload=payload, actor=actor)
    campaign.refresh_from_db(using=using())


def purpose_of(kind: str, party: Any) -> str:
    """Return the purpose that a kind of campaign is sent for; raises NotNow where its party is not asked for."""
    if kind == Kind.AFFILIATE:
        if party is None or party.slug not in purposes.affiliates():
            raise NotNow(
                _("Choose an affiliate that ONVIF_PRIVACY_OUTREACH_AFFILIATES names: people are asked for it.")
            )
        return purposes.affiliate_purpose(party.slug)
    if kind == Kind.OFFER and party is None:
        raise NotNow(_("An offer names the business partner it is made for."))
    return {Kind.OFFER: PARTNER_OFFERS, Kind.SURVEY: SURVEYS}.get(kind, PRODUCT_NEWS)  # type: ignore[call-overload,no-any-return]


def save(campaign: Campaign, texts: Mapping[str, tuple[str, str]], *, actor: AbstractBaseUser) -> Campaign:
    """Store a draft with its texts, subject line and Markdown by language. What was submitted becomes a draft again.

    Raises PermissionDenied, NotNow.
    """
    _authorise(actor, CHANGE)
    campaign.purpose = purpose_of(campaign.kind, campaign.party)
    if campaign.kind == Kind.SURVEY and campaign.survey is None:
        raise NotNow(_("An invitation names its survey."))
    campaign.party = campaign.party if campaign.kind in (Kind.AFFILIATE, Kind.OFFER) else None
    campaign.survey = campaign.survey if campaign.kind == Kind.SURVEY else None
    with transaction.atomic(using=using()):
        campaign.ref = campaign.ref or references.make("OC")
        before = rows().select_for_update().filter(pk=campaign.pk).first()
        if before is not None and before.state not in (State.DRAFT, State.SUBMITTED):
            raise NotNow(_("The campaign is %(state)s.") % {"state": before.get_state_display()})
        campaign.state, campaign.text_digest = State.DRAFT, ""
        campaign.submitted_by = campaign.approved_by = campaign.approved_digest = ""
        campaign.needs_second = campaign.kind == Kind.OFFER
        campaign.save(using=using())
        CampaignText.objects.using(using()).filter(campaign=campaign).delete()
        LinkTarget.objects.using(using()).filter(campaign=campaign).delete()
        CampaignText.objects.using(using()).bulk_create(
            CampaignText(campaign=campaign, language=language, subject=subject.strip(), markdown=markdown)
            for language, (subject, markdown) in texts.items()
        )
        payload = {"campaign": campaign.ref, "act": "saved", "state": campaign.state}
        ledger.record("outreach.campaign", payload=payload, actor=actor)
    return campaign


def audience(campaign: Campaign) -> QuerySet[Subject]:
    """Return who may be written to: those who agreed, narrowed by the segment. Raises NotNow for an unknown segment."""
    people = consent.audience(campaign.purpose)
    if not campaign.segment:
        return people
    if campaign.segment not in segments:
        raise NotNow(_("There is no segment %(slug)s any more.") % {"slug": campaign.segment})
    segment = segments.get(campaign.segment)
    if closed := segment.refused(campaign.purpose):
        words = _("The segment looks at fields that are not declared for this purpose: %(fields)s.")
        raise NotNow(words % {"fields": ", ".join(closed)})
    return people.filter(pk__in=segment.queryset(Subject.objects.using(using()).all()).values("pk"))


def estimate(campaign: Campaign) -> int | None:
    """Return roughly how many people a campaign reaches, in steps of K; None below ``MIN_AUDIENCE``."""
    number = audience(campaign).count()
    return None if number < conf.MIN_AUDIENCE else number - number % house.K


def problems(campaign: Campaign) -> list[str]:
    """Return what keeps a campaign from being submitted."""
    texts = list(campaign.texts.using(using()))
    found = [] if texts else [_("There is no text yet.")]
    for text in texts:
        found += [f"{text.language}: {one}" for one in rendering.problems(text)]
    if campaign.send_from and campaign.send_until and campaign.send_until <= campaign.send_from:
        found.append(_("It would end before it begins."))
    if campaign.survey is not None and campaign.survey.state != Survey.State.OPEN:
        found.append(_("The survey is not open."))
    if not house.BASE_URL:
        found.append(_("ONVIF_PRIVACY_BASE_URL is not set: no link could be made."))
    if campaign.kind == Kind.OFFER and (campaign.party is None or campaign.party.role != "business_partner"):
        found.append(_("An offer is made for a business partner."))
    return found


def _render(campaign: Campaign) -> str:
    """Store both parts of every text, with foreign links through our own site; returns the digest of everything."""
    numbers: dict[str, int] = {}

    def redirect(url: str) -> str:
        link = links.add(url, label=campaign.ref)
        if link.code not in numbers:
            numbers[link.code] = len(numbers) + 1
            LinkTarget.objects.using(using()).create(campaign=campaign, number=numbers[link.code], link=link)
        return links.address(link)

    LinkTarget.objects.using(using()).filter(campaign=campaign).delete()
    parts: list[Any] = [campaign.kind, campaign.purpose, str(campaign.party_id), campaign.segment]
    parts += [str(campaign.survey_id), str(campaign.send_from), str(campaign.send_until)]
    for text in campaign.texts.using(using()).order_by("language"):
        made = rendering.whole(text, campaign, redirect)
        text.html, text.text = made.html, made.text
        text.save(using=using(), update_fields=["html", "text"])
        parts.append([text.language, text.subject, text.markdown, text.html, text.text])
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def submit(campaign: Campaign, *, actor: AbstractBaseUser) -> Campaign:
    """Fix the words and ask for approval. A second person is needed for every offer, and above ``GATE_BULK`` people.

    Raises PermissionDenied, and NotNow with everything that is wrong.
    """
    by = _authorise(actor, CHANGE)
    if found := problems(campaign):
        raise NotNow(" ".join(found))
    many = audience(campaign)[: house.GATE_BULK + 1].count() > house.GATE_BULK
    with _moving(campaign, "submitted", actor, State.DRAFT) as (row, changes):
        changes |= {
            "state": State.SUBMITTED,
            "submitted_by": by,
            "text_digest": _render(row),
            "needs_second": row.kind == Kind.OFFER or many,
            "because": "",
        }
    return campaign


def approve(campaign: Campaign, *, actor: AbstractBaseUser, digest: str) -> Campaign:
    """Let a campaign go. ``digest`` is that of what the person saw: an edit since then is not approved.

    Raises PermissionDenied, also for whoever submitted it where a second person is needed, and NotNow.
    """
    by = _authorise(actor, APPROVE)
    with _moving(campaign, "approved", actor, State.SUBMITTED) as (row, changes):
        if row.needs_second and row.submitted_by == by:
            raise PermissionDenied
        if not digest or digest != row.text_digest:
            raise NotNow(_("The campaign was changed since you looked at it."))
        changes |= {"state": State.APPROVED, "approved_by": by, "approved_digest": row.text_digest}
    return campaign


def pause(campaign: Campaign, *, actor: AbstractBaseUser | None = None, because: str = "") -> Campaign:
    """Stop sending after the wave in hand; raises PermissionDenied, NotNow."""
    _authorise(actor, CHANGE)
    with _moving(campaign, "paused", actor, State.QUEUEING, State.SENDING) as (_row, changes):
        changes |= {"state": State.PAUSED, "because": because or "staff"}
    return campaign


def resume(campaign: Campaign, *, actor: AbstractBaseUser) -> Campaign:
    """Go on with what was paused; raises PermissionDenied, NotNow."""
    _authorise(actor, CHANGE)
    with _moving(campaign, "resumed", actor, State.PAUSED) as (_row, changes):
        changes |= {"state": State.QUEUEING, "because": ""}
    return campaign


def cancel(campaign: Campaign, *, actor: AbstractBaseUser) -> Campaign:
    """End a campaign for good; what waits is not sent any more. Raises PermissionDenied, NotNow."""
    _authorise(actor, CHANGE)
    states = [one for one in State.values if one not in ENDED]
    with _moving(campaign, "cancelled", actor, *states) as (row, changes):
        changes |= {"state": State.CANCELLED, "done_at": timezone.now()}
        waiting = row.messages.filter(state="waiting", lease__isnull=True)
        waiting.update(state="skipped", reason="cancelled")
    return campaign


def begin(campaign: Campaign) -> None:
    """Start queueing what was approved, once its time has come."""
    with _moving(campaign, "began", None, State.APPROVED) as (_row, changes):
        changes |= {"state": State.QUEUEING, "began_at": timezone.now()}


def queued(campaign: Campaign) -> None:
    """Everybody is in the queue."""
    with _moving(campaign, "queued", None, State.QUEUEING) as (_row, changes):
        changes |= {"state": State.SENDING}


def hold(campaign: Campaign) -> None:
    """Ask for a second person after all: more people agreed since it was submitted."""
    with _moving(campaign, "held", None, State.QUEUEING) as (_row, changes):
        changes |= {
            "state": State.SUBMITTED,
            "needs_second": True,
            "approved_by": "",
            "approved_digest": "",
            "because": "audience",
        }


def finish(campaign: Campaign) -> None:
    """Nothing waits any more."""
    with _moving(campaign, "done", None, State.SENDING) as (_row, changes):
        changes |= {"state": State.DONE, "done_at": timezone.now()}
