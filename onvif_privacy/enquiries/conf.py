"""Settings of the room ``enquiries``. One is required: where attachments lie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import REQUIRED, Setting, Settings, filled, integer, mapping, text


class EnquiriesSettings(Settings):
    """Read at use; wrong types are found by ``manage.py check``."""

    prefix = "ONVIF_PRIVACY_ENQUIRIES_"

    STORAGE: Setting[str] = Setting(
        REQUIRED,
        filled,
        _("Name of a storage in STORAGES that no web server serves; attachments lie there, sealed."),
        paste='ONVIF_PRIVACY_ENQUIRIES_STORAGE = "privacy_enquiries"',
    )
    MAILDIR: Setting[str] = Setting("", text, _("Folder (a Maildir) into which the mail to the contact address comes."))
    IMAP: Setting[Mapping[str, Any]] = Setting(
        dict,
        mapping,
        _("Mailbox of the contact address: host, user, password; also port, folder, and done, where read mail goes."),
    )
    AN_HOUR: Setting[int] = Setting(
        10, integer(1, 10_000), _("Messages by form from one network in an hour; more are kept and looked at first.")
    )
    SITE_AN_HOUR: Setting[int] = Setting(
        300, integer(1, 100_000), _("Messages by form from all networks in an hour; more are kept and looked at first.")
    )
    SCANNER: Setting[str] = Setting(
        "", text, _("Dotted path of a function that says of the bytes of a file whether they are clean.")
    )
    KEEP_DAYS: Setting[int] = Setting(
        1096, integer(1, 36_500), _("Days after closing for which text, files and addresses of an enquiry are kept.")
    )


conf = EnquiriesSettings()
