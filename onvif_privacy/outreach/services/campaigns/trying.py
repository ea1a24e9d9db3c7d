"""Preview and test: how a mail will look, with the data of nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import override

from onvif_privacy.outreach.doors import service_mail
from onvif_privacy.outreach.models import Campaign, CampaignText
from onvif_privacy.outreach.services.campaigns import acting, rendering, sending


@dataclass(frozen=True)
class Sample:
    """One text as it will arrive."""

    language: str
    subject: str
    text: str
    html: str


def _values(language: str) -> dict[str, str]:
    with override(language):
        return {
            rendering.NAME: _("Sam Sample"),
            rendering.UNSUBSCRIBE: "https://unsubscribe.invalid/",
            rendering.SURVEY: "https://survey.invalid/",
        }


def _sample(text: CampaignText, campaign: Campaign) -> CampaignText:
    made = rendering.whole(text, campaign)
    return CampaignText(language=text.language, subject=text.subject, html=made.html, text=made.text)


def preview(campaign: Campaign) -> list[Sample]:
    """Return each text of a campaign as it will arrive, with sample data: never a real person's."""
    found = []
    for text in campaign.texts.using(acting.using()):
        sample, values = _sample(text, campaign), _values(text.language)
        found.append(
            Sample(
                text.language,
                rendering.filled(sample.subject, values, html=False),
                rendering.filled(sample.text, values, html=False),
                rendering.filled(sample.html, values, html=True),
            )
        )
    return found


def test_send(campaign: Campaign, *, actor: AbstractBaseUser) -> int:
    """Send each text to the own address of who asks, marked as a test; returns how many mails left.

    Raises PermissionDenied, NotNow for somebody without an address, and what the mail backend raises.
    """
    if not actor.has_perm(acting.CHANGE) and not actor.has_perm(acting.APPROVE):  # type: ignore[attr-defined]
        raise PermissionDenied
    address = str(getattr(actor, actor.get_email_field_name(), "") or "")
    if not address:
        raise acting.NotNow(_("Your account has no e-mail address."))
    texts: list[Any] = list(campaign.texts.using(acting.using()))
    for text in texts:
        sample = _sample(text, campaign)
        message = sending.written(campaign, sample, to=address, values=_values(text.language))
        message.subject = f"[TEST] {message.subject}"
        with service_mail("outreach.test"):
            message.send()
    return len(texts)
