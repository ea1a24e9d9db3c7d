"""What a decision form may say. Unknown values are refused, never guessed."""

from __future__ import annotations

from typing import cast

from django import forms
from django.http import QueryDict

from onvif_privacy.cookies.services.answering import ACTIONS, Action
from onvif_privacy.cookies.services.declared import languages
from onvif_privacy.cookies.services.shown import Shown, read_token

SURFACES = ("bar", "dialog", "page", "embed")
MOST_PURPOSES = 100


def known(language: str) -> str:
    """Return a published language: the one named, or the site's own."""
    return language if language in languages() else languages()[0]


class EntryForm(forms.Form):
    """A page on which the bar was seen."""

    policy = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    language = forms.CharField(max_length=16)

    @property
    def language_shown(self) -> str:
        """The language of the bar, once the form is valid."""
        return known(self.cleaned_data["language"])


class DecisionForm(forms.Form):
    """One answer of a visitor, from the bar, the dialog, the settings page or a placeholder."""

    action = forms.ChoiceField(choices=[(name, name) for name in (*ACTIONS, "choose")])
    policy = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    language = forms.CharField(max_length=16, required=False)
    digest = forms.CharField(max_length=2100, required=False)
    key = forms.CharField(max_length=64, required=False)
    surface = forms.ChoiceField(choices=[(name, name) for name in SURFACES], required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.slugs: list[str] = []

    def clean(self) -> dict[str, object]:
        """Refuse a field given twice, too many purposes, and a digest that nobody printed."""
        data = cast("QueryDict", self.data)
        for name in self.fields:
            if len(data.getlist(name)) > 1:
                raise forms.ValidationError(f"{name} was sent more than once.")
        self.slugs = data.getlist("purpose")
        if len(self.slugs) > MOST_PURPOSES:
            raise forms.ValidationError("Too many purposes.")
        digest = self.cleaned_data.get("digest", "")
        if digest and read_token(digest) is None:
            raise forms.ValidationError("digest is not one of this site's.")
        return self.cleaned_data

    @property
    def action_taken(self) -> Action:
        """The action, once the form is valid."""
        return cast("Action", self.cleaned_data["action"])

    @property
    def shown(self) -> Shown:
        """What the page had shown, once the form is valid."""
        words, generations = read_token(self.cleaned_data["digest"]) or ("", {})
        language = known(self.cleaned_data["language"])
        return Shown(self.cleaned_data["policy"] or 0, language, words, generations)
