"""What a text gives away that everybody will read: found, marked, and for payment cards masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.conf import conf
from onvif_privacy.core.text import Contact, find_contacts, find_hidden_cards

LABELS: Final[dict[str, str | LazyText]] = {
    "card": _("number of a payment card"),
    "email": _("e-mail address"),
    "phone": _("telephone number"),
    "address": _("postal address"),
}
# where the language of a page is spoken most: whose national telephone numbers its readers write
REGIONS: Final = {
    "cs": ("CZ",),
    "da": ("DK",),
    "de": ("DE", "AT", "CH"),
    "en": ("US", "GB"),
    "es": ("ES", "MX"),
    "fi": ("FI",),
    "fr": ("FR", "BE"),
    "it": ("IT",),
    "nb": ("NO",),
    "nl": ("NL", "BE"),
    "pl": ("PL",),
    "pt": ("PT", "BR"),
    "sv": ("SE",),
}


def detect(text: str, languages: Iterable[str] = (), regions: Iterable[str] | None = None) -> list[Contact]:
    """Return what a text holds of contacts and cards, in its order; names and places are not known.

    ``languages`` are those of the page, ``regions`` countries (ISO 3166-1), ``REGIONS`` where none are given.
    """
    spoken = (region for one in languages for region in REGIONS.get(one.partition("-")[0].lower(), ()))
    return find_contacts(text, regions=dict.fromkeys((*(conf.REGIONS if regions is None else regions), *spoken)))


def masked(text: str) -> str:
    """Return a text in which of each card number only the last four digits are left."""
    for begin, end in reversed(find_hidden_cards(text)):
        digits = [place for place in range(begin, end) if text[place].isdecimal() or text[place].isdigit()]
        hidden = set(digits[:-4])
        inside = "".join("•" if place in hidden else text[place] for place in range(begin, end))
        text = text[:begin] + inside + text[end:]
    return text


def pieces(text: str, found: Iterable[Contact]) -> Iterator[tuple[str, str | LazyText]]:
    """Yield a text in pieces, each with what it is; empty for what is between."""
    at = 0
    for one in found:
        yield text[at : one.begin], ""
        yield text[one.begin : one.end], LABELS[one.kind]
        at = one.end
    yield text[at:], ""
