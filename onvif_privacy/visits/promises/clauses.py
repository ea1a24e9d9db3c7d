"""The clauses of the statement that speak of recorded visits."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Clause
from onvif_privacy.core.registry import declare

POPULARITY = Clause("popularity", _("Which pages are popular"))
AUTOMATIC = Clause("automatic", _("Information collected automatically"))
PRIVATE = Clause("private_messages", _("Private messages"))

declare(POPULARITY, AUTOMATIC, PRIVATE)
