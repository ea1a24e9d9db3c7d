"""Forms of the admin. The rules themselves stand in the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminSplitDateTime
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import promises
from onvif_privacy.statement.models import Change, Draft, DraftText
from onvif_privacy.statement.services.bindings import choices
from onvif_privacy.statement.services.sentences import MAX_SOURCE, normalise
from onvif_privacy.statement.services.template import languages_of_site, shipped_languages


def site_languages() -> list[tuple[str, str]]:
    """Return the languages of the site as choices."""
    return [(code, str(name)) for code, name in settings.LANGUAGES]


def template_languages() -> list[tuple[str, str]]:
    """Return the languages of the shipped template as choices."""
    names = dict(site_languages())
    return [(code, names.get(code, code)) for code in shipped_languages()]


class DraftForm(forms.ModelForm):  # type: ignore[type-arg]
    """What changes and why; "first" is never chosen, it is a fact."""

    class Meta:
        model = Draft
        fields = ["summary", "reason", "comments", "change"]
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
            "reason": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "change" in self.fields:
            choices = [choice for choice in Change.choices if choice[0] != Change.FIRST]
            self.fields["change"] = forms.ChoiceField(
                label=_("Kind of change"), choices=choices, help_text=self.fields["change"].help_text
            )


class DraftTextForm(forms.ModelForm):  # type: ignore[type-arg]
    """The source in one language."""

    language = forms.ChoiceField(label=_("Language"), choices=site_languages)
    source = forms.CharField(
        label=_("Text"),
        max_length=MAX_SOURCE,
        strip=False,
        help_text=_("Markdown, one sentence on each line; “## Title {#slug}” opens a clause."),
        widget=forms.Textarea(attrs={"rows": 30, "cols": 110, "spellcheck": "true"}),
    )

    class Meta:
        model = DraftText
        fields = ["language", "source"]

    def clean_source(self) -> str:
        """Store what every database stores alike: NFC, LF, no control characters."""
        return normalise(self.cleaned_data["source"])


class BeginForm(forms.Form):
    """Which languages of the shipped template the first draft takes."""

    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=template_languages,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The main language of the site is authoritative."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["languages"].initial = languages_of_site()

    def ordered(self) -> list[str]:
        """Return the chosen languages, the main one of the site first."""
        chosen = self.cleaned_data["languages"]
        return [code for code in languages_of_site() if code in chosen] or chosen


class PublishForm(forms.Form):
    """When the version shall take effect; empty means as early as the rules allow."""

    effective_at = forms.SplitDateTimeField(label=_("Takes effect"), required=False, widget=AdminSplitDateTime)


class PostponeForm(forms.Form):
    """A later day for a version that is not in force yet."""

    to = forms.SplitDateTimeField(label=_("Takes effect"), widget=AdminSplitDateTime)
    reason = forms.CharField(label=_("Reason"), max_length=500)


class TranslationForm(forms.Form):
    """One more language, or a better revision of a translation."""

    language = forms.ChoiceField(label=_("Language"), choices=site_languages)
    source = forms.CharField(
        label=_("Text"), max_length=MAX_SOURCE, strip=False, widget=forms.Textarea(attrs={"rows": 30, "cols": 110})
    )


def promise_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return every promise a sentence can be bound to, grouped by clause, in words."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    for slug in choices():
        words = promises.get(slug).text if slug in promises else _("not offered by this site")
        grouped.setdefault(slug.partition(".")[0], []).append((slug, f"{slug}: {words}"))
    return list(grouped.items())


class BindingForm(forms.Form):
    """What keeps one sentence: promises, or the word of whoever is signed in that it is a plain fact."""

    kind = forms.ChoiceField(
        label=_("This sentence is kept"),
        choices=[("promises", _("by the promises marked below")), ("fact", _("as a plain fact: I answer for it"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)
    promises = forms.MultipleChoiceField(
        label=_("Promises"), choices=promise_choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def clean(self) -> dict[str, Any]:
        """Either promises or a plain fact; the marks of one who chose the other are an error, not a guess."""
        data = super().clean() or self.cleaned_data
        if data.get("kind") == "promises" and not data.get("promises") and "promises" not in self.errors:
            self.add_error("promises", _("Mark at least one promise, or say that it is a plain fact."))
        if data.get("kind") == "fact" and data.get("promises"):
            self.add_error("kind", _("A plain fact is bound to no promise: take the marks below away."))
        return data
