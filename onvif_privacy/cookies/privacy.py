"""What this room declares: the purposes a banner usually asks about, its evidence, and lines for staff and footer."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.registry import (
    Basis,
    Count,
    Digest,
    EntryKind,
    FooterLink,
    Guard,
    Purpose,
    Ref,
    Slug,
    Use,
    Waiting,
    declare,
)

declare(
    Purpose(
        "necessary",
        label=_("Necessary"),
        text=_("Keeps the site working and safe: signing in, forms, and this choice itself."),
        basis=Basis.LEGITIMATE_INTERESTS,
        clause="cookies_nature",
        default=True,
        device=True,
    ),
    Purpose(
        "preferences",
        label=_("Preferences"),
        text=_("Remembers how you like the site, such as its appearance or what you looked at last."),
        basis=Basis.CONSENT,
        clause="cookies_choice",
        device=True,
        use=Use.PERSONALIZED_EXPERIENCE,
        data_classes=("profile",),
        signals=("functionality_storage", "personalization_storage"),
    ),
    Purpose(
        "statistics",
        label=_("Statistics"),
        text=_("Shows us how the site is used, so that we can make it better."),
        basis=Basis.CONSENT,
        clause="cookies_choice",
        device=True,
        use=Use.IMPROVE_PERFORMANCE,
        data_classes=("connection", "traffic"),
        signals=("analytics_storage",),
    ),
    Purpose(
        "marketing",
        label=_("Marketing"),
        text=_("Shows you what fits your interests, here and on other sites."),
        basis=Basis.CONSENT,
        clause="cookies_choice",
        device=True,
        use=Use.MARKETING,
        data_classes=("connection", "traffic", "profile"),
        signals=("ad_storage", "ad_user_data", "ad_personalization"),
    ),
)

declare(
    EntryKind(
        "cookies.published",
        {
            "number": Count,
            "digest": Digest,
            "changes": Digest,
            "renewed": [Slug],
            "excused": [Slug],
            "texts": [Digest],
            "by": Ref,
        },
    ),
    EntryKind(
        "cookies.audited",
        {
            "run": Ref,
            "engine": Slug,
            "states": [Slug],
            "policy": Count,
            "pages": Count,
            "verdict": Slug,
            "found": Digest,
            "screenshots": [Digest],
        },
    ),
    Guard("onvif_privacy_cookies.AuditRun", "deletable"),
    Guard("onvif_privacy_cookies.PolicyScreenshot", "insert_only"),
    Guard("onvif_privacy_cookies.PolicyVersion", "insert_only"),
    Guard("onvif_privacy_cookies.PolicyText", "insert_only"),
    FooterLink(
        "cookies",
        label=_("Cookie settings"),
        url_name="onvif_privacy_cookies:settings",
        order=20,
        attributes={"data-privacy-open": ""},
    ),
)


def unpublished(request: HttpRequest) -> int:
    """Return 1 while the drafts differ from what is published."""
    from onvif_privacy.cookies.services import publishing
    from onvif_privacy.cookies.services.snapshot import Contradiction

    try:
        return int(bool(publishing.draft().changes))
    except (publishing.NotPublishable, Contradiction):
        return 1


def findings(request: HttpRequest) -> int:
    """Return how many findings nobody has dealt with."""
    from onvif_privacy.cookies.models import CookieFinding

    return CookieFinding.objects.open(timezone.localdate()).count()


declare(
    Waiting(
        "cookies-unpublished",
        label=_("Cookie policy to publish"),
        count=unpublished,
        address="admin:onvif_privacy_cookies_policyversion_changelist",
        permission="onvif_privacy_cookies.publish_policy",
    ),
    Waiting(
        "cookies-findings",
        label=_("Cookies that nobody declared"),
        count=findings,
        address="admin:onvif_privacy_cookies_cookiefinding_changelist",
        permission="onvif_privacy_cookies.change_cookiefinding",
    ),
)

# what this room promises, the checks that would notice, and its job: declared by being imported
from onvif_privacy.cookies import promises as promises  # noqa: E402
from onvif_privacy.cookies.services import retention as retention  # noqa: E402
