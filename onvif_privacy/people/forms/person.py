"""`PersonForm`: a form that names its purpose, and asks for nothing that is not declared for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.forms.utils import ErrorDict
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import Purpose, purposes
from onvif_privacy.people.forms.fields import WHY, PhoneText, optional, person_field, tokens
from onvif_privacy.people.forms.postal import Block
from onvif_privacy.people.services import add_contact, set_address, set_profile
from onvif_privacy.people.services.filled import Filled
from onvif_privacy.people.services.links import statement_url

UPDATE = "update"
LEGENDS: Mapping[str, str | LazyText] = {
    "billing": _("Billing address"),
    "shipping": _("Shipping address"),
    "home": _("Home address"),
    "work": _("Work address"),
}


@dataclass(frozen=True)
class Group:
    """Fields that stand together on the page; ``block`` is the address they make, if they make one."""

    legend: str
    why: str
    fields: list[forms.BoundField]
    block: Block | None = None
    saved: UUID | None = None


class PersonFields(forms.BaseForm):
    """Mixin for any form, before Django's: ``class Order(PersonFields, ModelForm)``.

    ``purpose`` is the slug of a declared purpose. ``asks`` and ``addresses`` say what is asked, True for what the
    purpose needs; ``also`` are the form's own fields that say something of the person, each with what it is for;
    ``not_personal`` those that say nothing. Check E001 finds the rest. ``why`` overrides what a field is for.
    ``contact_use`` (home, work, mobile) and ``section`` go into the ``autocomplete`` tokens.
    """

    purpose: ClassVar[str] = "operation"
    asks: ClassVar[Mapping[str, bool]] = {}
    addresses: ClassVar[Mapping[str, bool]] = {}
    also: ClassVar[Mapping[str, str | LazyText]] = {}
    not_personal: ClassVar[tuple[str, ...]] = ()
    why: ClassVar[Mapping[str, str | LazyText]] = {}
    contact_use: ClassVar[str] = "home"
    section: ClassVar[str] = ""
    template_name = "onvif_privacy/people/fields.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        given = self.initial if isinstance(self.initial, Filled) else Filled()
        self.saved = given.addresses
        for name, required in self.asks.items():
            if name not in self.fields:
                self.fields[name] = person_field(name, required)
            self._explain(name)
        wanted = self.asked_addresses()
        several = sum(name in ("home", "work") for name in wanted) > 1
        self.blocks = [
            Block(
                name,
                required=required,
                country=self._country(name),
                section=self.section or (name if several else ""),
            )
            for name, required in wanted.items()
        ]
        for block in self.blocks:
            self.fields.update(block.fields())
            self.initial.setdefault(block.key("country"), block.country)
        for field in self.fields.values():
            if isinstance(field, PhoneText):
                field.country = self.blocks[0].country if self.blocks else house.COUNTRY
        for name, reason in self.also.items():
            self.fields[name].help_text = self.fields[name].help_text or str(reason)

    def asked_addresses(self) -> Mapping[str, bool]:
        """Return the addresses that are asked for, True for what is needed."""
        return self.addresses

    def _explain(self, name: str) -> None:
        field = self.fields[name]
        field.help_text = str(self.why.get(name, WHY[name]))
        field.widget.attrs["autocomplete"] = tokens(name, section=self.section, use=self.contact_use)

    def _country(self, block: str) -> str:
        key = f"{block}_country"
        found = self.data.get(self.add_prefix(key)) if self.is_bound else None
        return str(found or self.initial.get(key) or house.COUNTRY or "")[:2].upper()

    @property
    def is_updating(self) -> bool:
        """Whether the person only wants other labels, because the country changed: nothing is judged then."""
        return self.is_bound and self.add_prefix(UPDATE) in self.data

    def full_clean(self) -> None:
        """Judge what was sent, unless only the labels are to change."""
        if self.is_updating:
            self._errors, self.cleaned_data = ErrorDict(), {}
            return
        super().full_clean()

    def is_valid(self) -> bool:
        """Whether everything fits; never while only the labels change."""
        return super().is_valid() and not self.is_updating

    def clean(self) -> dict[str, Any]:
        """Judge each address as a whole."""
        cleaned = super().clean() or self.cleaned_data
        for block in self.blocks:
            for name, problem in block.problems(self).items():
                self.add_error(name, problem)
        return cleaned

    # What the template shows

    @property
    def purpose_declared(self) -> Purpose:
        """The purpose; raises NotDeclared for one that is not."""
        return purposes.get(self.purpose)

    def groups(self) -> Iterator[Group]:
        """Yield the visible fields, the person's own first, then each address."""
        of_blocks = {block.key(name) for block in self.blocks for name in block.names}
        own = [field for field in self.visible_fields() if field.name not in of_blocks]
        if own:
            yield Group("", "", own)
        for block in self.blocks:
            why = str(self.why.get(block.name, WHY[block.name]))
            fields = [self[block.key(name)] for name in block.names]
            yield Group(optional(LEGENDS[block.name], block.required), why, fields, block, self.saved.get(block.name))

    def get_context(self) -> dict[str, Any]:
        """Add the purpose, the link to the statement and the groups."""
        return {
            **super().get_context(),
            "groups": list(self.groups()),
            "purpose": self.purpose_declared,
            "statement": statement_url(),
            "update_name": self.add_prefix(UPDATE),
        }

    # What becomes of it

    def keep(self, subject: Subject) -> None:
        """Keep what was given in `people`; raises PeopleError."""
        data = self.cleaned_data
        profile = {name: data[name] for name in self.asks if name not in ("email", "phone")}
        if profile:
            set_profile(subject=subject, values=profile)
        for kind in ("email", "phone"):
            if kind in self.asks and data[kind]:
                add_contact(subject=subject, kind=kind, value=data[kind], use=self.contact_use)
        for block in self.blocks:
            values = block.values(data)
            if values:
                keep_address(subject, block.name, values)


def keep_address(subject: Subject, use: str, values: Mapping[str, str]) -> None:
    """Keep an address unless the person keeps the same one for this use already."""
    from onvif_privacy.people.services.reading import details

    filled = {name: value for name, value in values.items() if value}
    for known in details(subject).addresses:
        if known.use == use and {name: value for name, value in known.values.items() if name != "label"} == filled:
            return
    set_address(subject=subject, use=use, values=values)


class PersonForm(PersonFields, forms.Form):
    """A form of its own: ``class Delivery(PersonForm)`` with ``purpose``, ``asks`` and ``addresses``."""
