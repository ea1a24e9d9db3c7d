"""Factories for host sites: the smallest valid objects of the kernel. Needs factory-boy, which no other part does."""

from __future__ import annotations

from typing import Any

import factory

from onvif_privacy.core import consent
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.models import Decision, Notice, Party, Subject


class SubjectFactory(factory.django.DjangoModelFactory):
    """Somebody; give it ``user=`` where the person has signed in."""

    class Meta:
        model = Subject


class NoticeFactory(factory.Factory):
    """A text that was shown, stored once for each wording."""

    class Meta:
        model = Notice

    text = factory.Sequence(lambda n: f"May we count visits? ({n})")
    language = "en"
    surface = "bar"

    @classmethod
    def _create(cls, model_class: type[Notice], *args: object, **kwargs: str) -> Notice:
        return consent.notice(**kwargs)


class DecisionFactory(factory.Factory):
    """A decision as the service records it, with its entry and standing; needs ``purpose=``, a declared slug."""

    class Meta:
        model = Decision

    subject = factory.SubFactory(SubjectFactory)
    outcome = Outcome.GRANTED
    method = Method.CHOSEN
    key = factory.Sequence(lambda n: f"form-{n}")
    notice = factory.Maybe("granting", factory.SubFactory(NoticeFactory), None)

    class Params:
        granting = factory.LazyAttribute(lambda made: made.outcome == Outcome.GRANTED)

    @classmethod
    def _create(cls, model_class: type[Decision], *args: object, **kwargs: Any) -> Decision:
        return consent.decide(**kwargs)


class PartyFactory(factory.django.DjangoModelFactory):
    """An organisation that data can reach."""

    class Meta:
        model = Party

    slug = factory.Sequence(lambda n: f"party-{n}")
    name = "Example Analytics Ltd"
    role = Party.Role.BUSINESS_PARTNER
