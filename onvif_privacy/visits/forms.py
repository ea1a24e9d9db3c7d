"""What people and staff fill in: interests, content, advertisements, and what the report is asked for."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import SuspiciousFileOperation
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.links import LinkRefused
from onvif_privacy.visits.models import CustomContent, HouseAd
from onvif_privacy.visits.querysets import Use
from onvif_privacy.visits.services.advertising import keeping, pictures
from onvif_privacy.visits.services.cleaning import ROUTE_LENGTH, is_slug
from onvif_privacy.visits.services.interests import showing
from onvif_privacy.visits.services.periods import LONGEST_DAYS, Choice, Period
from onvif_privacy.visits.services.reports import Asked


class InterestForm(forms.Form):
    """What a person says of one of their interests, or that all of them are to be deleted."""

    OWN: ClassVar[dict[str, bool | None]] = {"yes": True, "no": False, "visits": None}

    act = forms.ChoiceField(choices=[(name, name) for name in ("yes", "no", "visits", "reset")])
    area = forms.CharField(max_length=50, required=False)

    def clean(self) -> dict[str, Any]:
        """An answer is about an area that this site knows."""
        data = super().clean() or {}
        if data.get("act") in self.OWN and data.get("area") not in showing.known():
            raise forms.ValidationError(_("This site has no such subject area."))
        return data


class ContentForm(forms.ModelForm):  # type: ignore[type-arg] # Django's class is generic for the type checker only
    """Content as staff write it: on an area that this site knows, with a text or a template that is there."""

    class Meta:
        model = CustomContent
        fields = ("slot", "area", "text", "template", "first", "last")

    area = forms.ChoiceField(
        label=_("Subject area"),
        required=False,
        help_text=_("Empty: for strangers, and for whoever is interested in nothing that has content here."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self.fields["area"], _("(strangers)"))

    def clean_text(self) -> str:
        """PostgreSQL refuses NUL."""
        return str(self.cleaned_data["text"]).replace("\0", "")

    def clean_template(self) -> str:
        """A template of the site that can be read."""
        name = str(self.cleaned_data["template"])
        try:
            if name:
                get_template(name)
        except (TemplateDoesNotExist, TemplateSyntaxError, SuspiciousFileOperation, OSError, ValueError):
            raise forms.ValidationError(_("There is no such template, or it cannot be read.")) from None
        return name


class AdForm(forms.ModelForm):  # type: ignore[type-arg] # Django's class is generic for the type checker only
    """An advertisement as staff write it: with a picture that they upload, never one from elsewhere."""

    class Meta:
        model = HouseAd
        fields = ("slot", "area", "advertiser", "text", "alt", "url", "first", "last", "cap", "weight")

    area = forms.ChoiceField(
        label=_("Subject area"),
        required=False,
        help_text=_("Seen by who let their interests be kept and is interested in it. Empty: by everybody else."),
    )
    upload = forms.FileField(label=_("Picture"), required=False, help_text=_("PNG or JPEG, 200 kB at most."))
    bare = forms.BooleanField(label=_("Without the picture it has"), required=False)
    field_order = ("slot", "area", "advertiser", "text", "upload", "bare", "alt", "url")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self.fields["area"], _("(everybody)"))
        if not self.instance.digest:
            self.fields["bare"].widget = forms.HiddenInput()

    def clean_url(self) -> str:
        """A page of this site, or an https address that names nobody."""
        try:
            return keeping.target(str(self.cleaned_data["url"]))
        except LinkRefused:
            raise forms.ValidationError(
                _("Write a page of this site (/shop/) or an https address, without an e-mail address in it.")
            ) from None

    def clean_upload(self) -> None:
        """A picture that may stand in a page becomes the advertisement's own."""
        file = self.cleaned_data["upload"]
        try:
            if file:
                keeping.depict(self.instance, file.read(pictures.MOST_BYTES + 1))
        except pictures.PictureRefused as error:
            raise forms.ValidationError(error.args[0]) from None

    def clean(self) -> dict[str, Any]:
        """What it had goes where that is asked for and nothing new came."""
        data = super().clean() or {}
        if data.get("bare") and "upload" not in self.files:
            keeping.depict(self.instance, None)
        if self.instance.digest and not data.get("alt"):
            self.add_error("alt", _("Say in words what the picture says."))
        if not self.instance.digest and not data.get("text"):
            self.add_error("text", _("Write a text, or upload a picture."))
        return data


class PreviewForm(forms.Form):
    """As whom, and on which day, staff look at a slot."""

    area = forms.ChoiceField(label=_("Seen by someone interested in"), required=False)
    day = forms.DateField(
        label=_("On"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self.fields["area"], _("nothing: a stranger"))


def _choose(field: forms.Field, stranger: LazyText | str) -> None:
    """Offer the areas that somebody can be interested in, and nobody in particular."""
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
    field.choices = [("", stranger), *showing.known().items()]


class ReportForm(forms.Form):
    """Reads period, site and route from the address; wrong values fall back to 30 days of everything and are named."""

    period = forms.ChoiceField(label=_("Period"), choices=Choice.choices, required=False)
    first = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=_("to"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    site = forms.ChoiceField(label=_("Site"), required=False)
    route = forms.CharField(label=_("Route"), required=False, max_length=ROUTE_LENGTH)

    area = forms.CharField(label=_("Subject area"), required=False, max_length=50)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = sorted({host.lower() for host in house.SITES})
        if len(sites) > 1:
            field = self.fields["site"]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = [("", _("All sites")), *((host, host) for host in sites)]
        else:  # visits of one site carry no name of it
            del self.fields["site"]

    def clean_area(self) -> str:
        """A short name, or nothing."""
        area = str(self.cleaned_data["area"])
        if area and not is_slug(area):
            raise forms.ValidationError(_("This is no short name of a subject area."))
        return area

    def clean(self) -> dict[str, Any]:
        """An own period needs two days in order, ten years apart at most."""
        data = super().clean() or {}
        if data.get("period") != Choice.OWN:
            return data
        first, last = data.get("first"), data.get("last")
        if first is None or last is None:
            raise forms.ValidationError(_("An own period needs its first and its last day."))
        if first > last:
            raise forms.ValidationError(_("The first day must not be after the last."))
        if (last - first).days >= LONGEST_DAYS:
            raise forms.ValidationError(_("Choose ten years at most."))
        return data

    def asked(self, today: dt.date) -> tuple[Choice, Asked]:
        """The choice of the period, and what is asked for; 30 days of everything where nothing valid was."""
        if not self.is_valid():
            return Choice.MONTH, Asked(period=Period.ending(today, Choice.MONTH), use=Use.STATISTICS)
        data = self.cleaned_data
        choice = Choice(data["period"] or Choice.MONTH)
        period = Period(data["first"], data["last"]) if choice == Choice.OWN else Period.ending(today, choice)
        return choice, Asked(
            period=period, use=Use.STATISTICS, site=data.get("site", ""), route=data["route"], area=data["area"]
        )
