"""The instruments of law as data: what is shipped is added as unconfirmed, and what is confirmed stays as it is."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core.querysets import AppendOnlyQuerySet
from onvif_privacy.disclosures.models import Regime
from onvif_privacy.disclosures.services import regimes as rows_of_law
from onvif_privacy.disclosures.services.acting import OFFICER, allowed, record, using
from onvif_privacy.disclosures.services.errors import Refused


def confirm(regime: Regime, *, by: str, actor: Any) -> None:
    """Write down once who of counsel confirmed this very version; the ledger keeps the digest of what it says."""
    allowed(actor, OFFICER)
    if not by.strip():
        raise Refused(_("Say who confirmed it."))
    with transaction.atomic(using=using()):
        row = Regime.objects.using(using()).get(pk=regime.pk)
        entry = record("regime", actor=actor, thing=row.pk.hex, digest=rows_of_law.digest_of(row))
        rows: AppendOnlyQuerySet[Regime] = AppendOnlyQuerySet(Regime, using=using()).filter(pk=row.pk)
        if not rows.fill(confirmed_by=by.strip()[:100], confirmed_on=timezone.now().date(), entry=entry):
            raise Refused(_("It is confirmed already."))
