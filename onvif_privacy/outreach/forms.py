"""Forms of the room's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from onvif_privacy.outreach.models import Question, Survey
from onvif_privacy.outreach.services import optin, purposes
from onvif_privacy.outreach.services.surveys.answering import TEXT_LENGTH, Answer, text_problem


class JoinForm(forms.Form):
    """An address, and what is wanted: nothing is ticked beforehand."""

    purpose = forms.MultipleChoiceField(
        label=_("What would you like to get?"), widget=forms.CheckboxSelectMultiple, required=True
    )
    address = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["purpose"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        field.choices = [(slug, optin.words(slug)) for slug in purposes.slugs()]


def _questions(survey: Survey) -> list[Question]:
    return list(survey.questions.all())


class SurveyForm(forms.Form):
    """The questions of a survey; none is required, and values that were not offered count as no answer."""

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = _questions(survey)
        for question in self.questions:
            self.fields[f"q{question.position}"] = self._field(question)

    @staticmethod
    def _field(question: Question) -> forms.Field:
        choices: Any = [(str(number), label) for number, label in enumerate(question.options, 1)]
        if question.kind == Question.Kind.TEXT:
            help_text = _("Please do not write who you are.")
            widget = forms.Textarea(attrs={"rows": 4})
            return forms.CharField(
                label=question.label, required=False, max_length=TEXT_LENGTH, widget=widget, help_text=help_text
            )
        if question.kind == Question.Kind.MULTI:
            many = forms.CheckboxSelectMultiple
            return forms.MultipleChoiceField(label=question.label, required=False, choices=choices, widget=many)
        return forms.ChoiceField(
            label=question.label,
            required=False,
            choices=[*choices, ("", _("no answer"))],
            widget=forms.RadioSelect,
        )

    def clean(self) -> dict[str, Any]:
        """Refuse card numbers; nothing else is asked of an answer."""
        data = super().clean() or {}
        for question in self.questions:
            name = f"q{question.position}"
            if question.kind == Question.Kind.TEXT and (said := text_problem(data.get(name, ""))):
                self.add_error(name, said)
        return data

    @property
    def answers(self) -> dict[int, Answer]:
        """The answers by position."""
        found = {}
        for question in self.questions:
            value = self.cleaned_data.get(f"q{question.position}") or ""
            if question.kind == Question.Kind.TEXT:
                found[question.position] = Answer(text=value)
            else:
                several = value if isinstance(value, list) else [value]
                found[question.position] = Answer(tuple(int(one) for one in several if one))
        return found
