"""The instruments of law as data: what is shipped is added as unconfirmed, and what is confirmed stays as it is."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core.querysets import AppendOnlyQuerySet
from onvif_privacy.disclosures.models import Regime
from onvif_privacy.disclosures.services.acting import using
from onvif_privacy.disclosures.services.errors import Refused


def confirm(regime: Regime, *, by: str) -> None:
    """Write down once who of counsel confirmed this very version."""
    if not by.strip():
        raise Refused(_("Say who confirmed it."))
    rows: AppendOnlyQuerySet[Regime] = AppendOnlyQuerySet(Regime, using=using()).filter(pk=regime.pk)
    if not rows.fill(confirmed_by=by.strip()[:100], confirmed_on=timezone.now().date()):
        raise Refused(_("It is confirmed already."))
