"""The clause of the statement that speaks of people's own rights."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Clause
from onvif_privacy.core.registry import declare

RIGHTS = Clause("rights", _("Your rights"))

declare(RIGHTS)
