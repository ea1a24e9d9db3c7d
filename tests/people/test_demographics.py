"""Answers belong to nobody, sums are shown of K people at least, and subtracting releases tells nothing."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import DatabaseError, models, transaction
from django.test import Client
from django.utils import timezone

from onvif_privacy.core.counts import TOTAL, Table, protect
from onvif_privacy.core.registry import temporarily
from onvif_privacy.core.testing import guards
from onvif_privacy.people import checks
from onvif_privacy.people.doors import DemographicTable, Dimension
from onvif_privacy.people.models import DemographicCount, DemographicRelease, DemographicTray
from onvif_privacy.people.services import demographics
from onvif_privacy.people.services.generalising import AGE_BANDS, UNSAID, age_band, generalised, zip_prefix

TABLES = (
    Dimension("topic", "Topic", {"video": "Video", "access": "Access", "other": "Other"}),
    DemographicTable("age_by_gender", ("age_band", "gender")),
    DemographicTable("topic_by_gender", ("topic", "gender")),
    DemographicTable("zip", ("zip",)),
)
TABLE_NAMES = tuple(one.slug for one in TABLES if isinstance(one, DemographicTable))
ANSWER = {"age_band": 30, "gender": "female", "topic": "video", "zip": "62701"}
NEXT_MONTH = date(2100, 2, 1)


@pytest.fixture(autouse=True)
def _tables(settings: Any) -> Iterator[None]:
    settings.ONVIF_PRIVACY_K = 5
    with temporarily(*TABLES):
        yield


def answers(number: int, **changed: Any) -> None:
    for _number in range(number):
        demographics.submit_demographics(answers={**ANSWER, **changed})


def dump() -> list[tuple[str, str, int]]:
    return sorted(DemographicCount.objects.values_list("table_name", "cell", "number"))


def shown(table: str) -> dict[tuple[str, ...], int | None]:
    return demographics.numbers(DemographicRelease.objects.get(table_name=table))


# P9


def test_no_column_leads_to_anybody_or_to_a_time() -> None:
    for name in ("DemographicTray", "DemographicCount", "DemographicRelease"):
        for field in apps.get_model("onvif_privacy_people", name)._meta.get_fields():
            assert not field.is_relation, field
            assert not isinstance(field, (models.DateTimeField, models.AutoField)), field


@pytest.mark.django_db
def test_one_answer_changes_the_tray_and_no_sum() -> None:
    answers(7)
    before, waiting = dump(), DemographicTray.objects.count()
    answers(1)
    assert (dump(), DemographicTray.objects.count()) == (before, waiting + 1)


@pytest.mark.django_db
def test_sums_move_by_k_at_least() -> None:
    seen = []
    for _number in range(17):
        answers(1)
        seen.append(demographics.waiting() // 3)
    assert seen == [0] * 4 + [5] * 5 + [10] * 5 + [15] * 3
    assert demographics.flush_tray() == 0


@pytest.mark.django_db
def test_nothing_exact_is_stored() -> None:
    demographics.submit_demographics(answers={**ANSWER, "age_band": 37, "zip": "90210-1234"})
    written = DemographicTray.objects.get().cells
    for exact in ("37", "90210", "1234"):
        assert exact not in written
    assert "35-44" in written
    assert '"902"' in written


# Generalising


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (0, "under-18"),
        (17, "under-18"),
        (18, "18-24"),
        (24, "18-24"),
        (25, "25-34"),
        (64, "55-64"),
        (65, "65-and-over"),
    ],
)
def test_ages_fall_into_bands(age: int, band: str) -> None:
    assert age_band(age) == band


def test_small_areas_are_000(settings: Any) -> None:
    settings.ONVIF_PRIVACY_PEOPLE_SMALL_ZIPS = ["036"]
    assert (zip_prefix("03601"), zip_prefix("10001")) == ("000", "100")


@pytest.mark.parametrize(
    ("name", "answer"), [("age_band", 121), ("age_band", "old"), ("zip", "1234"), ("gender", "<b>"), ("country", "XX")]
)
def test_other_answers_are_refused(name: str, answer: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - int() says it in its own words
        generalised(name, answer)


# Releases


@pytest.mark.django_db
def test_period_is_released_once_after_its_end_with_small_cells_hidden() -> None:
    answers(9)
    answers(8, gender="male")
    answers(3, gender="male", age_band=70)
    assert demographics.release() == 0  # the month is not over
    assert demographics.release(today=NEXT_MONTH) == 3
    assert demographics.release(today=NEXT_MONTH) == 0
    assert demographics.waiting() == 0
    found = shown("age_by_gender")
    assert found["65-and-over", "male"] is None
    assert all(number is None or number == 0 or number >= 5 for number in found.values())
    assert shown("zip")[TOTAL,] == 20


@pytest.mark.django_db
def test_answers_that_wait_at_the_end_belong_to_the_next_period() -> None:
    answers(7)
    demographics.release(today=NEXT_MONTH)
    assert shown("zip")[TOTAL,] == 5
    assert DemographicTray.objects.count() == 2


@pytest.mark.django_db
def test_month_with_too_few_joins_the_next(settings: Any) -> None:
    answers(5)
    settings.ONVIF_PRIVACY_K = 6
    assert demographics.release(today=NEXT_MONTH) == 0
    answers(6)
    assert demographics.release(today=date(2100, 3, 1)) == 3
    one = DemographicRelease.objects.get(table_name="zip")
    assert demographics.numbers(one)[TOTAL,] == 11
    assert (one.begins_on, one.ends_on) == (timezone.localdate().replace(day=1), date(2100, 2, 28))


@pytest.mark.parametrize(
    ("period", "day", "start"), [("month", date(2026, 12, 31), 12), ("quarter", date(2026, 6, 1), 4)]
)
def test_periods_are_months_or_quarters(period: str, day: date, start: int, settings: Any) -> None:
    settings.ONVIF_PRIVACY_PEOPLE_PERIOD = period
    assert demographics.period_start(day) == date(2026, start, 1)


@pytest.mark.django_db
def test_new_table_begins_with_its_own_sums_and_few_old_answers_are_dropped() -> None:
    answers(7)
    with temporarily(DemographicTable("country", ("country",))):
        answers(5, country="DE")
        assert demographics.release(today=NEXT_MONTH) == 7
        assert demographics.drop_stale() == 2
    assert DemographicRelease.objects.filter(table_name="zip").count() == 2


@pytest.mark.django_db(transaction=True)
def test_release_is_immutable() -> None:
    with guards():
        answers(5)
        demographics.release(today=NEXT_MONTH)
        with pytest.raises(DatabaseError), transaction.atomic():
            models.QuerySet(DemographicRelease).update(cells="[]")


# P10


def test_the_published_example_of_arx_is_generalised_as_published_and_its_k_is_two() -> None:
    """`data/test.csv`, its three hierarchies and `test_anonymized.csv` of ARX; the last is 2-anonymous, not 3."""
    given = [(34, "male", "81667"), (45, "female", "81675"), (66, "male", "81925"), (70, "female", "81931")]
    given += [(34, "female", "81931"), (70, "male", "81931"), (45, "male", "81931")]
    published = Counter({("<50", "*", "816**"): 2, (">=50", "*", "819**"): 3, ("<50", "*", "819**"): 2})
    halves = Dimension("half", "Age", {"<50": "under 50", ">=50": "50 and over"})
    with temporarily(halves):
        made = Counter(
            (generalised("half", "<50" if age < 50 else ">=50"), "*", f"{generalised('zip', code)}**")
            for age, _gender, code in given
        )
    assert made == published
    groups = {("; ".join(place),): number for place, number in made.items()}
    hides = {k: None in protect([Table(("group",), groups)], k)[0].cells.values() for k in (2, 3)}
    assert hides == {2: False, 3: True}


def test_codes_and_ages_generalise_along_the_hierarchies_of_arx() -> None:
    """ARX's ZIP hierarchy masks one digit after the other, its ages nest in ever wider bands up to all."""
    for code in range(80_000, 90_000):
        assert f"{zip_prefix(str(code))}**" == f"{code // 100}**"
    bands = [age_band(age) for age in range(1, 101)]
    assert bands == sorted(bands, key=list(AGE_BANDS).index)
    assert Counter(bands)["65-and-over"] == 36
    assert {generalised("gender", one) for one in ("male", "female")} == {"male", "female"}
    assert generalised("gender", "") == UNSAID  # what ARX writes as *


