"""The neutral question whether somebody is of age, and what a guardian is asked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import consent
from onvif_privacy.core.models import Notice, Subject
from onvif_privacy.core.registry import purposes
from onvif_privacy.people.forms.fields import EmailText
from onvif_privacy.people.models import AgeAnswer
from onvif_privacy.people.services import answer_age, countries
from onvif_privacy.people.services.generalising import OLDEST

CHOOSE = ("", "–")


def _years() -> list[tuple[str, str]]:
    this = timezone.localdate().year
    return [CHOOSE, *((str(year), str(year)) for year in range(this, this - OLDEST - 1, -1))]


class AgeForm(forms.Form):
    """Asks for the month of birth and the country, with nothing chosen beforehand; neither is kept."""

    month = forms.TypedChoiceField(
        label=_("Month of birth"),
        choices=lambda: [CHOOSE, *((str(key), word) for key, word in MONTHS.items())],
        coerce=int,
    )
    year = forms.TypedChoiceField(label=_("Year of birth"), choices=_years, coerce=int)
    country = forms.ChoiceField(label=_("Country you live in"), choices=lambda: [CHOOSE, *countries.choices()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"

    def keep(self, subject: Subject) -> AgeAnswer:
        """Keep what follows from the answer. Raises PeopleError."""
        return answer_age(subject=subject, **self.cleaned_data)


class AskGuardianForm(forms.Form):
    """Asks a minor where their guardian is reached."""

    email = EmailText(label=_("E-mail address of a parent or guardian"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["email"].widget.attrs["autocomplete"] = "off"  # not the address of whoever types


class GuardianForm(forms.Form):
    """Asks a guardian, purpose by purpose. Ticked is only what they granted before."""

    def __init__(self, *args: Any, offered: dict[str, bool], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for slug, granted in offered.items():
            one = purposes.get(slug)
            self.fields[slug] = forms.BooleanField(
                label=str(one.label), help_text=str(one.text), required=False, initial=granted
            )

    @property
    def granted(self) -> list[str]:
        """The slugs of what was ticked."""
        return [name for name, ticked in self.cleaned_data.items() if ticked]

    def notice(self) -> Notice:
        """Return the words that were shown, as they are kept with the decision."""
        shown = [f"{field.label}\n{field.help_text}" for field in self.fields.values()]
        return consent.notice(text="\n\n".join(shown), language=get_language() or "en", surface="guardian")
