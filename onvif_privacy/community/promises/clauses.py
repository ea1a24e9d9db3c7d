"""The clauses of the statement that speak of what people write, and of links."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Clause
from onvif_privacy.core.registry import declare

BOARDS = Clause("boards", _("Message boards"))
PRIVATE = Clause("private_messages", _("Private messages"))
LINKS = Clause("linked_sites", _("Links to other sites"))

declare(BOARDS, PRIVATE, LINKS)
