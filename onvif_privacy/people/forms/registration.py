"""For a site's own registration form: what it asks of a person goes to `people`, and the account keeps its own part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from onvif_privacy.core import subjects
from onvif_privacy.people.forms.person import PersonFields


class RegistersPerson(PersonFields):
    """Mixin for a registration form: ``class Register(RegistersPerson, UserCreationForm)`` with ``purpose``, ``asks``.

    Django's forms hand over in ``save()``, with ``commit=False`` in ``save_m2m()``. django-allauth calls ``signup()``
    of the form that ``ACCOUNT_SIGNUP_FORM_CLASS`` names.
    """

    def save(self, commit: bool = True) -> Any:
        """Save the account and keep the rest, both or neither."""
        if not commit:
            user = super().save(commit=False)  # type: ignore[misc]
            many_to_many: Callable[[], None] = self.save_m2m  # type: ignore[has-type]

            def save_m2m() -> None:
                many_to_many()
                self.keep(subjects.for_user(user))

            self.save_m2m = save_m2m
            return user
        with transaction.atomic():
            user = super().save()  # type: ignore[misc]
            self.keep(subjects.for_user(user))
        return user

    def signup(self, request: HttpRequest, user: Any) -> None:
        """Keep what was given for the new account."""
        self.keep(subjects.for_user(user))
