"""What the form of a message board needs: the notice, its token, and a second yes where it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.services import guarding, posting

if TYPE_CHECKING:
    Base = forms.ModelForm[Any]
else:
    Base = object

ERRORS = {
    "notice": _("Please read the notice above the form, then send your text again."),
    "card": _(
        "The number of a payment card cannot be published. We have masked it: look at your text and send it again."
    ),
    "found": _("Your text holds what everybody can read and keep then. Take it out, or publish it anyway."),
}


class PublicPostMixin(Base):
    """Mix into the model form of a `PublicText`: ``class PostForm(PublicPostMixin, ModelForm)``.

    ``public_form`` names the declaration where a model has several. ``refusal`` is what the last check said.
    """

    public_form: ClassVar[str] = ""
    refusal: posting.PostRefused | None = None

    @classmethod
    def public_name(cls) -> str:
        """The name of the declared form; raises ImproperlyConfigured where there is none, or more than one."""
        names = [one.form for one in guarding.declared_for(cls._meta.model)]
        if cls.public_form in names:
            return cls.public_form
        if cls.public_form or len(names) != 1:
            raise ImproperlyConfigured(f"{cls.__qualname__} belongs to {len(names)} declared public texts; name one.")
        return names[0]

    def clean(self) -> dict[str, Any]:
        """Let through what was checked; what is incomplete is asked for first."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        extra = {name: self.data.get(self.add_prefix(name)) for name in (posting.TOKEN, posting.ANYWAY)}
        try:
            checked = posting.check_post(self.public_name(), {**cleaned, **extra}, get_language() or "en")
        except posting.PostRefused as refusal:
            self._say(refusal)
        else:
            checked.admit(self.instance)
        return cleaned

    def _say(self, refusal: posting.PostRefused) -> None:
        """Say why, and put masked texts in the place of those with a card number, so that nobody sends it again."""
        self.refusal = refusal
        if refusal.masked:
            data = self.data.copy()  # type: ignore[attr-defined] # a QueryDict or a dict
            for name, words in refusal.masked.items():
                data[self.add_prefix(name)] = words
            self.data = data
        self.add_error(None, ValidationError(ERRORS[refusal.reason], code=refusal.reason))
