"""The report in the admin: what it shows, to whom, at what price, and its downloads."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from onvif_privacy.visits.models import ExclusionDay, Reason
from onvif_privacy.visits.services import clock, store
from onvif_privacy.visits.services.records import Parcel
from tests.visits.factories import AdministratorFactory, PageDayFactory, PageFactory, RecordFactory, StaffFactory

pytestmark = pytest.mark.django_db

ADDRESS = "admin:onvif_privacy_visits_popularity_changelist"
MAX_QUERIES = 20


def shown(client: Client, **query: str) -> str:
    response = client.get(reverse(ADDRESS), query, secure=True)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(AdministratorFactory())
    return client


def test_report_shows_pages_with_change_referring_sites_and_reasons(staff: Client) -> None:
    today = clock.today()
    page = PageFactory(route="/catalogue/")
    PageDayFactory(page=page, day=today, visits=150)
    PageDayFactory(page=page, day=today - dt.timedelta(days=30), visits=100)
    ExclusionDay.objects.create(day=today, reason=Reason.PREFETCH, visits=7)

    text = shown(staff, period="30")

    assert "/catalogue/" in text
    assert "+50 %" in text
    assert "fetched in advance" in text
    assert "<svg" in text
    assert "<script" not in text.partition('id="content-main"')[2].partition('id="footer"')[0]


def test_services_come_first_and_the_most_popular_leads(staff: Client, settings: Any) -> None:
    settings.ONVIF_PRIVACY_VISITS_SERVICES = {"News": ["/news/"], "Catalogue": ["/products/", "/search/"], "None": []}
    today = clock.today()
    for route, path, visits in [("/news/", "", 5), ("/products/<slug>/", "/products/a/", 4), ("/search/", "", 3)]:
        PageDayFactory(page=PageFactory(route=route, path=path), day=today, visits=visits)
    PageDayFactory(page=PageFactory(route="/news/old/"), day=today - dt.timedelta(days=30), visits=10)

    text = shown(staff)

    assert text.index("popularity-services") < text.index("popularity-days") < text.index("popularity-pages")
    assert text.index("Catalogue") < text.index(">News<") < text.index(">None<")
    rows = staff.get(_download("services", "json"), secure=True).json()["rows"]
    assert [(row["name"], row["visits"], row["before"]) for row in rows] == [
        ("Catalogue", 7, 0),
        ("News", 5, 10),
        ("None", 0, 0),
    ]


def test_failed_requests_are_shown_with_where_they_came_from(staff: Client) -> None:
    broken = [RecordFactory(at=_now(), route="", status=404, referrer="internal") for _number in range(3)]
    store.write(Parcel((*broken, RecordFactory(at=_now(), route="/shop/", status=500, referrer="partner.example"))))

    rows = staff.get(_download("quality", "json"), secure=True).json()["rows"]

    assert [(row["name"], row["visits"]) for row in rows] == [
        ("4xx (no such page) ← (this site)", 3),
        ("5xx /shop/ ← partner.example", 1),
    ]
    assert "partner.example" in shown(staff)


def test_last_half_hour_is_shown(staff: Client) -> None:
    store.write(
        Parcel((RecordFactory(at=_now() - 60, route="/now/"), RecordFactory(at=_now() - 3_600, route="/earlier/")))
    )

    live = shown(staff).partition('id="popularity-live"')[2].partition("</section>")[0]

    assert "/now/" in live
    assert "/earlier/" not in live


def test_own_period_is_read_and_wrong_ones_are_named(staff: Client) -> None:
    PageDayFactory(page=PageFactory(route="/march/"), day=dt.date(2026, 3, 1), visits=4)

    assert "/march/" in shown(staff, period="own", first="2026-03-01", last="2026-03-01")
    assert "/march/" not in shown(staff, period="own", first="2026-03-02", last="2026-03-05")
    assert "must not be after" in shown(staff, period="own", first="2026-03-05", last="2026-03-02")
    assert "first and its last day" in shown(staff, period="own", first="junk")
    assert "ten years" in shown(staff, period="own", first="1999-01-01", last="2026-03-02")


@pytest.mark.parametrize("query", [{"period": "\0"}, {"period": "own", "first": "9" * 5000}, {"period": "<script>"}])
def test_hostile_periods_fall_back_to_thirty_days(staff: Client, query: dict[str, str]) -> None:
    assert "<script>" not in shown(staff, **query)


def test_empty_site_says_so(staff: Client) -> None:
    text = shown(staff)

    assert "Nothing in this period." in text
    assert "Nothing has been stored yet." in text


def test_number_of_queries_does_not_grow_with_rows(staff: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as context:
            shown(staff)
        return len(context)

    store.write(Parcel((RecordFactory(at=_now()),)))
    few = queries()
    store.write(Parcel(tuple(RecordFactory(at=_now(), route=f"/{n}/", referrer=f"{n}.example") for n in range(60))))

    assert queries() == few <= MAX_QUERIES


def test_names_from_visitors_are_shown_as_text(staff: Client) -> None:
    store.write(Parcel((RecordFactory(at=_now(), route="/", path="/<img src=x>/"),)))

    text = shown(staff)

    assert "/&lt;img src=x&gt;/" in text
    assert "<img src=x>" not in text


def test_report_needs_its_permission(client: Client) -> None:
    person = StaffFactory()
    client.force_login(person)
    assert client.get(reverse(ADDRESS), secure=True).status_code == 403

    person.user_permissions.add(Permission.objects.get(codename="view_popularity"))
    assert client.get(reverse(ADDRESS), secure=True).status_code == 200


def test_anonymous_is_sent_to_log_in(client: Client) -> None:
    response = client.get(reverse(ADDRESS), secure=True)

    assert response.status_code == 302
    assert "login" in response.headers["Location"]


def test_download_as_csv_disarms_formulas(staff: Client) -> None:
    store.write(Parcel((RecordFactory(at=_now(), route="/", path="=1+1"),)))

    response = staff.get(_download("pages", "csv"), secure=True)

    assert response.headers["Content-Disposition"].startswith('attachment; filename="pages-')
    assert list(csv.reader(io.StringIO(response.content.decode())))[1] == ["'=1+1", "1", "0"]


@pytest.mark.parametrize(
    "table", ["services", "pages", "referrers", "browsers", "days", "hours", "exclusions", "quality"]
)
def test_every_table_can_be_downloaded_as_json(staff: Client, settings: Any, table: str) -> None:
    settings.ONVIF_PRIVACY_VISITS_SERVICES = {"Home": ["/"]}
    records = (RecordFactory(at=_now()), RecordFactory(at=_now(), status=500))
    store.write(Parcel(records, {(clock.today(), "prefetch"): 1}))

    rows: list[dict[str, Any]] = staff.get(_download(table, "json"), secure=True).json()["rows"]

    assert sum(row["visits"] for row in rows) == 1


@pytest.mark.parametrize(("table", "form"), [("visits", "csv"), ("pages", "exe")])
def test_unknown_download_is_not_found(staff: Client, table: str, form: str) -> None:
    assert staff.get(_download(table, form), secure=True).status_code == 404


def test_download_needs_the_permission(client: Client) -> None:
    client.force_login(StaffFactory())

    assert client.get(_download("pages", "csv"), secure=True).status_code == 403


def _download(table: str, form: str) -> str:
    return reverse("admin:onvif_privacy_visits_popularity_download", kwargs={"table": table, "form": form})


def _now() -> int:
    return int(dt.datetime.now(tz=dt.UTC).timestamp())
