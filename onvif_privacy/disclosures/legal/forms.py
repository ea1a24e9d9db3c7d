"""What staff and recipients send."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Party
from onvif_privacy.disclosures.legal.services import ending
from onvif_privacy.disclosures.models import (
    AuthenticityCheck,
    Authority,
    Block,
    Case,
    Document,
    Gag,
    Ground,
    NoticeMode,
    RecipientKey,
    Regime,
    Scope,
    ScopeItem,
)
from onvif_privacy.disclosures.services import fields, people, scopes

DAY = {"type": "date"}
MOMENT = {"type": "datetime-local"}
QUESTIONS = {
    "danger": _("What danger, or which right of ours?"),
    "whose": _("To whom, or against whom?"),
    "why_this": _("Why this data?"),
    "why_now": _("Why now?"),
    "less": _("What less would do, and why does it not?"),
}


def moment(label: Any, help_text: Any = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs=MOMENT, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=widget, help_text=help_text)


class IntakeForm(forms.Form):
    """A letter that has come."""

    authority = forms.ModelChoiceField(Authority.objects.none(), label=_("Who demands?"))
    regime = forms.ModelChoiceField(Regime.objects.none(), label=_("On what law?"))
    channel = forms.ChoiceField(label=_("How did it come?"), choices=Case.Channel)
    file_number = forms.CharField(label=_("Their file number"), max_length=200, required=False)
    issued_at = moment(_("Dated"))
    answer_by = moment(_("To be answered by, as the letter says"))
    file = forms.FileField(label=_("The letter"), help_text=_("It is stored sealed, and never opened here."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["authority"].queryset = Authority.objects.select_related("party").order_by("party__name")  # type: ignore[attr-defined]
        self.fields["regime"].queryset = Regime.objects.filter(superseded_by__isnull=True)  # type: ignore[attr-defined]


class CheckForm(forms.Form):
    """What one attempt showed."""

    kind = forms.ChoiceField(label=_("What was done?"), choices=AuthenticityCheck.Kind)
    result = forms.ChoiceField(label=_("Result"), choices=AuthenticityCheck.Result)
    on_letter = forms.CharField(
        label=_("Telephone numbers that stand on the letter"),
        required=False,
        max_length=400,
        help_text=_("Separated by commas. A call back by one of them proves nothing."),
    )
    evidence = forms.CharField(
        label=_("What was found, and where?"), widget=forms.Textarea(attrs={"rows": 2}), max_length=4000
    )


class DocumentForm(forms.Form):
    """Another file of a case."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Document.Kind)
    file = forms.FileField(label=_("File"))


class NoteForm(forms.Form):
    """Words of a decision."""

    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}), max_length=4000, required=False
    )


class DropForm(forms.Form):
    """How a case ends without a hand-over."""

    why = forms.ChoiceField(label=_("Why"), choices=[one for one in Case.Outcome.choices if one[0] in ending.DROPS])


class StopForm(forms.Form):
    """A stop of a case."""

    kind = forms.ChoiceField(
        label=_("Stop because"),
        choices=[one for one in Block.Kind.choices if one[0] in ("clarification", "objection", "authority_window")],
    )
    until = moment(_("Until"), _("Only for another authority's window."))


class GagForm(forms.Form):
    """An order of silence."""

    document = forms.ModelChoiceField(Document.objects.none(), label=_("The order"))
    since = forms.DateField(label=_("From"), widget=forms.DateInput(attrs=DAY))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs=DAY))
    review_by = forms.DateField(
        label=_("Or looked at again on"),
        required=False,
        widget=forms.DateInput(attrs=DAY),
        help_text=_("At most 90 days from its beginning."),
    )

    extends = forms.ModelChoiceField(
        Gag.objects.none(),
        label=_("Goes on with"),
        required=False,
        help_text=_("The other side agrees first, on the order that it goes on with."),
    )

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].queryset = case.documents.filter(kind="gag")  # type: ignore[attr-defined]
        self.fields["extends"].queryset = case.gags.filter(lifted_on__isnull=True)  # type: ignore[attr-defined]


class Named(forms.Form):
    """People as a letter names them, one a line."""

    people = forms.CharField(
        label=_("Whose data?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, as the letter names them: a user name, an address, or a reference of ours."),
        max_length=20_000,
    )

    def named(self) -> list[scopes.Person]:
        """Return whom the letter means: nobody, or somebody, or several where it is not clear."""
        found = []
        for line in self.cleaned_data["people"].splitlines():
            if words := line.strip()[:200]:
                who = people.find(words)
                found += [scopes.Person(words, one) for one in who] or [scopes.Person(words, None)]
        return found


