"""Letters that no further try is made of wait for staff, on their home page."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Outgoing
from onvif_privacy.core.outbox.claiming import failed
from onvif_privacy.core.registry import Waiting


def waiting(model: type[Outgoing], *, but: Q | None = None) -> Waiting:
    """Return the line of "waiting for me" for a table of letters: ``declare(outbox.waiting(Letter))``.

    It counts the letters that failed, without those of ``but``, for whoever may see the table, and leads to its screen.
    """
    app, name = model._meta.app_label, model._meta.model_name

    def count(request: HttpRequest) -> int:
        rows = failed(model)
        return rows.exclude(but).count() if but is not None else rows.count()

    return Waiting(
        f"failed.{app}.{name}",
        label=_("Mails that could not be sent"),
        count=count,
        address=f"admin:{app}_{name}_changelist",
        permission=f"{app}.view_{name}",
    )
