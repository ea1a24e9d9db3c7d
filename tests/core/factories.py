"""The smallest valid objects of the kernel."""

from __future__ import annotations

import factory
from django.contrib.auth import get_user_model
from django.db import transaction

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Entry
from onvif_privacy.core.testing.factories import DecisionFactory as HostDecisionFactory
from onvif_privacy.core.testing.factories import NoticeFactory, PartyFactory, SubjectFactory

__all__ = ["DecisionFactory", "EntryFactory", "NoticeFactory", "PartyFactory", "SubjectFactory", "UserFactory"]


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_user_model()

    username = factory.Sequence(lambda n: f"user{n}")


class EntryFactory(factory.Factory):
    """A ledger entry of nobody, of a kind that the kernel declares."""

    class Meta:
        model = Entry

    kind = "party.changed"

    @classmethod
    def _create(cls, model_class: type[Entry], *args: object, **kwargs: str) -> Entry:
        with transaction.atomic():
            return ledger.record(kwargs["kind"], payload={})


class DecisionFactory(HostDecisionFactory):
    """A decision about a purpose that the tests declare."""

    purpose = "newsletter"
