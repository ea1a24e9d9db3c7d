"""The clauses of the statement that speak of what people give."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Clause
from onvif_privacy.core.registry import declare

IDENTITY = Clause("identity", _("What you give us"))
DEMOGRAPHICS = Clause("demographics", _("Anonymous facts"))
SENSITIVE = Clause("sensitive", _("Sensitive data"))
COOKIES_PURPOSE = Clause("cookies_purpose", _("What cookies are for"))

declare(IDENTITY, DEMOGRAPHICS, SENSITIVE, COOKIES_PURPOSE)
