"""What is printed below the statement comes from the software itself."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.test import Client

from onvif_privacy.core.registry import Basis, Purpose, purposes
from onvif_privacy.core.testing import temporarily
from onvif_privacy.statement.services.appendix import BASES, legal_bases, recorded
from tests.statement.factories import published


def test_every_legal_basis_has_words() -> None:
    assert set(BASES) == set(Basis)


def test_every_purpose_is_listed_and_those_that_ask_come_last() -> None:
    listed = [ground.purpose for ground in legal_bases()]
    assert {purpose.slug for purpose in listed} == {purpose.slug for purpose in purposes.all()}
    assert [purpose.basis.asks for purpose in listed] == sorted(purpose.basis.asks for purpose in listed)


def test_retired_purpose_is_not_listed() -> None:
    old = Purpose("old_one", label="Old", text="Old.", basis=Basis.CONSENT, clause="scope", retired=True)
    with temporarily(old):
        assert "old_one" not in {ground.purpose.slug for ground in legal_bases()}


@pytest.mark.skipif(not apps.is_installed("onvif_privacy.visits"), reason="the room visits is not installed here")
def test_every_column_of_a_visit_is_listed() -> None:
    from django.utils.translation import override

    visit = apps.get_model("onvif_privacy_visits", "Visit")
    with override("en"):
        names = [name for name, _meaning in recorded()]
        plain = [str(field.verbose_name) for field in visit._meta.concrete_fields if not field.is_relation]
    assert set(plain) - {"ID", "id"} <= set(names)
    assert {"network", "browser", "referring site", "route", "path"} <= set(names)
    assert "digest" not in names


@pytest.mark.django_db
def test_list_of_columns_is_on_the_page_only_with_the_room(client: Client) -> None:
    published()
    page = client.get("/privacy/statement/").content.decode()
    assert ('id="recorded-fields"' in page) == apps.is_installed("onvif_privacy.visits")
