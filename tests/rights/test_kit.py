"""The test kit for host sites is green on a site that declares well, and red for each planted bug of a site."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import TestCase

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db.models import Model
from django.db.models.signals import post_save

from onvif_privacy.core.registry import After, PersonalData, delete, not_personal
from onvif_privacy.core.registry.strategies import Blank, CannotEnd
from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.testing import CannotBuild, RightsTests, World
from tests.rights.factories import STORE
from tests.store import declarations
from tests.store.factories import OrderFactory
from tests.store.models import Category, Line, Order

pytestmark = pytest.mark.django_db(transaction=True)

TESTS = sorted(name for name in vars(RightsTests) if name.startswith("test_"))
QUICK = ("test_export_has_nothing_of_b", "test_erasure_leaves_nothing_of_a", "test_retention_ends_each_term")


@pytest.fixture(autouse=True)
def _declared() -> Iterator[None]:
    with temporarily(*STORE):
        yield


def verdict(name: str, **attributes: Any) -> str:
    """Run one test of the kit as a site would; returns what it says, empty where it is green."""
    kit: Any = type("Kit", (RightsTests, TestCase), attributes)(name)
    result = kit.defaultTestResult()
    kit.run(result)
    said = [*result.errors, *result.failures]
    return said[0][1] if said else ""


@pytest.mark.parametrize("name", [one if one in QUICK else pytest.param(one, marks=pytest.mark.full) for one in TESTS])
def test_a_site_that_declares_well_is_green(name: str) -> None:
    assert verdict(name) == ""


def test_every_personal_column_of_the_store_has_a_canary() -> None:
    world = World().build()
    named = {name.split(" ")[1] for name in world.words("A")}
    for declaration in (declarations.ORDER, declarations.LINE):
        model = {"store.Order": Order, "store.Line": Line}[declaration.model]
        assert {f"{model._meta.label}.{name}" for name in declaration.fields} <= named
    assert world.words("A").keys().isdisjoint(world.words("B"))


def test_a_row_that_cannot_be_built_names_the_factory_to_write() -> None:
    def broken(**values: Any) -> Model:
        raise ValueError("no")

    with pytest.raises(CannotBuild, match=r"factories = \{'store.Order': …\}"):
        World({"store.Order": broken}).build()
    assert World({"store.Order": OrderFactory}).build().rows["store.Order", "A"].pk


# R31: bugs that peers have, and what a site may get wrong


def order(**changed: Any) -> PersonalData:
    return replace(declarations.ORDER, **changed)


def changed(name: str, **values: Any) -> PersonalData:
    return order(fields={**declarations.ORDER.fields, name: replace(declarations.ORDER.fields[name], **values)})


class Lazy(Blank):
    """Says that it ended something, and leaves it."""

    def end(self, field: Any, value: Any) -> Any:
        return value


class Early(After):
    """Lasts half as long as the kit is told."""

    def __getattribute__(self, name: str) -> Any:
        if name != "days":
            return super().__getattribute__(name)
        return 730 if "terms.py" in sys._getframe(1).f_code.co_filename else 365


class Broken(Blank):
    """Cannot end what it should."""

    def end(self, field: Any, value: Any) -> Any:
        raise CannotEnd("no way to end this")


@contextmanager
def file_that_stays() -> Iterator[None]:
    before = FileSystemStorage.delete

    def moved(self: FileSystemStorage, name: str) -> None:
        if Path(self.path(name)).exists():
            Path(self.path(name)).rename(self.path(f"{name}.bak"))

    FileSystemStorage.delete = moved  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        FileSystemStorage.delete = before  # type: ignore[method-assign]


@contextmanager
def heard(receiver: Callable[..., Any]) -> Iterator[None]:
    post_save.connect(receiver, sender=Order)
    try:
        yield
    finally:
        post_save.disconnect(receiver, sender=Order)


def copies_to_cache(instance: Order, **kwargs: Any) -> None:
    if instance.email:
        cache.set(f"order-{instance.pk}", {"to": instance.email})


def copies_the_file(instance: Order, **kwargs: Any) -> None:
    if instance.invoice:
        with instance.invoice.open() as file:
            default_storage.save("thumbnails/small.txt", ContentFile(file.read()))


def copies_to_another_table(instance: Order, **kwargs: Any) -> None:
    Category.objects.create(title=instance.email[:50])


def is_logged_by_somebody_else(instance: Order, **kwargs: Any) -> None:
    if instance.email:
        LogEntry.objects.create(
            user=User.objects.exclude(pk=instance.customer_id).order_by("pk").last(),
            content_type=ContentType.objects.get_for_model(Line),
            object_id="0",
            object_repr=instance.email,
            action_flag=CHANGE,
        )


EVERYBODY = order(subjects={"customer": lambda rows, subject: rows})
NOBODY = order(subjects={"customer": lambda rows, subject: rows.none()})
NO_LEAF = changed("meta", leaves={"onvif_rest": not_personal})
EXPORT, ERASURE = "test_export_has_nothing_of_b", "test_erasure_leaves_nothing_of_a"
Bug = tuple[str, tuple[Any, ...], Callable[[], AbstractContextManager[Any]]]
BUGS: dict[str, Bug] = {
    "a file stays on the disk": (ERASURE, (changed("invoice", erase=delete()),), file_that_stays),
    "a smaller copy of a file stays": (ERASURE, (), lambda: heard(copies_the_file)),
    "a JSON leaf is said to be nothing personal": (ERASURE, (NO_LEAF,), nullcontext),
    "a strategy leaves what it should end": (ERASURE, (changed("email", erase=Lazy()),), nullcontext),
    "a strategy raises": (ERASURE, (changed("email", erase=Broken()),), nullcontext),
    "a cache keeps a copy": (ERASURE, (), lambda: heard(copies_to_cache)),
    "another table keeps a copy": (ERASURE, (), lambda: heard(copies_to_another_table)),
    "the log of somebody else keeps a name": (ERASURE, (), lambda: heard(is_logged_by_somebody_else)),
    "a path leads to everybody": (EXPORT, (EVERYBODY,), nullcontext),
    "a path leads to nobody": ("test_export_has_all_of_a", (NOBODY,), nullcontext),
    "others are erased along": ("test_erasure_spares_b", (EVERYBODY,), nullcontext),
    "a term ends, and nothing with it": (
        "test_retention_ends_each_term",
        (changed("email", erase=Lazy()),),
        nullcontext,
    ),
    "something ends before its term": (
        "test_retention_ends_each_term",
        (order(terms={"bookkeeping": After("invoiced_on", days=3653), "operation": Early("closed_at", days=730)}),),
        nullcontext,
    ),
    "a related model is not declared": (
        "test_everything_is_declared",
        (),
        lambda: temporarily(without=((PersonalData, "store.line"),)),
    ),
}
ALWAYS = ("a JSON leaf is said to be nothing personal", "a cache keeps a copy")


@pytest.mark.parametrize("bug", [one if one in ALWAYS else pytest.param(one, marks=pytest.mark.full) for one in BUGS])
def test_each_planted_bug_turns_the_kit_red(bug: str) -> None:
    name, declared, planted = BUGS[bug]
    cache.clear()
    with temporarily(*declared), planted():
        said = verdict(name, factories={"store.Order": OrderFactory} if "path" in bug or "others" in bug else {})
    assert "AssertionError" in said or "CannotEnd" in said, said or "green"
