"""Registries: duplicate, late and unknown declarations fail loudly and name the places."""

from __future__ import annotations

import re

import pytest
from django.utils.translation import gettext_lazy, override

from onvif_privacy.core.registry import (
    Basis,
    DeclarationError,
    Duplicate,
    FooterLink,
    Guard,
    Late,
    NotDeclared,
    Purpose,
    Waiting,
    close,
    declare,
    footer_links,
    guards,
    purposes,
    reopened,
    waiting,
)
from onvif_privacy.core.testing import temporarily


def purpose(slug: str, **changes: object) -> Purpose:
    """Return the smallest purpose."""
    shape: dict[str, object] = {"label": "L", "text": "T", "basis": Basis.CONSENT, "clause": "use"}
    return Purpose(slug, **(shape | changes))  # type: ignore[arg-type]


def test_a_declaration_is_found_with_the_place_it_was_made() -> None:
    with reopened():
        declare(purpose("profile"))
        assert purposes.get("profile").slug == "profile"
        assert re.fullmatch(r"tests\.core\.test_registry:\d+", purposes.where("profile"))


def test_a_duplicate_names_both_places() -> None:
    with reopened():
        declare(purpose("profile"))
        first = purposes.where("profile")
        with pytest.raises(Duplicate, match=r"purpose 'profile' is declared twice") as refusal:
            declare(purpose("profile"))
        assert len(set(re.findall(r"tests\.core\.test_registry:\d+", str(refusal.value)))) == 2
        assert first in str(refusal.value)


def test_the_first_declaration_stays_when_a_duplicate_is_refused() -> None:
    with reopened():
        declare(purpose("profile", text="first"))
        with pytest.raises(Duplicate):
            declare(purpose("profile", text="second"))
        assert purposes.get("profile").text == "first"


def test_a_late_declaration_names_its_place_and_where_it_belongs() -> None:
    with reopened():
        close()
        with pytest.raises(Late, match=r"tests\.core\.test_registry:\d+ declares after .* privacy\.py"):
            declare(purpose("profile"))


def test_an_unknown_name_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(NotDeclared, match=r"No purpose 'newletter' is declared\. Declared: .*newsletter"):
        purposes.get("newletter")
    with pytest.raises(LookupError):
        purposes.where("newletter")


def test_replacing_needs_something_to_replace_and_the_refusal_names_the_place() -> None:
    with reopened():
        declare(purpose("newsletter", text="other"), replace=True)
        assert purposes.get("newsletter").text == "other"
        with pytest.raises(NotDeclared, match=r"tests\.core\.test_registry:\d+"):
            declare(purpose("profile"), replace=True)


def test_what_no_registry_takes_is_refused_by_name() -> None:
    with reopened(), pytest.raises(DeclarationError, match=r"cannot take 'str'.*Purpose"):
        declare("newsletter")


def test_everything_comes_sorted_by_name_whatever_the_order_of_imports() -> None:
    with reopened():
        declare(purpose("zebra"), purpose("apple"))
        slugs = [one.slug for one in purposes.all()]
    assert slugs == sorted(slugs)
    assert {"zebra", "apple"} <= set(slugs)


def test_temporary_declarations_go_again_and_replaced_ones_come_back() -> None:
    before = purposes.all()
    with temporarily(purpose("profile"), purpose("newsletter", text="other"), without=((Purpose, "advice"),)):
        assert "profile" in purposes
        assert "advice" not in purposes
        assert purposes.get("newsletter").text == "other"
    assert purposes.all() == before


def test_temporary_declarations_go_even_after_an_error() -> None:
    before = len(purposes)
    with pytest.raises(ZeroDivisionError), temporarily(purpose("profile")):
        raise ZeroDivisionError
    assert len(purposes) == before


@pytest.mark.parametrize("slug", ["", "1st", "Capital", "with space", "with-dash", "a" * 49, "a;b", "caf\u00e9", "a\n"])
def test_a_purpose_that_a_cookie_could_not_carry_is_refused(slug: str) -> None:
    with pytest.raises(DeclarationError, match="must be lower-case letters"):
        purpose(slug)


def test_the_digest_of_a_purpose_changes_with_its_meaning_and_not_with_the_language() -> None:
    plain = purpose("profile", text=gettext_lazy("Password"), label=gettext_lazy("User"))
    with override("de"):
        assert str(plain.text) == "Passwort"
        german = plain.digest
    assert plain.digest == german
    changed = [
        {"text": "x"},
        {"label": "x"},
        {"basis": Basis.CONTRACT},
        {"clause": "x"},
        {"parties": ("x",)},
        {"gpc": True},
    ]
    assert len({plain.digest, *(purpose("profile", **one).digest for one in changed)}) == 1 + len(changed)


def test_only_consent_asks() -> None:
    assert [basis for basis in Basis if basis.asks] == [Basis.CONSENT, Basis.EXPLICIT_CONSENT]


def test_the_built_in_purposes_rest_on_something_else_than_consent_and_are_on() -> None:
    for slug in ("own_access", "legal_duty", "security", "housekeeping"):
        assert purposes.get(slug).default
        assert not purposes.get(slug).basis.asks


def test_links_waiting_lines_and_guards_have_names_of_their_own() -> None:
    with temporarily(
        FooterLink("statement", label="Statement", url_name="x:y"),
        Waiting("orders", label="Orders", count=lambda request: 3, address="admin:index"),
        Guard("shop.Order", "when", condition="NEW.total < 0", name="total"),
        Guard("shop.Order", "insert_only"),
    ):
        assert footer_links.get("statement").order == 100
        assert waiting.get("orders").permission == ""
        assert {"shop.Order:when:total", "shop.Order:insert_only"} <= {one.slug for one in guards.all()}
