"""Forms that ask people for something about themselves: for a named purpose, with a link to the statement."""

from onvif_privacy.people.forms.details import AddressForm, EmailForm, PhoneForm, ProfileForm
from onvif_privacy.people.forms.person import PersonFields, PersonForm
from onvif_privacy.people.forms.registration import RegistersPerson
from onvif_privacy.people.forms.sensitive import SensitiveForm

__all__ = [
    "AddressForm",
    "EmailForm",
    "PersonFields",
    "PersonForm",
    "PhoneForm",
    "ProfileForm",
    "RegistersPerson",
    "SensitiveForm",
]
