"""The report in the admin: what it shows, to whom, at what price, and its downloads."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from onvif_privacy.visits.models import Domain, ExclusionDay, NetworkDay, Reason
from onvif_privacy.visits.services import clock, domains, reports, salts, store, uniques
from onvif_privacy.visits.services.records import Books, Parcel
from tests.visits.factories import AdministratorFactory, PageDayFactory, PageFactory, RecordFactory, StaffFactory

pytestmark = pytest.mark.django_db

ADDRESS = "admin:onvif_privacy_visits_popularity_changelist"
MAX_QUERIES = 12


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
    names = re.findall(r'<th scope="row">\s*(.+?)\s*</th>', _section(text, "services"))
    assert names == ["Catalogue", "News", "None"]
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

    assert [tuple(row.values()) for row in rows] == [
        ("(no such page)", "(this site)", "4xx", 3),
        ("/shop/", "partner.example", "5xx", 1),
    ]
    assert "partner.example" in shown(staff)


def test_last_half_hour_is_shown(staff: Client) -> None:
    store.write(
        Parcel((RecordFactory(at=_now() - 60, route="/now/"), RecordFactory(at=_now() - 3_600, route="/earlier/")))
    )

    live = _section(shown(staff), "live")

    assert "/now/" in live
    assert "/earlier/" not in live


def test_different_visitors_are_shown_for_the_site_each_page_and_each_day(staff: Client, settings: Any) -> None:
    settings.ONVIF_PRIVACY_SITES = ["www.example.org", "shop.example.org"]
    salts.keep_up()
    now, records = _now(), []
    for site in settings.ONVIF_PRIVACY_SITES:
        for person in range(7 if site.startswith("www") else 3):
            for route in ("/", "/news/", "/"):
                mark = salts.marks(now, f"192.0.2.{person}", "browser", f"{site}{route}")
                records.append(RecordFactory(at=now, site=site, route=route, marks=mark))
    store.write(Parcel(tuple(records[:12])))
    uniques.merge()
    store.write(Parcel(tuple(records[12:])))
    assert "<strong>4</strong>" in shown(staff)  # what came within the last minute waits
    uniques.merge()

    text = shown(staff)
    assert re.search(r"Different visitors, each day anew</dt>\s*<dd><strong>7</strong>", text)
    rows = staff.get(_download("pages", "json"), secure=True).json()["rows"]
    assert {row["name"]: (row["visits"], row["visitors"]) for row in rows} == {
        "www.example.org/": (14, 7),
        "www.example.org/news/": (7, 7),
        "shop.example.org/": (6, 3),
        "shop.example.org/news/": (3, 3),
    }
    assert staff.get(_download("days", "json"), secure=True).json()["rows"][-1]["visitors"] == 7

    alone = shown(staff, site="shop.example.org")
    assert re.search(r"Different visitors, each day anew</dt>\s*<dd><strong>3</strong>", alone)
    assert "Different visitors" not in shown(staff, route="/news/")
    settings.ONVIF_PRIVACY_VISITS_UNIQUES = False
    assert "isitors, each day" not in shown(staff)


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


def test_report_is_narrowed_to_a_route_and_says_what_cannot_be(staff: Client) -> None:
    for route, path in [("/news/", ""), ("/products/<slug>/", "/products/a/"), ("/products/<slug>/", "/products/b/")]:
        page = PageFactory(route=route, path=path)
        PageDayFactory(page=page, day=clock.today(), visits=3)
    store.write(Parcel((RecordFactory(at=_now(), route="/news/", referrer="search.example"),)))

    everything = shown(staff)
    assert "route=/products/%3Cslug%3E/" in everything
    text = shown(staff, route="/products/<slug>/")

    assert "/products/a/" in _section(text, "pages")
    assert "/news/" not in _section(text, "pages")
    assert "whole site only" in _section(text, "referrers")
    assert "search.example" not in text
    assert staff.get(_download("pages", "json"), {"route": "/news/"}, secure=True).json()["rows"] == [
        {"name": "/news/", "visits": 4, "before": 0, "visitors": None}
    ]
    assert staff.get(_download("referrers", "json"), {"route": "/news/"}, secure=True).status_code == 404


def test_report_is_narrowed_to_a_site_where_there_are_several(staff: Client, settings: Any) -> None:
    settings.ONVIF_PRIVACY_SITES = ["www.example.org", "shop.example.org"]
    for site in settings.ONVIF_PRIVACY_SITES:
        page = PageFactory(site=site, route="/", digest=site)
        PageDayFactory(page=page, day=clock.today(), visits=2)

    assert "shop.example.org/" in _section(shown(staff), "pages")
    text = shown(staff, site="www.example.org", first="2026-01-01")
    assert "www.example.org/" in _section(text, "pages")
    assert "shop.example.org/" not in _section(text, "pages")
    assert "elsewhere.example is not one of the available choices" in shown(staff, site="elsewhere.example")


def test_page_narrowed_by_something_hostile_stays_whole(staff: Client) -> None:
    assert "<script>" not in shown(staff, route="<script>\0" + "x" * 300, site="<script>")


def test_empty_site_says_so(staff: Client) -> None:
    text = shown(staff)

    assert "Nothing in this period." in text
    assert "Nothing has been stored yet." in text


@pytest.mark.parametrize("services", [{}, {"Everything": ["/"]}])
def test_number_of_queries_does_not_grow_with_rows(staff: Client, settings: Any, services: dict[str, Any]) -> None:
    settings.ONVIF_PRIVACY_VISITS_SERVICES = services

    def queries() -> int:
        with CaptureQueriesContext(connection) as context:
            shown(staff)
        assert len(context) <= MAX_QUERIES + 2  # session and user
        return sum("onvif_privacy_visits" in query["sql"] for query in context)

    books = Books(uuid.uuid4(), clock.moment(_now()), accepted=1, pending=1)
    store.write(Parcel((RecordFactory(at=_now()),), books=books))
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
    assert list(csv.reader(io.StringIO(response.content.decode())))[1] == ["'=1+1", "1", "0", ""]


@pytest.mark.parametrize("table", reports.SHEETS)
def test_every_table_can_be_downloaded(staff: Client, settings: Any, table: str) -> None:
    settings.ONVIF_PRIVACY_VISITS_SERVICES = {"Home": ["/"]}
    settings.ONVIF_PRIVACY_VISITS_DOMAINS = True
    records = (RecordFactory(at=_now(), areas=("video",)), RecordFactory(at=_now(), status=500))
    books = Books(uuid.uuid4(), clock.moment(_now()), accepted=2, pending=2)
    store.write(Parcel(records, {(clock.today(), "prefetch"): 1}, books))

    NetworkDay.objects.update(domain=Domain.objects.create(name="isp.example", digest="d"))
    domains.settle()

    found = staff.get(_download(table, "json"), secure=True).json()
    number = "requests" if table in ("quality", "exclusions") else "visits"
    assert sum(row[number] for row in found["rows"]) == (4 if table == "books" else 1)
    assert found["use"] == "statistics"

    cells = list(csv.reader(io.StringIO(staff.get(_download(table, "csv"), secure=True).content.decode())))
    assert cells[0] == list(found["rows"][0])
    assert cells[1:] == [["" if value is None else str(value) for value in row.values()] for row in found["rows"]]


@pytest.mark.parametrize(("table", "form"), [("visits", "csv"), ("pages", "exe")])
def test_unknown_download_is_not_found(staff: Client, table: str, form: str) -> None:
    assert staff.get(_download(table, form), secure=True).status_code == 404


def test_download_needs_the_permission(client: Client) -> None:
    client.force_login(StaffFactory())

    assert client.get(_download("pages", "csv"), secure=True).status_code == 403


def _section(text: str, name: str) -> str:
    return text.partition(f'id="popularity-{name}"')[2].partition("</section>")[0]


def _download(table: str, form: str) -> str:
    return reverse("admin:onvif_privacy_visits_popularity_download", kwargs={"table": table, "form": form})


def _now() -> int:
    return int(dt.datetime.now(tz=dt.UTC).timestamp())