@pytest.mark.django_db
@pytest.mark.parametrize("k", [3, 10, pytest.param(20, marks=pytest.mark.full)])
def test_no_released_number_is_between_one_and_k(k: int, settings: Any) -> None:
    settings.ONVIF_PRIVACY_K = k
    chance = random.Random(k)
    for _number in range(6 * k):
        demographics.submit_demographics(
            answers={
                "age_band": chance.choice([15, 20, 40, 70]),
                "gender": chance.choice(["female", "male", "other"]),
                "topic": chance.choice(["video", "access", "other"]),
                "zip": chance.choice(["62701", "10001"]),
            }
        )
    demographics.release(today=NEXT_MONTH)
    numbers = [number for one in TABLE_NAMES for number in shown(one).values()]
    assert sum(number is None for number in numbers) > 0
    assert sum(number is not None for number in numbers) > 0
    assert [number for number in numbers if number is not None and 0 < number < k] == []


# P11: what a reader can work out


def possible(
    visible: dict[tuple[str, ...], int | None], rows: list[str], columns: list[str], most: int
) -> Iterator[Any]:
    """Yield every table of whole numbers that agrees with what is shown; exact, by rows of two columns."""

    def fits(place: tuple[str, ...], value: int) -> bool:
        return visible.get(place) is None or visible[place] == value

    def walk(row: int, sums: tuple[int, ...], cells: dict[tuple[str, str], int]) -> Iterator[Any]:
        if row == len(rows):
            good = all(fits((TOTAL, column), total) for column, total in zip(columns, sums, strict=True))
            if good and fits((TOTAL, TOTAL), sum(sums)):
                yield cells
            return
        name = rows[row]
        known = visible[name, columns[0]]
        for first in range(most + 1) if known is None else (known,):
            known_second = visible[name, columns[1]]
            for second in range(most + 1) if known_second is None else (known_second,):
                if fits((name, TOTAL), first + second):
                    put = {**cells, (name, columns[0]): first, (name, columns[1]): second}
                    yield from walk(row + 1, (sums[0] + first, sums[1] + second), put)

    yield from walk(0, (0, 0), {})


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_series_of_releases_gives_no_hidden_cell_away(seed: int, settings: Any) -> None:
    settings.ONVIF_PRIVACY_K = k = 3
    chance = random.Random(seed)
    with temporarily(
        DemographicTable("two", ("topic", "gender")),
        without=tuple((DemographicTable, one) for one in ("age_by_gender", "topic_by_gender", "zip")),
    ):
        for month in range(1, 4):
            for _number in range(chance.randint(6, 14)):
                demographics.submit_demographics(
                    answers={"topic": chance.choice(["video", "access"]), "gender": chance.choice(["male", "female"])}
                )
            DemographicCount.objects.update(since=date(2100, month, 1))
            demographics.release(today=date(2100, month + 1, 1))
    assert DemographicRelease.objects.exists()
    for one in DemographicRelease.objects.all():
        visible = demographics.numbers(one)
        rows = sorted({place[0] for place in visible} - {TOTAL})
        columns = sorted({place[1] for place in visible} - {TOTAL})
        hidden = [place for place, number in visible.items() if number is None and TOTAL not in place]
        if len(columns) != 2 or not hidden:
            continue
        found: dict[Any, set[int]] = {place: set() for place in hidden}
        for table in possible(visible, rows, columns, 16):
            for place in hidden:
                found[place].add(table[place])
        for place, values in found.items():
            assert max(values) - min(values) + 1 >= k, (place, visible)


