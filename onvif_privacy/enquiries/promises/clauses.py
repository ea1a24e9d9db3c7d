"""The clause of the statement that speaks of comments and complaints."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Clause
from onvif_privacy.core.registry import declare

CONTACT = Clause("contact", _("Questions and complaints"))

declare(CONTACT)
