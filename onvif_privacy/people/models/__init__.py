"""Tables of this room. What a person gave is sealed under their own key; erasing the key ends it in backups, too."""

from onvif_privacy.people.models.contacts import Address, ContactPoint, Profile
from onvif_privacy.people.models.demographics import DemographicCount, DemographicRelease, DemographicTray
from onvif_privacy.people.models.devices import Device, PagePreference
from onvif_privacy.people.models.letters import Letter
from onvif_privacy.people.models.minors import AgeAnswer, Guardian
from onvif_privacy.people.models.person import Person
from onvif_privacy.people.models.sensitive import SensitiveValue

__all__ = [
    "Address",
    "AgeAnswer",
    "ContactPoint",
    "DemographicCount",
    "DemographicRelease",
    "DemographicTray",
    "Device",
    "Guardian",
    "Letter",
    "PagePreference",
    "Person",
    "Profile",
    "SensitiveValue",
]