# Pages


@pytest.mark.django_db
def test_form_takes_answers_without_a_session_and_says_that_they_cannot_be_found_again(client: Client) -> None:
    page = client.get("/privacy/people/numbers/").content.decode()
    assert "cannot be found again" in page
    assert client.post("/privacy/people/numbers/", ANSWER).status_code == 303
    assert "sessionid" not in client.cookies
    (row,) = DemographicTray.objects.all()
    assert set(json.loads(row.cells)["tables"]) == {"age_by_gender", "topic_by_gender", "zip"}


@pytest.mark.django_db
def test_signed_in_or_not_the_row_is_the_same(client: Client, user: User) -> None:
    client.post("/privacy/people/numbers/", ANSWER)
    client.force_login(user)
    client.post("/privacy/people/numbers/", ANSWER)
    first, second = DemographicTray.objects.all()
    assert first.cells == second.cells


@pytest.mark.django_db
@pytest.mark.parametrize(
    "data", [{}, {"age_band": "-1"}, {"age_band": "1e9"}, {"zip": "x" * 500}, {"gender": "\0"}, {"topic": "free text"}]
)
def test_wrong_answers_are_not_stored(data: dict[str, str], client: Client) -> None:
    assert client.post("/privacy/people/numbers/", data).status_code == 200
    assert not DemographicTray.objects.exists()


@pytest.mark.django_db
def test_one_network_cannot_fill_the_tray(client: Client) -> None:
    codes = [client.post("/privacy/people/numbers/", ANSWER).status_code for _number in range(7)]
    assert codes == [303] * 5 + [429] * 2


@pytest.mark.django_db
def test_sites_without_tables_have_no_page(client: Client) -> None:
    with temporarily(without=tuple((DemographicTable, one.slug) for one in TABLES[1:])):
        assert client.get("/privacy/people/numbers/").status_code == 404


def test_e003_names_tables_that_are_too_wide_or_open() -> None:
    assert checks.tables_are_small_and_closed(None) == []
    for wrong in (
        DemographicTable("wide", ("age_band", "gender", "zip")),
        DemographicTable("none", ()),
        DemographicTable("twice", ("zip", "zip")),
        DemographicTable("unknown", ("shoe_size",)),
    ):
        with temporarily(wrong):
            assert [one.id for one in checks.tables_are_small_and_closed(None)] == ["onvif_privacy_people.E003"]
    with temporarily(Dimension("words", "Words", {}), DemographicTable("open", ("words",))):
        assert "free text" in checks.tables_are_small_and_closed(None)[0].msg
