"""What a text gives away is found, and no card number stands in a post."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import router
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.models import LinkedSite
from onvif_privacy.community.promises.boards import MODEL, PLANTED
from onvif_privacy.community.promises.clauses import BOARDS
from onvif_privacy.community.promises.sample import SAMPLE
from onvif_privacy.community.services import reconciling
from onvif_privacy.community.services.detecting import LABELS, detect
from onvif_privacy.core import recognising
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.own import SECURITY
from onvif_privacy.core.promises.planting import altered, rolled_back
from onvif_privacy.core.registry import declare, temporarily
from onvif_privacy.core.text import find_hidden_cards

FOUND = Promise("boards.found", BOARDS, _("Contacts in a public text are pointed out before it is published."))
CARDS = Promise("security.cards", SECURITY, _("No public text holds the number of a payment card."))

declare(FOUND, CARDS)

NEWEST = 20_000


@check(FOUND, kind=Kind.STATIC)
def sample_is_known_again(look: Look) -> Iterable[Finding]:
    """Look through texts of our own for what they are known to hold, and for what they do not."""
    missed, wrong = dict.fromkeys(LABELS, 0), dict.fromkeys(LABELS, 0)
    for text, held in SAMPLE:
        look.seen()
        found = {one.kind for one in detect(text, ["en", "de", "fr"], ["US", "GB", "DE", "FR"])}
        for kind in LABELS:
            missed[kind] += kind in held and kind not in found
            wrong[kind] += kind in found and kind not in held
    for kind in LABELS:
        if missed[kind]:
            yield Finding(kind, "is not found in texts that hold it")
        if wrong[kind]:
            yield Finding(kind, "is found in texts that hold none")


@sample_is_known_again.saboteur
@contextmanager
def recogniser_switched_off(plant: Plant) -> Iterator[str]:
    """Look for e-mail addresses no more."""
    with altered(recognising, "mails", lambda text: iter(())):
        yield "email: is not found in texts that hold it"


@sample_is_known_again.saboteur
@contextmanager
def every_number_an_address(plant: Plant) -> Iterator[str]:
    """Take each text for an address."""
    with altered(recognising, "addresses", lambda text: [(0, len(text))]):
        yield "address: is found in texts that hold none"


@check(CARDS, kind=Kind.PROBE, empty=True)
def no_post_holds_a_card_number(look: Look) -> Iterable[Finding]:
    """Look through the newest public texts as they are stored."""
    for model, some in reconciling.models().items():
        names = sorted({name for one in some for name in one.fields})
        rows = model._base_manager.using(router.db_for_write(model)).order_by("-pk").values_list("pk", *names)
        for key, *texts in rows[:NEWEST].iterator(chunk_size=500):
            look.seen()
            if any(find_hidden_cards(str(text or "")) for text in texts):
                yield Finding(f"{model._meta.label} {key}", "holds the number of a payment card")


@no_post_holds_a_card_number.saboteur
@contextmanager
def number_in_wide_digits(plant: Plant) -> Iterator[str]:
    """Write a number with spaces and full-width digits past the form."""
    using = router.db_for_write(LinkedSite)
    site = LinkedSite(host="planted.invalid", name="４１１１ １１１１ １１１１ １１１１")
    with temporarily(PLANTED), rolled_back(using):
        LinkedSite.objects.using(using).bulk_create([site])
        yield f"{MODEL} {site.pk}: holds the number of a payment card"
