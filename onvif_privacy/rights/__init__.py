"""How people see, correct, take along and end what is held about them, and how the site shows that it happened.

Label ``onvif_privacy_rights``. Needs only `onvif_privacy.core`. Source: statement clause ``rights``; GDPR Art. 12–21.
"""
