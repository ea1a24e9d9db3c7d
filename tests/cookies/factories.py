"""The smallest valid objects of this room."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone

from onvif_privacy.cookies.models import CookieFinding, DeclaredItem, DeclaredItemText
from onvif_privacy.cookies.services.choice import Answer, Choice, cookie_names, sign, state_value
from onvif_privacy.core.registry import DeviceItem


def device_item(name: str = "theme", purpose: str = "preferences", **fields: Any) -> DeviceItem:
    """Return a declaration made in code."""
    defaults: dict[str, Any] = {"provider": "Example", "duration": timedelta(days=30), "text": "Remembers something."}
    return DeviceItem(name, purpose, **{**defaults, **fields})


def choice_of(**answers: str) -> Choice:
    """Return a choice made now: ``statistics="+1"`` granted in generation 1, ``"*1"`` despite GPC, ``"!"`` refused."""
    read = {
        slug: Answer(False) if text == "!" else Answer(True, int(text[1:]), text[0] == "*")
        for slug, text in answers.items()
    }
    granted = any(answer.granted for answer in read.values())
    return Choice(int(time.time()), 1, read, "c" if granted else "r", "A" * 22 if granted else "")


def header_of(*choices: Choice) -> str:
    """Return a ``Cookie`` header that carries the choices, each with its state cookie."""
    name, state = cookie_names()
    return "; ".join(f"{name}={sign(choice, name)}; {state}={state_value(choice)}" for choice in choices)


class DeclaredItemFactory(factory.django.DjangoModelFactory):
    """A draft of the admin."""

    class Meta:
        model = DeclaredItem

    name = factory.Sequence(lambda number: f"item_{number}_of_admin")
    purpose = "preferences"
    provider = "Example"


class DeclaredItemTextFactory(factory.django.DjangoModelFactory):
    """Its text in English."""

    class Meta:
        model = DeclaredItemText

    item = factory.SubFactory(DeclaredItemFactory)
    language = "en"
    text = "Remembers something."


class FindingFactory(factory.django.DjangoModelFactory):
    """Something the guard saw."""

    class Meta:
        model = CookieFinding

    kind = "undeclared"
    name = factory.Sequence(lambda number: f"stranger{number}")
    source = "answer"
    first_seen = factory.LazyFunction(timezone.now)
    last_seen = factory.LazyFunction(timezone.now)
    count = 1
