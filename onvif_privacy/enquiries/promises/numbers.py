"""Published figures are what a recount gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.enquiries.models import Publication
from onvif_privacy.enquiries.promises.clauses import CONTACT
from onvif_privacy.enquiries.services import publishing
from onvif_privacy.enquiries.services.clock import months_later
from onvif_privacy.enquiries.services.states import using

FIGURES = Promise("contact.figures", CONTACT, _("Published figures are those that a recount of every move gives."))

declare(FIGURES)


@check(FIGURES, kind=Kind.LEDGER, empty=True)
def figures_are_those_of_a_recount(look: Look) -> Iterable[Finding]:
    """Count the published quarters again, from moves and ties that nothing changes."""
    for one in Publication.objects.using(using()).order_by("-quarter")[: publishing.SHOWN]:
        look.seen()
        again = publishing.figures(one.quarter, as_of=one.published_at, k=one.figures["k"])
        if again != one.figures:
            yield Finding(f"figures of {one.quarter}", "are not those of a recount")
        if one.digest != publishing.figures_digest(one.quarter, one.figures):
            yield Finding(f"figures of {one.quarter}", "are not those that were published")


@contextmanager
def _published(change: int) -> Iterator[str]:
    quarter, now = publishing.quarter_of(months_later(timezone.localdate(), -36)), timezone.now()
    found = publishing.figures(quarter, as_of=now, k=10)
    digest = publishing.figures_digest(quarter, found)
    found["received"] |= {"complaint": found["received"]["complaint"] + change}
    if change < 100:
        digest = publishing.figures_digest(quarter, found)
    with rolled_back(using(), guards=False):
        Publication(quarter=quarter, figures=found, digest=digest, published_by="", published_at=now).save(
            using=using()
        )
        yield f"figures of {quarter}"


@figures_are_those_of_a_recount.saboteur
@contextmanager
def a_figure_that_was_invented(plant: Plant) -> Iterator[str]:
    """Publish a figure that nobody counted."""
    with _published(17) as words:
        yield f"{words}: are not those of a recount"


@figures_are_those_of_a_recount.saboteur
@contextmanager
def a_figure_changed_afterwards(plant: Plant) -> Iterator[str]:
    """Change a figure after it was published."""
    with _published(170) as words:
        yield f"{words}: are not those that were published"