class ScopeForm(Named):
    """Ground, recipient, people, fields and time: what is asked for."""

    ground = forms.ChoiceField(label=_("Ground, in the words of our statement"), choices=Ground)
    served_entity = forms.ChoiceField(label=_("To whom of us is it addressed?"))
    recipient_key = forms.ModelChoiceField(
        RecipientKey.objects.none(), label=_("Encrypted to which key?"), required=False
    )
    notice_mode = forms.ChoiceField(label=_("When is the person told?"), choices=NoticeMode)
    review_by = forms.DateField(
        label=_("Looked at again on"),
        required=False,
        widget=forms.DateInput(attrs=DAY),
        help_text=_("Where the authority tells, or telling would defeat the purpose."),
    )
    privilege = forms.ChoiceField(
        label=_("Protected profession"), required=False, choices=[("", _("none")), *Scope.Privilege.choices]
    )
    asked_from = moment(_("From"), _("UTC. Empty is from the beginning."))
    asked_to = moment(_("Until"), _("UTC, not included. Empty is until today."))
    fields_asked = forms.MultipleChoiceField(
        label=_("Which fields?"), widget=forms.CheckboxSelectMultiple, required=False
    )
    field_order = (
        *("ground", "served_entity", "recipient_key", "notice_mode", "review_by", "privilege"),
        *("people", "asked_from", "asked_to", "fields_asked"),
    )

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ceiling = fields.ceiling_of(case.regime)
        self.choices = fields.choices()
        keeps = case.regime.lane == Regime.Lane.PRESERVE
        inside = [one for one in self.choices if keeps or fields.is_reached(one.data_class, ceiling)]
        self.outside = [one for one in self.choices if one not in inside]
        options = [(one.key, f"{one.label} ({one.data_class})") for one in inside]
        self.fields["fields_asked"].choices = options  # type: ignore[attr-defined]
        self.fields["served_entity"].choices = [(one, one) for one in scopes.entities()]  # type: ignore[attr-defined]
        keys = RecipientKey.objects.filter(party=case.authority.party, revoked_at__isnull=True)
        self.fields["recipient_key"].queryset = keys  # type: ignore[attr-defined]
        for key, words in QUESTIONS.items():
            self.fields[key] = forms.CharField(
                label=words, required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=4000
            )

    @property
    def reasons(self) -> dict[str, str]:
        """The answers that grounds b and c need."""
        return {key: self.cleaned_data.get(key, "") for key in QUESTIONS}

    def chosen(self) -> list[fields.Choice]:
        """Return the fields that were ticked."""
        ticked = set(self.cleaned_data["fields_asked"])
        return [one for one in self.choices if one.key in ticked]


class ItemForm(forms.Form):
    """The decision on one item."""

    verdict = forms.ChoiceField(label=_("Verdict"), choices=ScopeItem.Verdict)
    reason = forms.ChoiceField(label=_("Why not"), required=False, choices=[("", "–"), *ScopeItem.Reason.choices])
    granted_from = moment(_("From"))
    granted_to = moment(_("Until"))


class AuthorityForm(forms.ModelForm):  # type: ignore[type-arg] # not subscriptable at run time
    """What is known of an authority from sources of our own."""

    class Meta:
        model = Authority
        fields = ("party", "kind", "domains", "call_back", "found_where")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "party" in self.fields:
            self.fields["party"].queryset = Party.objects.filter(role=Party.Role.AUTHORITY)  # type: ignore[attr-defined]


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A key that packages are encrypted to."""

    class Meta:
        model = RecipientKey
        fields = ("party", "method", "public", "proved_how")

    def clean(self) -> dict[str, Any]:
        """Refuse what is no public key of age."""
        from onvif_privacy.disclosures.services import sealing

        data: dict[str, Any] = super().clean() or {}
        if data.get("method") == RecipientKey.Method.AGE:
            try:
                sealing.check_recipient(data.get("public", "").strip())
            except sealing.CannotEncrypt as error:
                self.add_error("public", str(error))
        return data


class CodeForm(forms.Form):
    """The code that a recipient was told by another way."""

    code = forms.CharField(label=_("Code"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))


def aware(moment: datetime | None) -> datetime | None:
    """Return a moment of a form with its zone."""
    return timezone.make_aware(moment) if moment is not None and timezone.is_naive(moment) else moment
