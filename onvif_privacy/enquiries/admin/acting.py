"""What stands behind each button of a case: a form where one is needed, and the service that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.functional import Promise as LazyText

from onvif_privacy.enquiries.forms import (
    ClauseForm,
    ConcernForm,
    DetermineForm,
    PauseForm,
    RemedyForm,
    VerifyForm,
    WordsForm,
)
from onvif_privacy.enquiries.models import Enquiry, Outcome, Remedy
from onvif_privacy.enquiries.services import cases
from onvif_privacy.enquiries.services.acts import ACTS, why_not

Call = Callable[..., object]


def _determine(*, outcome: str, **more: Any) -> None:
    cases.determine(outcome=Outcome(outcome), **more)


def _remedy(*, kind: str, regression: str, **more: Any) -> None:
    cases.remedy(kind=Remedy.Kind(kind), regression=Remedy.Regression(regression), **more)


def _verify(*, looked: bool, **more: Any) -> None:
    cases.verify(**more)  # the box must be ticked, or the form is not valid


def _send_back(*, words: str, **more: Any) -> None:
    cases.send_back(because=words, **more)


# act: its form, and the service; the names of its fields are those of the service's arguments
CALLS: dict[str, tuple[type[forms.Form] | None, Call]] = {
    "release": (None, cases.release),
    "discard": (None, cases.discard),
    "classify": (None, cases.classify),
    "acknowledge": (None, cases.acknowledge),
    "assign": (None, cases.assign),
    "investigate": (None, cases.investigate),
    "write": (WordsForm, cases.write),
    "note": (WordsForm, cases.note),
    "answer": (WordsForm, cases.answer),
    "link": (ClauseForm, cases.link),
    "concern": (ConcernForm, cases.concern),
    "rights": (None, cases.mark_rights),
    "pause": (PauseForm, cases.pause),
    "determine": (DetermineForm, _determine),
    "conclude": (None, cases.conclude),
    "remedy": (RemedyForm, _remedy),
    "remedied": (None, cases.remedied),
    "verify": (VerifyForm, _verify),
    "send_back": (WordsForm, _send_back),
    "reopen": (WordsForm, cases.reopen),
}
NEXT = ("release", "acknowledge", "assign", "investigate", "determine", "conclude", "remedy", "remedied", "verify")
"""The acts that bring a case on, in their order; the first that somebody can do is their next step."""


@dataclass(frozen=True)
class Button:
    """One act on the screen of a case: its form, or why it cannot be done."""

    slug: str
    label: str | LazyText
    form: forms.Form | None
    why_not: str
    is_next: bool


def form_of(slug: str, enquiry: Enquiry, data: Any = None) -> forms.Form | None:
    """Return the form of an act; None where it needs none."""
    kind = CALLS[slug][0]
    if kind is None:
        return None
    initial = {"seen": cases.seen_digest(enquiry)} if slug == "verify" else {}
    return kind(data, prefix=slug, initial=initial)


def next_of(enquiry: Enquiry, actor: AbstractBaseUser, *, concerned: bool | None = None, person: str = "") -> str:
    """Return the act that somebody could do next; empty where nothing waits for them."""
    steps = (slug for slug in NEXT if slug != "assign" or not enquiry.handler)  # somebody has it already
    return next((slug for slug in steps if not why_not(enquiry, slug, actor, concerned=concerned, person=person)), "")


def buttons(enquiry: Enquiry, actor: AbstractBaseUser) -> list[Button]:
    """Return every act that the present state knows, what can be done first, with the reason where it cannot."""
    following, found = next_of(enquiry, actor), list[Button]()
    for slug, act in ACTS.items():
        if enquiry.state not in act.states:
            continue
        reason = why_not(enquiry, slug, actor)
        form = None if reason else form_of(slug, enquiry)
        found.append(Button(slug, act.label, form, reason, slug == following))
    return sorted(found, key=lambda one: (not one.is_next, bool(one.why_not)))


def do(slug: str, enquiry: Enquiry, actor: AbstractBaseUser, data: Any) -> forms.Form | None:
    """Do one act; returns its form where that is not valid. Raises what the service raises."""
    form = form_of(slug, enquiry, data)
    if form is not None and not form.is_valid():
        return form
    values = form.cleaned_data if form is not None else {}
    CALLS[slug][1](enquiry=enquiry, actor=actor, **values)
    return None
