"""The smallest valid objects of the kernel."""

from __future__ import annotations

from typing import Any

import factory
from django.contrib.auth import get_user_model
from django.db import transaction

from onvif_privacy.core import consent, ledger
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.models import Decision, Entry, Notice, Party, Subject


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


class EntryFactory(factory.Factory):
    """A ledger entry of nobody, of a kind that the kernel declares."""

    class Meta:
        model = Entry

    kind = "party.changed"

    @classmethod
    def _create(cls, model_class: type[Entry], *args: object, **kwargs: str) -> Entry:
        with transaction.atomic():
            return ledger.record(kwargs["kind"], payload={})


class DecisionFactory(factory.Factory):
    """A decision as the service records it, with its entry and standing; a grant brings a notice of its own."""

    class Meta:
        model = Decision

    subject = factory.SubFactory(SubjectFactory)
    purpose = "newsletter"
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
    class Meta:
        model = Party

    slug = factory.Sequence(lambda n: f"party-{n}")
    name = "Example Analytics Ltd"
    role = Party.Role.BUSINESS_PARTNER
