"""The statement in force stands on each record from its first save on, and stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import override

from onvif_privacy.core import doors, fields
from onvif_privacy.core.fields import StatementField
from onvif_privacy.core.promises import Verdict, checks, look_at
from onvif_privacy.core.promises.planting import altered
from tests.core.hostapp.models import Signup

pytestmark = pytest.mark.django_db

DIGESTS = {"en": "e" * 64, "de": "d" * 64}


@pytest.fixture
def in_force() -> Iterator[None]:
    """A statement in two languages; whoever reads in a third gets the English one."""
    with altered(doors.statement, "_answer", lambda language: DIGESTS.get(language, DIGESTS["en"])):
        yield


def digests() -> list[str]:
    return list(Signup.objects.order_by("pk").values_list("statement", flat=True))


def test_a_record_carries_the_statement_of_the_language_it_was_collected_in(in_force: None) -> None:
    with override("de"):
        made = Signup.objects.create()
    assert (made.statement, digests()) == (DIGESTS["de"], [DIGESTS["de"]])


def test_where_no_language_is_active_the_site_s_own_counts(in_force: None) -> None:
    with override(None):
        assert Signup.objects.create().statement == DIGESTS["en"]


@pytest.mark.parametrize("answer", [None, lambda language: None], ids=["no room", "nothing published"])
def test_without_a_statement_the_record_says_so(answer: object) -> None:
    with altered(doors.statement, "_answer", answer):
        Signup.objects.create()
    assert digests() == [""]


def test_many_records_at_once_carry_it_too(in_force: None) -> None:
    Signup.objects.bulk_create([Signup(), Signup(statement="f" * 64)])
    assert digests() == [DIGESTS["en"], "f" * 64]


def test_later_saves_change_nothing(in_force: None) -> None:
    made = Signup.objects.create()
    with override("de"):
        Signup.objects.get(pk=made.pk).save()
        made.statement = DIGESTS["de"]
        made.save()
        made.save(update_fields=["statement"])
        Signup(pk=made.pk, topic="other").save()
        Signup.objects.update(statement=DIGESTS["de"])
        Signup.objects.update(statement=Concat(Value("d"), Value("e")))
        Signup.objects.bulk_update([made], ["statement"])
        Signup.objects.bulk_create(
            [Signup(pk=made.pk, topic="upsert")],
            update_conflicts=True,
            update_fields=["topic"],
            **unique_fields(),
        )
    assert (digests(), Signup.objects.get().topic) == ([DIGESTS["en"]], "upsert")


def unique_fields() -> dict[str, list[str]]:
    """MariaDB finds conflicts itself and refuses to be told."""
    from django.db import connection

    return {"unique_fields": ["pk"]} if connection.features.supports_update_conflicts_with_target else {}


def test_an_upsert_that_would_replace_it_is_refused(in_force: None) -> None:
    made = Signup.objects.create()
    with pytest.raises(ValueError, match="fixed at the first save"):
        Signup.objects.bulk_create(
            [Signup(pk=made.pk)], update_conflicts=True, update_fields=["statement"], **unique_fields()
        )


def test_a_record_of_before_can_be_given_its_paper_form_once(in_force: None) -> None:
    with altered(doors.statement, "_answer", None):
        old = Signup.objects.create()
    Signup.objects.get().save()
    assert digests() == [""]
    Signup.objects.update(statement="a" * 64)
    Signup.objects.update(statement="b" * 64)
    assert digests() == ["a" * 64]
    assert old.statement == ""


def test_a_dump_brings_it_back_as_it_was(in_force: None, tmp_path: object) -> None:
    with override("de"):
        Signup.objects.create()
    dumped = StringIO()
    call_command("dumpdata", "hostapp.Signup", stdout=dumped)
    Signup.objects.all().delete()
    path = tmp_path / "dump.json"  # type: ignore[operator]
    path.write_text(dumped.getvalue())
    call_command("loaddata", str(path), verbosity=0)
    assert digests() == [DIGESTS["de"]]


def test_a_migration_names_only_the_field() -> None:
    assert Signup._meta.get_field("statement").deconstruct()[1:] == (
        "onvif_privacy.core.fields.StatementField",
        [],
        {},
    )


def test_each_field_is_found_once() -> None:
    assert [one.model for one in fields.statement_fields()].count(Signup) == 1
    assert all(isinstance(one, StatementField) for one in fields.statement_fields())


CHECK = "scope.version_on_record:records_carry_a_published_version"


@pytest.mark.skipif(CHECK not in checks, reason="the room statement looks")
def test_records_of_before_the_first_statement_need_no_version() -> None:
    from onvif_privacy.statement import testing

    today = timezone.localdate()
    with testing.published():
        Signup.objects.create(collected_on=today)
        # a day of unknown or earlier time, and the day itself, which tells nothing of its morning
        Signup.objects.bulk_create([Signup(collected_on=day) for day in (None, date(2001, 1, 1), today)])
        assert look_at(checks.get(CHECK)).verdict is Verdict.KEPT
        with altered(doors.statement, "_answer", None):
            Signup.objects.create(collected_on=today + timedelta(days=1))
            Signup.objects.create(collected_on=date(2001, 1, 1))
            Signup.objects.create(collected_on=None)
        looked = look_at(checks.get(CHECK))
    assert [str(one) for one in looked.findings] == ["hostapp_signup.statement: 1 records carry no version"]
