"""The clause of the statement that speaks of disclosure by law."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Clause
from onvif_privacy.core.registry import declare

LEGAL = Clause("legal_disclosure", _("Disclosure by law or in an emergency"))

declare(LEGAL)
"""Declared here, because the room `statement` may be absent."""
