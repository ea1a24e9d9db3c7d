"""System checks of the room: ``onvif_privacy_disclosures.*``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage.handler import InvalidStorageError
from django.utils.translation import gettext as _

from onvif_privacy.core.files import handed_out_by
from onvif_privacy.disclosures.conf import conf

HINT = (
    'Add to STORAGES: "privacy_disclosures": {"BACKEND": "django.core.files.storage.FileSystemStorage", '
    '"OPTIONS": {"location": "/srv/private/privacy_disclosures"}}'
)


@register(Tags.security)
def storage_is_private(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: documents and packages have no storage, or one whose files have public addresses."""
    try:
        where = handed_out_by(conf.STORAGE)
    except (ImproperlyConfigured, InvalidStorageError, ImportError) as error:
        return [Error(str(error), hint=HINT, id="onvif_privacy_disclosures.E001")]
    if not where:
        return []
    words = _("Documents of cases would lie where web servers hand out files: %(where)s.") % {"where": where}
    return [Error(words, hint=HINT, id="onvif_privacy_disclosures.E001")]
