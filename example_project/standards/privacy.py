"""What this site keeps in browsers beyond what Django needs; found by itself, like ``admin.py``."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.registry import DeviceItem, declare

THIS_SITE = _("This site")

declare(
    DeviceItem(
        "catalogue_view",
        purpose="preferences",
        provider=THIS_SITE,
        text=_("Remembers whether you like the product catalogue as a grid or as a list."),
        duration=timedelta(days=180),
        set_by="server",
    ),
    DeviceItem(
        "_pk_id.*",
        purpose="statistics",
        provider=THIS_SITE,
        text=_("Tells returning visitors from new ones in our own statistics."),
        duration=timedelta(days=393),
        set_by="script",
    ),
    DeviceItem(
        "film_viewer",
        purpose="marketing",
        provider=THIS_SITE,
        text=_("Recognises who has seen our film, so that we know whether it is worth another one."),
        duration=timedelta(days=30),
        set_by="server",
    ),
)
