"""What people and staff send to this room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from onvif_privacy.core import subjects, text
from onvif_privacy.enquiries.models import Channel, ClockRule, Kind, Outcome, Remedy
from onvif_privacy.enquiries.models.clocks import MAX_PAUSE_DAYS
from onvif_privacy.enquiries.services import clauses, tokens
from onvif_privacy.enquiries.services.entries import TEXT_LENGTH, Upload

MOST_FILES, MOST_BYTES = 5, 5 * 1024 * 1024
TRAP = "website"  # a name that machines fill in


class FilesInput(forms.ClearableFileInput):
    """A control that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each within the limit; gives a list of `Upload`."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        """Refuse too many, and too large ones; nothing of their content is looked at."""
        given: Iterable[UploadedFile[Any]] = data if isinstance(data, (list, tuple)) else [data] if data else []
        given = [one for one in given if one]
        if len(given) > MOST_FILES:
            raise forms.ValidationError(
                ngettext("At most %(number)d file.", "At most %(number)d files.", MOST_FILES) % {"number": MOST_FILES}
            )
        for one in given:
            if (one.size or 0) > MOST_BYTES:
                words = _("“%(name)s” is larger than %(size)d MB.")
                size = MOST_BYTES // 1024 // 1024
                raise forms.ValidationError(words % {"name": str(one.name)[:80], "size": size})
        return [Upload(str(one.name or ""), one.read()) for one in given]


class PublicForm(forms.Form):
    """A form that anybody sends: proven by a token instead of a cookie, with a field that people do not see.

    ``shown`` is what the token says once the form is valid; a token that is too old is an error to be sent again with.
    """

    use_required_attribute = True
    token = forms.CharField(widget=forms.HiddenInput, max_length=200)
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    shown: tokens.Shown

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("token", tokens.form_token())

    def clean_token(self) -> str:
        """Read the token."""
        token: str = self.cleaned_data["token"]
        shown = tokens.read_form_token(token)
        if shown is None:
            # the answer brings a fresh one, and everything that was typed
            fresh = cast("QueryDict", self.data).copy()
            fresh["token"] = tokens.form_token()
            self.data = fresh
            raise forms.ValidationError(_("This form was open for long. Please send it once more."))
        self.shown = shown
        return token

    def clean_text(self) -> str:
        """Refuse payment card numbers: nobody needs them here."""
        words: str = self.cleaned_data["text"]
        if text.find_cards(words):
            raise forms.ValidationError(_("This text holds a payment card number. Please take it out."))
        return words

    @property
    def filled_trap(self) -> bool:
        """Whether the field that people do not see holds something."""
        return bool(self.cleaned_data.get(TRAP))


class ContactForm(PublicForm):
    """A comment or a complaint, from anybody."""

    kind = forms.ChoiceField(
        label=_("What you are sending"),
        choices=[
            (Kind.COMPLAINT, _("A complaint: a promise was not kept")),
            (Kind.COMMENT, _("A comment or a question")),
        ],
        widget=forms.RadioSelect,
    )
    clauses = forms.MultipleChoiceField(
        label=_("What it is about"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("If you do not know, leave all of them empty."),
    )
    complained_on = forms.DateField(
        label=_("On which day it happened"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("If you know it."),
    )
    text = forms.CharField(label=_("Your message"), max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 8}))
    attachments = FilesField(
        label=_("Files"), required=False, help_text=_("At most 5, each of at most 5 MB. You need not add any.")
    )
    address = forms.EmailField(
        label=_("E-mail address for our answer"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Without it you read our answer on this site, by the number and the code that you get."),
    )

    field_order = ("token", "kind", "clauses", "complained_on", "text", "attachments", "address", TRAP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clauses"].choices = clauses.choices()  # type: ignore[attr-defined]
        if not self.fields["clauses"].choices:  # type: ignore[attr-defined]
            del self.fields["clauses"]

    def clean_complained_on(self) -> Any:
        """Refuse a day that has not come."""
        found = self.cleaned_data["complained_on"]
        if found and found > timezone.localdate():
            raise forms.ValidationError(_("This lies in the future."))
        return found


class MessageForm(PublicForm):
    """One more message of the person, on the page that their link or code opened."""

    page = forms.CharField(widget=forms.HiddenInput, max_length=400)
    text = forms.CharField(label=_("Your message"), max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 6}))
    attachments = FilesField(label=_("Files"), required=False, help_text=_("At most 5, each of at most 5 MB."))


class FollowForm(forms.Form):
    """The number and the code."""

    ref = forms.CharField(
        label=_("Number"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )
    code = forms.CharField(
        label=_("Code"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )


# Forms of staff


class WordsForm(forms.Form):
    """Words of staff."""

    words = forms.CharField(label=_("Text"), max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 5}))


class ClauseForm(forms.Form):
    """The clause it is about."""

    slug = forms.ChoiceField(label=_("Clause"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].choices = clauses.choices()  # type: ignore[attr-defined]


class ConcernForm(forms.Form):
    """Whom it is about."""

    person = forms.CharField(
        label=_("Name of the account, or reference of the person"),
        max_length=150,
        help_text=_("A member of staff. They do nothing in this case from then on."),
    )

    def clean_person(self) -> str:
        """Find whom it names; gives the reference."""
        return person_named(self.cleaned_data["person"].strip())


def person_named(words: str) -> str:
    """Return the subject reference of an account by its name, or of the reference itself. Raises ValidationError."""
    from django.contrib.auth import get_user_model

    if subjects.by_reference(words) is not None:
        return words
    model = get_user_model()
    user = model._default_manager.filter(**{model.USERNAME_FIELD: words}).first()
    if user is None:
        raise forms.ValidationError(_("There is no such person."))
    return subjects.for_user(user).reference


class DetermineForm(forms.Form):
    """Whether the person was right, and why."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=[one for one in Outcome.choices if one[0]])
    reasons = forms.CharField(
        label=_("Reasons; the person reads them"), max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 6})
    )
    no_clause = forms.BooleanField(label=_("It is about no clause of the statement"), required=False)


