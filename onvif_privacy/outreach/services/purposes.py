"""What this room asks people for: news of ours, of each affiliate, offers of partners, surveys. Each is a choice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.conf import settings
from django.utils.functional import lazystr
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.registry import Basis, NotDeclared, Purpose, Use, purposes
from onvif_privacy.outreach.models.campaigns import PARTNER_OFFERS, PRODUCT_NEWS, SURVEYS

ASKING: Final = "subscribing"
"""The purpose of the one mail that asks an address whether it wants mails."""
EXIT: Final = "mail"
_AFFILIATE: Final = "affiliate_"


def affiliates() -> dict[str, str]:
    """Return the short name and the name of each affiliate; read raw, since a wrong type is for the check to report."""
    found: Any = getattr(settings, "ONVIF_PRIVACY_OUTREACH_AFFILIATES", {})
    rows = found.items() if isinstance(found, Mapping) else ()
    return {slug: str(name) for slug, name in rows if isinstance(slug, str)}


def affiliate_purpose(slug: str) -> str:
    """Return the purpose of an affiliate's news by the short name of its party."""
    return f"{_AFFILIATE}{slug.replace('-', '_')}"[:48]


def _mailing(slug: str, label: Any, text: Any, clause: str, use: Use, **more: Any) -> Purpose:
    return Purpose(
        slug,
        label=label,
        text=text,
        basis=Basis.CONSENT,
        clause=clause,
        record="scope",
        exits=True,
        bulk=True,
        use=use,
        data_classes=("contact", "identity"),
        **more,
    )


def declared() -> Iterator[Purpose]:
    """Yield the purposes of this room."""
    yield Purpose(
        ASKING,
        label=_("Asking whether you want our mails"),
        text=_("One mail to the address that was typed in, which asks whether it wants our mails."),
        basis=Basis.CONTRACT,
        clause="product_news",
        default=True,
        record="none",
    )
    yield _mailing(
        PRODUCT_NEWS,
        _("Our news"),
        _("We write to you about our own products and services."),
        "product_news",
        Use.MARKETING,
    )
    for slug, name in affiliates().items():
        text = _("We write to you about products and services of {name}, which belongs to our group.")
        yield _mailing(
            affiliate_purpose(slug),
            format_lazy(_("News of {name}"), name=lazystr(name)),
            format_lazy(text, name=lazystr(name)),
            "product_news",
            Use.MARKETING,
            parties=(slug,),
        )
    yield _mailing(
        PARTNER_OFFERS,
        _("Offers of business partners"),
        _("We write to you on behalf of business partners. They do not get your address, nor anything else of you."),
        "partner_offers",
        Use.MARKETING_THIRD_PARTIES,
    )
    yield _mailing(
        SURVEYS,
        _("Surveys"),
        _("We ask you now and then what you think of our services. Answering is up to you, and nobody knows who did."),
        "surveys",
        Use.IMPROVE_PERFORMANCE,
    )


def slugs() -> tuple[str, ...]:
    """Return the purposes that people are asked for, in the order in which they are shown."""
    return (PRODUCT_NEWS, *(affiliate_purpose(slug) for slug in affiliates()), PARTNER_OFFERS, SURVEYS)


def asked_for(slug: str) -> Purpose | None:
    """Return a purpose of this room that can be asked for; None for any other word."""
    if slug not in slugs():
        return None
    try:
        return purposes.get(slug)
    except NotDeclared:
        return None
