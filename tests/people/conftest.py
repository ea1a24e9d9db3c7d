"""Counts of the process outlive the transaction of a test: each test begins without any."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from onvif_privacy.core import limits, subjects
from onvif_privacy.core.models import Subject


@pytest.fixture(autouse=True)
def _nothing_left_by_another_test() -> Iterator[None]:
    limits.reset()
    with translation.override("en"):
        yield


@pytest.fixture
def user(db: None) -> User:
    """Somebody with an account."""
    return User.objects.create_user("alice", password="correct horse")


@pytest.fixture
def person(user: User) -> Subject:
    """The same, as the rooms know them."""
    return subjects.for_user(user)


@pytest.fixture
def signed_in(user: User) -> Client:
    """The same, at the site."""
    client = Client()
    client.force_login(user)
    return client
