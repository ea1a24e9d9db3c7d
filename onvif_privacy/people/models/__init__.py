"""Tables of this room. What a person gave is sealed under their own key; erasing the key ends it in backups, too."""

from onvif_privacy.people.models.contacts import Address, ContactPoint, Profile
from onvif_privacy.people.models.devices import Device, PagePreference

__all__ = ["Address", "ContactPoint", "Device", "PagePreference", "Profile"]
