"""Sites that the message board links to: one that somebody looked at, one that waits for it."""

from __future__ import annotations

from django.contrib.auth.models import User

from onvif_privacy.community.models import SiteStatus
from onvif_privacy.community.services import register
from standards.factories import LinkedSiteFactory


def fill_links() -> None:
    """Register both; the administrator has looked at the first."""
    seen = LinkedSiteFactory.build(
        host="testhouse.example.com",
        name="Example Test House",
        statement="https://testhouse.example.com/privacy",
        status=SiteStatus.LISTED,
    )
    register.review(site=seen, actor=User.objects.get(username="administrator"))
    LinkedSiteFactory.create(host="forum.example.net", name="Forum of implementers")
