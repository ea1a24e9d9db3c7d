"""The form for one sensitive value: its own unticked box, and the exact words that become the notice."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from onvif_privacy.core import consent
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import purposes
from onvif_privacy.people.forms.fields import PersonText
from onvif_privacy.people.services.links import statement_url
from onvif_privacy.people.services.sensitive import LENGTH, category_of, set_sensitive


class SensitiveForm(forms.Form):
    """Asks for one value of a special category, for one use. ``purpose`` is the slug of that use.

    The box is never ticked beforehand, and a consent for one use opens no other.
    """

    def __init__(self, *args: Any, purpose: str, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        category_of(purpose)
        self.purpose = purposes.get(purpose)
        self.fields["value"] = PersonText(label=str(self.purpose.label), max_length=LENGTH, widget=forms.TextInput)
        self.fields["value"].widget.attrs["autocomplete"] = "off"
        self.fields["agree"] = forms.BooleanField(label=self.agreement, required=True, initial=False)

    @property
    def agreement(self) -> str:
        """What stands beside the box."""
        return _("I explicitly agree that you keep and use this for: %(purpose)s") % {"purpose": self.purpose.text}

    @property
    def notice_text(self) -> str:
        """Everything that was shown, as it is kept with the decision."""
        return f"{self.purpose.label}\n\n{self.agreement}"

    @property
    def statement(self) -> str:
        """Where the privacy statement is."""
        return statement_url()

    def keep(self, subject: Subject) -> None:
        """Record the consent and keep the value. Raises PeopleError and ConsentUnavailable."""
        notice = consent.notice(text=self.notice_text, language=get_language() or "en", surface="people")
        set_sensitive(subject=subject, purpose=self.purpose.slug, value=self.cleaned_data["value"], notice=notice)