class RemedyForm(forms.Form):
    """One thing that was put right."""

    kind = forms.ChoiceField(label=_("What was done"), choices=Remedy.Kind.choices)
    words = forms.CharField(
        label=_("What exactly, and how it is seen"), max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 4})
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=200,
        help_text=_("A reference, for example the number of a receipt or a change."),
    )
    regression = forms.ChoiceField(
        label=_("How it is noticed next time"), required=False, choices=Remedy.Regression.choices
    )
    reason = forms.CharField(label=_("Why no check could notice it"), required=False, max_length=500)


class VerifyForm(forms.Form):
    """Somebody else has looked."""

    seen = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    looked = forms.BooleanField(label=_("I have opened the evidence above"))
    because = forms.CharField(
        label=_("If a check is not green: why that does not stand in the way"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PauseForm(forms.Form):
    """Days that do not count."""

    rule = forms.ModelChoiceField(label=_("Clock"), queryset=ClockRule.objects.none())
    since = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}), initial=timezone.localdate)
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=MAX_PAUSE_DAYS)
    reason = forms.CharField(label=_("Reason"), max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].queryset = ClockRule.objects.filter(is_on=True, pausable=True)  # type: ignore[attr-defined]


class EnterForm(forms.Form):
    """What came by letter, by telephone or by a member of staff."""

    kind = forms.ChoiceField(label=_("What it is"), choices=Kind.choices)
    channel = forms.ChoiceField(
        label=_("How it came"), choices=[one for one in Channel.choices if one[0] in ("post", "telephone", "staff")]
    )
    received_at = forms.DateTimeField(
        label=_("Received"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}), initial=timezone.localtime
    )
    complained_on = forms.DateField(
        label=_("Day it is about"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    text = forms.CharField(label=_("Text"), max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 8}))
    address = forms.EmailField(label=_("E-mail address to answer to"), required=False)
    clauses = forms.MultipleChoiceField(
        label=_("Clauses"), required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clauses"].choices = clauses.choices()  # type: ignore[attr-defined]

    def clean_received_at(self) -> Any:
        """Refuse a day that has not come."""
        found = self.cleaned_data["received_at"]
        if found > timezone.now():
            raise forms.ValidationError(_("This lies in the future."))
        return found


class CiteForm(forms.Form):
    """The version of the statement that it led to."""

    version = forms.IntegerField(label=_("Version of the statement"), min_value=1, max_value=100_000)
