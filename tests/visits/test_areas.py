"""Subject areas: said by view, object, template, settings and admin; counted by area, page and day."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from onvif_privacy.visits.checks import subject_areas_are_lists
from onvif_privacy.visits.doors import subject_area
from onvif_privacy.visits.models import AreaDay, PageDay, SubjectArea
from onvif_privacy.visits.services import areas, capture, clock, store
from onvif_privacy.visits.services.records import Parcel
from tests.visits.factories import CHROME, AdministratorFactory, RecordFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.visits.urls")]
HEADERS = {"user-agent": CHROME, "accept": "text/html"}
REPORT = "admin:onvif_privacy_visits_popularity_changelist"


def counted() -> dict[str, int]:
    found: dict[str, int] = {}
    for slug, visits in AreaDay.objects.values_list("area__slug", "visits"):
        found[slug] = found.get(slug, 0) + visits
    return found


@pytest.mark.usefixtures("inline")
class TestSaid:
    def test_by_the_view_its_object_and_its_template_each_once(self) -> None:
        Client().get("/camera/7/", secure=True, headers=HEADERS)
        assert counted() == {"video": 1, "lighting": 1, "night-vision": 1}

    def test_by_the_settings(self, settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_SUBJECT_AREAS = {"products": ["/products/", "/shop/"], "news": ["/news/"]}
        for address in ("/products/a/", "/products/b/", "/news/spring/", "/"):
            Client().get(address, secure=True, headers=HEADERS)
        assert counted() == {"products": 2, "news": 1}

    def test_by_staff_in_the_admin_at_once_in_this_process(self, client: Client) -> None:
        Client().get("/news/", secure=True, headers=HEADERS)
        client.force_login(AdministratorFactory())
        form = {"label": "Security", "slug": "security", "places": "/news/\n/products/"}
        client.post(reverse("admin:onvif_privacy_visits_subjectarea_add"), form, secure=True)
        Client().get("/news/", secure=True, headers=HEADERS)
        assert counted() == {"security": 1}

        area = SubjectArea.objects.get()
        client.post(
            reverse("admin:onvif_privacy_visits_subjectarea_delete", args=[area.pk]), {"post": "yes"}, secure=True
        )
        Client().get("/news/", secure=True, headers=HEADERS)
        assert counted() == {"security": 1}

    def test_pages_without_areas_make_no_rows(self) -> None:
        Client().get("/", secure=True, headers=HEADERS)
        assert PageDay.objects.exists()
        assert not AreaDay.objects.exists()

    def test_failed_pages_count_for_none(self, settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_SUBJECT_AREAS = {"all": ["/"]}
        Client(raise_request_exception=False).get("/broken/", secure=True, headers=HEADERS)
        assert not AreaDay.objects.exists()


class TestRefused:
    @pytest.mark.parametrize("slug", ["", "Video", "a b", "-a", "a" * 51, "vidéo", "a\n"])
    def test_view_that_names_no_slug_is_told_at_once(self, slug: str) -> None:
        with pytest.raises(ValueError, match="short name"):
            subject_area(slug)

    def test_what_objects_and_templates_say_wrongly_is_left_out(self) -> None:
        request = RequestFactory().get("/")
        Template("{% load privacy_visits %}{% subject_area 'video' 'No Slug' 7 %}").render(
            Context({"request": request})
        )
        assert areas.of_request(request, HttpResponse(), None) == ("video",)
        assert Template("{% load privacy_visits %}{% subject_area 'video' %}").render(Context()) == ""

    def test_object_that_fails_costs_the_visit_its_areas_not_the_page(self, inline: None) -> None:
        assert Client().get("/camera/13/", secure=True, headers=HEADERS).status_code == 200
        assert PageDay.objects.get().visits == 1
        assert counted() == {"video": 1, "night-vision": 1}

    def test_one_visit_counts_for_eight_areas_at_most(self) -> None:
        request = RequestFactory().get("/")
        areas.mark(request, [f"area-{number}" for number in range(50)])
        assert len(areas.of_request(request, HttpResponse(), None)) == areas.MOST

    @pytest.mark.parametrize("value", [{"Video": ["/"]}, {"video": "/"}, {"video": [7]}])
    def test_settings_of_another_shape_are_an_error(self, settings: Any, value: Any) -> None:
        assert subject_areas_are_lists(None) == []
        settings.ONVIF_PRIVACY_VISITS_SUBJECT_AREAS = value
        assert [message.id for message in subject_areas_are_lists(None)] == ["onvif_privacy_visits.E002"]

    def test_memory_of_pages_is_bounded(self, settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_SUBJECT_AREAS = {"all": ["/"]}
        known = areas.Places()
        known.renew()
        for number in range(areas.PLACES_CACHED + 10):
            assert known.of(f"/{number}/", "", ()) == ("all",)
        assert len(known._known) <= areas.PLACES_CACHED


def test_declarations_are_read_once_a_minute() -> None:
    record = RecordFactory(at=int(time.time()))
    store.write(Parcel((record,)))
    with CaptureQueriesContext(connection) as queries:
        store.write(Parcel((record,)))
    assert not [query for query in queries if "subjectarea" in query["sql"]]


def test_visits_counted_again_keep_their_areas() -> None:
    store.write(Parcel((RecordFactory(at=int(time.time()), areas=("video",)),)))
    store.rebuild(clock.today())
    assert counted() == {"video": 1}
    assert PageDay.objects.get().visits == 1


def test_report_shows_areas_and_can_be_narrowed_to_one(client: Client, settings: Any) -> None:
    settings.ONVIF_PRIVACY_VISITS_SUBJECT_AREAS = {"video-analytics": ["/analytics/"]}
    now = int(time.time())
    records = [RecordFactory(at=now, route="/analytics/a/")] * 3 + [RecordFactory(at=now, route="/other/")] * 5
    store.write(Parcel((*records, RecordFactory(at=now, route="/tagged/", areas=("lighting",)))))
    client.force_login(AdministratorFactory())

    text = client.get(reverse(REPORT), secure=True).content.decode()
    assert "Video analytics" in text
    assert "area=video-analytics" in text
    narrow = client.get(reverse(REPORT), {"area": "video-analytics"}, secure=True).content.decode()
    assert "/analytics/a/" in narrow
    assert "/other/" not in narrow
    assert "no short name" in client.get(reverse(REPORT), {"area": "<script>"}, secure=True).content.decode()

    def rows(table: str, **query: str) -> Any:
        address = reverse("admin:onvif_privacy_visits_popularity_download", kwargs={"table": table, "form": "json"})
        return client.get(address, query, secure=True).json()["rows"]

    assert rows("areas") == [
        {"area": "video-analytics", "name": "Video analytics", "visits": 3, "before": 0},
        {"area": "lighting", "name": "lighting", "visits": 1, "before": 0},
    ]
    assert [row["visits"] for row in rows("pages", area="lighting")] == [1]
    assert sum(row["visits"] for row in rows("hours", area="video-analytics")) == 3


def test_areas_cost_the_page_no_query(monkeypatch: pytest.MonkeyPatch, inline: None) -> None:
    monkeypatch.setattr("onvif_privacy.visits.middleware.write_now", lambda: None)
    with CaptureQueriesContext(connection) as queries:
        Client().get("/camera/7/", secure=True, headers=HEADERS)
    assert len(queries) == 0
    assert capture.rules()
