"""The verbs of this room. Views, forms, admin and commands only call these."""

from onvif_privacy.people.services.addresses import forget_address, set_address
from onvif_privacy.people.services.contacts import add_contact, forget_contact, prefer_contact
from onvif_privacy.people.services.devices import remember_device, revoke_device
from onvif_privacy.people.services.errors import PeopleError, TooMany
from onvif_privacy.people.services.guardians import ask_guardian, guardian_decides
from onvif_privacy.people.services.minors import age_of, answer_age, is_minor
from onvif_privacy.people.services.prefill import initial_for
from onvif_privacy.people.services.profiles import set_profile
from onvif_privacy.people.services.proving import ask_for_proof, prove_contact
from onvif_privacy.people.services.reading import Details, details
from onvif_privacy.people.services.sensitive import read_sensitive, set_sensitive, withdraw_sensitive

__all__ = [
    "Details",
    "PeopleError",
    "TooMany",
    "add_contact",
    "age_of",
    "answer_age",
    "ask_for_proof",
    "ask_guardian",
    "details",
    "forget_address",
    "forget_contact",
    "guardian_decides",
    "initial_for",
    "is_minor",
    "prefer_contact",
    "prove_contact",
    "read_sensitive",
    "remember_device",
    "revoke_device",
    "set_address",
    "set_profile",
    "set_sensitive",
    "withdraw_sensitive",
]
