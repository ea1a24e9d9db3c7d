"""The smallest valid objects of the kernel."""

from __future__ import annotations

import factory
from django.contrib.auth import get_user_model

from onvif_privacy.core import consent
from onvif_privacy.core.models import Notice, Party, Subject


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_user_model()

    username = factory.Sequence(lambda n: f"user{n}")


class SubjectFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Subject


class NoticeFactory(factory.Factory):
    class Meta:
        model = Notice

    text = factory.Sequence(lambda n: f"May we count visits? ({n})")
    language = "en"
    surface = "bar"

    @classmethod
    def _create(cls, model_class: type[Notice], *args: object, **kwargs: str) -> Notice:
        return consent.notice(**kwargs)


class PartyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Party

    slug = factory.Sequence(lambda n: f"party-{n}")
    name = "Example Analytics Ltd"
    role = Party.Role.BUSINESS_PARTNER
