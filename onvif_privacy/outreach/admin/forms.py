"""Forms of staff."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Party
from onvif_privacy.outreach.doors import segments
from onvif_privacy.outreach.models import Campaign, Suppression, Survey
from onvif_privacy.outreach.services import purposes


class CampaignForm(forms.ModelForm):  # type: ignore[type-arg]
    """A campaign with a subject line and a text for each language of the site; those left empty are not sent in."""

    class Meta:
        model = Campaign
        fields = ("title", "kind", "party", "survey", "segment", "send_from", "send_until")
        # the browser's own field: one label for day and time, and no script
        widgets = dict.fromkeys(
            ("send_from", "send_until"), forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = (Party.Role.AFFILIATE, Party.Role.BUSINESS_PARTNER)
        self.fields["party"].queryset = Party.objects.filter(role__in=roles)  # type: ignore[attr-defined]
        self.fields["survey"].queryset = Survey.objects.filter(state=Survey.State.OPEN)  # type: ignore[attr-defined]
        choices = [("", _("everybody who chose it")), *((one.slug, one.label) for one in segments.all())]
        self.fields["segment"] = forms.ChoiceField(label=_("Segment"), choices=choices, required=False)
        written = {} if self.instance._state.adding else {one.language: one for one in self.instance.texts.all()}
        for code, name in settings.LANGUAGES:
            text = written.get(code)
            self.fields[f"subject_{code}"] = forms.CharField(
                label=_("Subject line (%(language)s)") % {"language": name},
                max_length=200,
                required=False,
                initial=text.subject if text else "",
                widget=forms.TextInput(attrs={"class": "vTextField"}),
            )
            self.fields[f"markdown_{code}"] = forms.CharField(
                label=_("Text (%(language)s)") % {"language": name},
                max_length=50_000,
                required=False,
                strip=False,
                initial=text.markdown if text else "",
                help_text=_("Markdown. {name} becomes the name. Pictures are not sent: they would tell who looks."),
                widget=forms.Textarea(attrs={"rows": 12, "class": "vLargeTextField"}),
            )

    @property
    def texts(self) -> dict[str, tuple[str, str]]:
        """Subject line and text by language."""
        found = {}
        for code, _name in settings.LANGUAGES:
            pair = self.cleaned_data[f"subject_{code}"], self.cleaned_data[f"markdown_{code}"]
            if any(one.strip() for one in pair):
                found[code] = pair
        return found

    def _post_clean(self) -> None:
        """Leave the table's rules to the service: which purpose a kind has is known there."""
        for name in self._meta.fields or ():
            if name in self.cleaned_data:
                setattr(self.instance, name, self.cleaned_data[name])


class SuppressionForm(forms.Form):
    """An address, and what is kept from it."""

    address = forms.EmailField(label=_("E-mail address"), max_length=254)
    scope = forms.ChoiceField(label=_("What"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[tuple[str, Any]] = [(Suppression.ALL, _("all mails of this kind"))]
        choices += [(slug, found.label) for slug in purposes.slugs() if (found := purposes.asked_for(slug))]
        self.fields["scope"].choices = choices  # type: ignore[attr-defined]
