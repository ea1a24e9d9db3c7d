"""No mail leaves past the gate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FunctionType
from typing import Final

from django.core.mail import send_mail
from django.db import router
from django.test import override_settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.outbox import mailer
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.outreach.checks import GATE, gate_stands
from onvif_privacy.outreach.conf import conf
from onvif_privacy.outreach.models import UndeclaredMail
from onvif_privacy.outreach.promises.clauses import NEWS

NO_BYPASS = Promise("product_news.no_bypass", NEWS, _("No mail leaves the site that nobody answers for."))

declare(NO_BYPASS)

DAYS: Final = 30
DUMMY: Final = "django.core.mail.backends.dummy.EmailBackend"


def _view() -> None:
    """Write to everybody, as a view in a hurry does."""
    send_mail("Offer", "Buy this.", "shop@example.org", [f"{number}@example.org" for number in range(50)])


# as a module of the site would run it: its name is what the gate knows it by
_HURRY = FunctionType(_view.__code__, {"__name__": "planted_site.views", "send_mail": send_mail, "range": range})


@check(NO_BYPASS, kind=Kind.REFUSAL)
def nobody_writes_past_the_gate(look: Look) -> Iterable[Finding]:
    """Look at the list of mail that nobody declared; where the gate does not stand nothing is proven."""
    if not gate_stands():
        return
    look.seen()
    rows = UndeclaredMail.objects.using(router.db_for_write(UndeclaredMail))
    declared = tuple(conf.SERVICE_MAIL)
    for row in rows.filter(last_at__gt=look.now() - timedelta(days=DAYS)):
        if not any(row.call_site == one or row.call_site.startswith(f"{one}.") for one in declared):
            yield Finding(row.call_site, "sends mail that nobody declared")


@nobody_writes_past_the_gate.saboteur
@contextmanager
def a_view_in_a_hurry(plant: Plant) -> Iterator[str]:
    """Write to fifty people from a view."""
    behind = {"ONVIF_PRIVACY_OUTREACH_TRANSPORT": DUMMY, "ONVIF_PRIVACY_OUTREACH_GATE": "observe"}
    with rolled_back(router.db_for_write(UndeclaredMail)), mailer.instead(GATE), override_settings(**behind):
        _HURRY()
        yield "planted_site.views: sends mail"
