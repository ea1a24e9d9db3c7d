"""People who have given their details: the log-in "customer" and some members, all invented."""

from __future__ import annotations

from django.contrib.auth.models import User

from onvif_privacy.core import subjects
from onvif_privacy.people.services import add_contact, set_address, set_profile

# user name: name, organisation, telephone, addresses by use
DETAILS = {
    "customer": (
        "Carla Customer",
        "Harbour Cameras",
        "+49 30 5550101",
        {
            "shipping": {"line1": "Quay Street 12", "postcode": "20457", "locality": "Hamburg", "country": "DE"},
            "billing": {"line1": "P.O. Box 31", "postcode": "20099", "locality": "Hamburg", "country": "DE"},
            "home": {"line1": "Lime Lane 4", "postcode": "22085", "locality": "Hamburg", "country": "DE"},
        },
    ),
    "officer": (
        "Olga Ferreira",
        "",
        "+351 21 555 0102",
        {"work": {"line1": "Rua do Farol 8", "postcode": "1200-001", "locality": "Lisboa", "country": "PT"}},
    ),
}


def fill_people() -> None:
    """Give each of them what they would have typed into the pages of “My details”."""
    for username, (name, organisation, phone, addresses) in DETAILS.items():
        user = User.objects.filter(username=username).first()
        if user is None:
            continue  # deleted since
        subject = subjects.for_user(user)
        set_profile(subject=subject, values={"name": name, "organisation": organisation})
        add_contact(subject=subject, kind="email", value=user.email, use="work")
        add_contact(subject=subject, kind="phone", value=phone, use="work")
        for use, values in addresses.items():
            set_address(subject=subject, use=use, values=values)
