"""Every field class of Django and a subclass of each, under every strategy: a right value or a check error (C32)."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.postgres import fields as postgres
from django.db import models

from onvif_privacy.core.registry import anonymise, blank, delete, generalise, keep
from onvif_privacy.core.registry.strategies import CannotEnd, Strategy, accepts

SAMPLES: dict[type[models.Field[Any, Any]], Any] = {
    models.BigIntegerField: 7,
    models.BinaryField: b"abc",
    models.BooleanField: True,
    models.CharField: "word",
    models.DateField: date(2024, 2, 29),
    models.DateTimeField: datetime(2024, 2, 29, 13, 5, tzinfo=UTC),
    models.DecimalField: Decimal("1.50"),
    models.DurationField: timedelta(days=2),
    models.EmailField: "ada@example.com",
    models.FileField: "a.txt",
    models.FilePathField: "/tmp/a",
    models.FloatField: 1.5,
    models.GenericIPAddressField: "192.0.2.77",
    models.ImageField: "a.png",
    models.IntegerField: 7,
    models.JSONField: {"a": 1},
    models.PositiveBigIntegerField: 7,
    models.PositiveIntegerField: 7,
    models.PositiveSmallIntegerField: 7,
    models.SlugField: "word",
    models.SmallIntegerField: 7,
    models.TextField: "words",
    models.TimeField: time(13, 5),
    models.URLField: "https://example.com/",
    models.UUIDField: uuid.UUID(int=7),
}
OPTIONS: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.DecimalField: {"max_digits": 6, "decimal_places": 2},
    models.CharField: {"max_length": 40},
}
SHAPES: list[dict[str, Any]] = [{}, {"null": True, "blank": True}, {"unique": True}, {"blank": True}]
STRATEGIES: list[Strategy] = [
    blank(),
    anonymise("–"),
    anonymise(0),
    anonymise(unique=True),
    generalise("year"),
    generalise("month"),
    generalise("zip:2"),
    generalise("network"),
    delete(),
    keep("operation", then=blank()),
]


# Links, numbers and columns that only the database writes, and what PostgreSQL alone can hold.
LINKED: list[tuple[models.Field[Any, Any], Any]] = [
    (models.ForeignKey("auth.User", models.CASCADE), 7),
    (models.ForeignKey("auth.User", models.CASCADE, null=True), 7),
    (models.OneToOneField("auth.User", models.CASCADE), 7),
    (models.OneToOneField("auth.User", models.CASCADE, null=True), 7),
    (models.ManyToManyField("auth.User"), [7]),
    (models.AutoField(primary_key=True), 7),
    (models.BigAutoField(primary_key=True), 7),
    (models.SmallAutoField(primary_key=True), 7),
    (models.OrderWrt(), 7),
    (models.CompositePrimaryKey("one", "other"), (7, 8)),
    (
        models.GeneratedField(
            expression=models.F("word"), output_field=models.CharField(max_length=40), db_persist=True
        ),
        "word",
    ),
    (postgres.ArrayField(models.CharField(max_length=5)), ["word"]),
    (postgres.HStoreField(), {"a": "b"}),
    (postgres.HStoreField(null=True), {"a": "b"}),
    (postgres.IntegerRangeField(), None),
    (postgres.BigIntegerRangeField(null=True), None),
    (postgres.DecimalRangeField(), None),
    (postgres.DateRangeField(), None),
    (postgres.DateTimeRangeField(null=True), None),
]
# Bases that no column has, and what Django keeps for old migrations only.
NO_COLUMN = {"Field", "ForeignObject", "RangeField"}
REMOVED = {"CommaSeparatedIntegerField", "IPAddressField", "NullBooleanField"}
REMOVED_OF_POSTGRES = {"CICharField", "CIEmailField", "CITextField", "JSONField"}


def test_no_field_class_of_django_is_left_out() -> None:
    tried = set(SAMPLES) | {type(field) for field, _sample in LINKED}
    for module, gone in ((models, REMOVED), (postgres, REMOVED_OF_POSTGRES)):
        kinds = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, models.Field)]
        assert {one.__name__ for one in kinds if one not in tried} <= NO_COLUMN | gone


def fields() -> list[tuple[models.Field[Any, Any], Any]]:
    made = []
    for known, sample in SAMPLES.items():
        for kind in (known, type(f"My{known.__name__}", (known,), {})):
            for shape in SHAPES:
                field = kind(**{**OPTIONS.get(known, {}), **shape})
                field.set_attributes_from_name("value")
                made.append((field, sample))
    for field, _sample in LINKED:
        field.set_attributes_from_name("value")
    return made + LINKED


@pytest.mark.parametrize("strategy", STRATEGIES, ids=repr)
def test_every_field_ends_in_a_value_it_holds_or_is_a_check_error(strategy: Strategy) -> None:
    for field, sample in fields():
        problem = strategy.problem(field)
        assert problem or not isinstance(field, (models.AutoField, models.GeneratedField, models.ManyToManyField))
        try:
            ended = strategy.end(field, sample)
        except CannotEnd:
            assert problem, f"{type(field).__name__}: refused at the end, but no check error"
            continue
        if problem:
            continue  # a check has said so; nothing is ended
        if ended is None:
            assert field.null
        elif isinstance(field, models.FileField):
            assert ended == ""
        else:
            assert type(ended) is type(sample) or ended in ("", b"", {}, []), (field, ended)
            assert ended in ("", b"", {}, []) or accepts(field, ended), (field, ended)


def test_blank_never_writes_todays_date_nor_zero() -> None:
    for kind in (models.DateField, models.DateTimeField, models.TimeField, models.IntegerField, models.BooleanField):
        field = kind()
        field.set_attributes_from_name("value")
        assert blank().problem(field)
    stamp = models.DateTimeField(auto_now=True)
    stamp.set_attributes_from_name("value")
    assert blank().problem(stamp)


def test_random_tokens_differ_and_fit_unique_fields() -> None:
    for kind in (models.CharField, models.EmailField, models.SlugField, models.URLField, models.UUIDField):
        field = kind(unique=True, **({"max_length": 40} if kind is models.CharField else {}))
        field.set_attributes_from_name("value")
        values = {anonymise(unique=True).end(field, None) for _ in range(50)}
        assert len(values) == 50
        assert all(accepts(field, value) for value in values)


def test_generalised_values_say_less() -> None:
    day = models.DateField()
    assert generalise("year").end(day, date(2024, 2, 29)) == date(2024, 1, 1)
    assert generalise("month").end(day, date(2024, 2, 29)) == date(2024, 2, 1)
    moment = models.DateTimeField()
    assert generalise("month").end(moment, datetime(2024, 2, 29, 13, 5, tzinfo=UTC)) == datetime(2024, 2, 1, tzinfo=UTC)
    assert generalise("zip:3").end(models.CharField(), "12345") == "123"
    assert generalise("network").end(models.GenericIPAddressField(), "192.0.2.77") == "192.0.2.0"
    assert generalise("network").end(models.GenericIPAddressField(), "2001:db8:1:2::3") == "2001:db8:1::"


def test_blank_ends_an_array_and_an_unknown_level_is_an_error() -> None:
    array = postgres.ArrayField(models.CharField(max_length=5), default=list)
    array.set_attributes_from_name("value")
    assert blank().end(array, ["a"]) == []
    assert generalise("galaxy").problem(array)
    with pytest.raises(ValueError, match="constant or unique"):
        anonymise()
    with pytest.raises(ValueError, match="constant or unique"):
        anonymise("x", unique=True)
