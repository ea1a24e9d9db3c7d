"""Factories for host sites: the smallest people of this room, made by its own verbs. Needs factory-boy."""

from __future__ import annotations

from typing import Any

import factory

from onvif_privacy.core.testing.factories import SubjectFactory
from onvif_privacy.people.models import Address, ContactPoint, Profile
from onvif_privacy.people.services import add_contact, set_address, set_profile


class ProfileFactory(factory.Factory):
    """Somebody with a name."""

    class Meta:
        model = Profile

    subject = factory.SubFactory(SubjectFactory)
    name = factory.Sequence(lambda n: f"Person {n}")

    @classmethod
    def _create(cls, model_class: type[Profile], *args: object, **kwargs: Any) -> Profile:
        return set_profile(subject=kwargs.pop("subject"), values=kwargs)


class EmailFactory(factory.Factory):
    """Somebody's e-mail address, not proven."""

    class Meta:
        model = ContactPoint

    subject = factory.SubFactory(SubjectFactory)
    kind = "email"
    value = factory.Sequence(lambda n: f"person{n}@example.org")

    @classmethod
    def _create(cls, model_class: type[ContactPoint], *args: object, **kwargs: Any) -> ContactPoint:
        return add_contact(**kwargs)


class PhoneFactory(EmailFactory):
    """Somebody's telephone number."""

    kind = "phone"
    value = factory.Sequence(lambda n: f"+49301234{n:04}")


class AddressFactory(factory.Factory):
    """Somebody's address; fields of an address are given by name."""

    class Meta:
        model = Address

    subject = factory.SubFactory(SubjectFactory)
    use = "shipping"
    line1 = factory.Sequence(lambda n: f"Main Street {n}")
    locality = "Springfield"
    postcode = "12345"
    country = "DE"

    @classmethod
    def _create(cls, model_class: type[Address], *args: object, **kwargs: Any) -> Address:
        return set_address(subject=kwargs.pop("subject"), use=kwargs.pop("use"), values=kwargs)
