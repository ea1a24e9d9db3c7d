"""Advertising (V18) from this site alone, told in numbers of many; the screens; the promises and who breaks them."""

from __future__ import annotations

import datetime as dt
import re
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.core.models import Link, LinkCount
from onvif_privacy.core.promises import Check, Saboteur, Verdict, look_at
from onvif_privacy.core.testing.saboteurs import cases, slipped
from onvif_privacy.visits.models import AdDay, HouseAd
from onvif_privacy.visits.services import clock
from onvif_privacy.visits.services.advertising import counting, figures, keeping, pictures
from tests import corpora
from tests.visits.advertised import JPEG, advertised, png, shown
from tests.visits.factories import AdministratorFactory, HouseAdFactory, StaffFactory
from tests.visits.interested import browser, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site() -> Iterator[None]:
    """A site that keeps interests and shows advertisements."""
    with advertised():
        yield


class TestFromThisSiteAlone:
    def test_page_loads_and_follows_nothing_but_this_site(self) -> None:
        """V18: also of a partner's offer with a picture, the browser asks nobody but us; the click goes through us."""
        ad = HouseAdFactory(data=png(), alt="A lens", advertiser="Partner & Co", url="https://partner.example/offer")
        page = shown()
        found = re.findall(r'(?:src|href)="([^"]*)"', page)
        assert len(found) == 2
        assert all(one.startswith("/privacy/") for one in found)
        assert "partner.example" not in page
        assert "Advertisement of Partner &amp; Co" in page
        assert 'width="3" height="2"' in page
        picture: Any = Client().get(next(one for one in found if "/ads/" in one), secure=True)
        assert (picture.content, picture["Content-Type"]) == (png(), "image/png")
        assert "immutable" in picture["Cache-Control"]
        assert picture["X-Content-Type-Options"] == "nosniff"
        assert not picture.cookies
        answer: Any = Client().get(reverse("onvif_privacy:go", args=[ad.code]), secure=True)
        assert (answer.status_code, answer["Location"]) == (303, "https://partner.example/offer")
        assert answer["Referrer-Policy"] == "no-referrer"

    def test_link_is_the_same_for_everybody_and_own_for_each_advertisement(self) -> None:
        first, second = HouseAdFactory(slot="one"), HouseAdFactory(slot="two")
        assert first.code != second.code
        person = visitor()
        assert shown("one") == shown("one", browser(person, interests=True, popularity=True))
        keeping.keep(first)
        assert Link.objects.count() == 2

    @pytest.mark.parametrize("digest", ["", "0" * 32, "a" * 500, "%00", "..%2f"])
    def test_picture_that_nobody_has_is_not_found(self, digest: str) -> None:
        HouseAdFactory()  # has none, and an empty digest
        assert keeping.picture(digest) is None
        assert Client().get(f"/privacy/visits/ads/{digest}/", secure=True).status_code == 404

    def test_texts_are_printed_as_texts(self) -> None:
        HouseAdFactory(text="<script>x</script>", advertiser='"><img src=x>', data=png(), alt='" onload="x')
        page = shown()
        assert "<script" not in page
        assert page.count("<img") == 1
        assert 'onload="' not in page


class TestPictures:
    @pytest.mark.parametrize(("data", "size"), [(png(), (3, 2)), (png(2_000, 1), (2_000, 1)), (JPEG, (30, 20))])
    def test_size_is_read_from_the_picture(self, data: bytes, size: tuple[int, int]) -> None:
        assert pictures.measure(data) == size

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"GIF89a" + b"\0" * 20,
            png()[:-1],
            png()[:14],
            png(2_001, 1),
            png().replace(b"IDAT", b"acTL"),
            pictures.PNG + b"\0" * 40 + png()[-8:],
            JPEG[:30],
            JPEG.replace(struct.pack(">HH", 20, 30), struct.pack(">HH", 0, 30)),
            JPEG[:20] + b"<script>",
            png() + b"\0" * pictures.MOST_BYTES,
        ],
    )
    def test_what_is_none_moves_or_is_too_large_is_refused(self, data: bytes) -> None:
        with pytest.raises(pictures.PictureRefused):
            pictures.measure(data)

    @given(st.one_of(st.binary(max_size=60), st.binary(max_size=60).map(lambda rest: pictures.JPEG + rest)))
    def test_no_bytes_do_more_than_being_refused(self, data: bytes) -> None:
        try:
            size = pictures.measure(data)
        except pictures.PictureRefused:
            return
        assert all(0 < one <= pictures.MOST_PIXELS for one in size)


class TestFigures:
    @pytest.mark.parametrize(("number", "told"), [(0, None), (9, None), (10, 10), (19, 10), (1_234, 1_230)])
    def test_numbers_below_k_are_never_told_and_others_in_steps(self, number: int, told: int | None) -> None:
        """V18: on the screen and in the file for advertisers alike."""
        ad, before = HouseAdFactory(advertiser="Partner"), clock.today() - dt.timedelta(days=1)
        AdDay.objects.create(ad=ad, day=before, shown=number, taken=number)
        LinkCount.objects.create(link=Link.objects.get(code=ad.code), day=before, clicks=number)
        assert figures.of([ad])[ad.ref] == figures.Figures(told, told)
        client = Client()
        client.force_login(AdministratorFactory())
        page: Any = client.get(reverse("admin:onvif_privacy_visits_housead_changelist"), secure=True)
        cells = re.findall(r'field-(?:shown|followed)">([^<]*)<', page.content.decode())
        assert cells == ["fewer than 10" if told is None else str(told)] * 2
        file: Any = client.get(reverse("admin:onvif_privacy_visits_housead_figures"), secure=True)
        row = file.content.decode().splitlines()[1].split(",")
        assert row[-2:] == ["" if told is None else str(told)] * 2

    def test_today_is_not_told_and_a_changed_target_loses_nothing(self) -> None:
        ad = HouseAdFactory()
        for day, number in ((clock.today(), 500), (clock.today() - dt.timedelta(days=1), 20)):
            AdDay.objects.create(ad=ad, day=day, shown=number)
            LinkCount.objects.create(link=Link.objects.get(code=ad.code), day=day, clicks=number)
        ad.url = "/elsewhere/"
        keeping.keep(ad)
        assert figures.of([ad])[ad.ref] == figures.Figures(20, 20)

    def test_file_for_one_advertiser_names_no_other(self) -> None:
        for advertiser in ("One", "=Two()", ""):
            HouseAdFactory(advertiser=advertiser, text=f"of {advertiser}")
        client, address = Client(), reverse("admin:onvif_privacy_visits_housead_figures")
        client.force_login(AdministratorFactory())
        text = client.get(address, {"advertiser": "One"}, secure=True).content.decode()
        assert "of One" in text
        assert "Two" not in text
        assert "'=Two()" in client.get(address, secure=True).content.decode()
        assert client.get(address, {"advertiser": "\0"}, secure=True).content.decode().count("\n") == 2

    def test_list_costs_two_queries_for_all_its_figures(self) -> None:
        client, address = Client(), reverse("admin:onvif_privacy_visits_housead_changelist")
        client.force_login(AdministratorFactory())
        asked = []
        for _time in range(2):
            HouseAdFactory(data=png(), alt="A lens")
            with CaptureQueriesContext(connection) as queries:
                client.get(address, secure=True)
            asked.append(len(queries))
        assert asked[0] == asked[1]
        assert not [query for query in queries if '"picture"' in query["sql"].replace("`", '"')]


class TestScreens:
    FORM = {"slot": "side", "area": "audio", "advertiser": "", "text": "Microphones", "alt": "", "url": "/shop/"}
    FORM |= {"first": "", "last": "", "cap": "", "weight": "1"}
    ADD = "admin:onvif_privacy_visits_housead_add"

    @pytest.fixture
    def staff(self) -> Client:
        client = Client()
        client.force_login(AdministratorFactory())
        return client

    def test_staff_write_one_with_a_picture_and_look_at_it_as_others_see_it(self, staff: Client) -> None:
        upload = SimpleUploadedFile("a.png", png(), "image/png")
        form = {**self.FORM, "upload": upload, "alt": "A microphone"}
        assert staff.post(reverse(self.ADD), form, secure=True).status_code == 302
        ad = HouseAd.objects.get()
        assert (bytes(ad.picture or b""), ad.width, ad.height) == (png(), 3, 2)
        preview = reverse("admin:onvif_privacy_visits_housead_preview", args=["side"])
        change = reverse("admin:onvif_privacy_visits_housead_change", args=[ad.pk])
        assert preview in staff.get(change, secure=True).content.decode()
        page = staff.get(preview, {"area": "audio"}, secure=True).content.decode()
        assert "Microphones" in page
        assert "100 %" in page
        assert "the place stays empty" in staff.get(preview, secure=True).content.decode()
        counting.settle(give_back=True)
        assert not AdDay.objects.exists()  # a preview is not counted

        assert staff.post(change, {**self.FORM, "text": "Again", "alt": "A microphone"}, secure=True).status_code == 302
        ad.refresh_from_db()
        assert (ad.text, ad.width) == ("Again", 3)  # the picture stays
        assert staff.post(change, {**self.FORM, "bare": "on"}, secure=True).status_code == 302
        ad.refresh_from_db()
        assert (ad.picture, ad.digest, ad.width) == (None, "", 0)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"area": "health"},
            {"area": "nowhere"},
            {"slot": "No Slot"},
            {"text": ""},
            {"upload": png()},  # without words for it
            {"upload": b"GIF89a", "alt": "moves"},
            {"upload": png() + b"\0" * pictures.MOST_BYTES, "alt": "large"},
            {"url": "http://partner.example/"},
            {"url": "javascript:alert(1)"},
            {"url": "//partner.example/"},
            {"url": "https://partner.example/?to=ada@example.org"},
            {"url": ""},
            {"cap": "0"},
            {"weight": "0"},
            {"weight": "101"},
            {"first": "2026-03-02", "last": "2026-03-01"},
        ],
    )
    def test_wrong_ones_are_refused_with_words(self, staff: Client, wrong: dict[str, Any]) -> None:
        if "upload" in wrong:
            wrong = {**wrong, "upload": SimpleUploadedFile("a.png", wrong["upload"], "image/png")}
        answer = staff.post(reverse(self.ADD), {**self.FORM, **wrong}, secure=True)
        assert answer.status_code == 200
        assert "errorlist" in answer.content.decode()
        assert not HouseAd.objects.exists()

    def test_screens_are_closed_to_others_and_where_advertising_is_off(self, staff: Client, settings: Any) -> None:
        names = ("changelist", "add", "figures")
        pages = [reverse(f"admin:onvif_privacy_visits_housead_{name}") for name in names]
        pages.append(reverse("admin:onvif_privacy_visits_housead_preview", args=["side"]))
        other = Client()
        other.force_login(StaffFactory())
        assert [other.get(page, secure=True).status_code for page in pages] == [403] * 4
        settings.ONVIF_PRIVACY_VISITS_ADVERTISING = False
        assert [staff.get(page, secure=True).status_code for page in pages] == [403] * 4
        assert "housead" not in staff.get(reverse("admin:index"), secure=True).content.decode()

    def test_hostile_texts_are_kept_or_refused_and_shown_harmlessly(self, staff: Client) -> None:
        for number, raw in enumerate(corpora.texts("naughty-strings")[::60]):
            text = raw.encode("utf-8", "replace").decode()[:300]
            form = {**self.FORM, "area": "", "slot": f"s{number}", "text": text, "advertiser": text[:100], "alt": text}
            assert staff.post(reverse(self.ADD), form, secure=True).status_code in (200, 302)
            assert not re.search("<(script|img|iframe|svg|style)", shown(f"s{number}"), re.IGNORECASE)
            assert (
                staff.post(reverse(self.ADD), {**self.FORM, "url": text, "cap": text}, secure=True).status_code == 200
            )


OURS = [(one, bad) for one, bad in cases() if one.looker.__module__ == "onvif_privacy.visits.promises.advertising"]


class TestPromises:
    @pytest.mark.parametrize(("check", "saboteur"), OURS, ids=lambda one: getattr(one, "name", str(one)))
    def test_saboteur_is_caught(self, check: Check, saboteur: Saboteur) -> None:
        assert slipped(check, saboteur) == ""

    def test_promises_hold_on_a_site_in_use_and_where_advertising_is_off(self, settings: Any) -> None:
        HouseAdFactory(area="video", data=png(), alt="A lens", url="https://partner.example/")
        HouseAdFactory()
        for on in (True, False):
            settings.ONVIF_PRIVACY_VISITS_ADVERTISING = on
            for check in dict.fromkeys(check for check, _saboteur in OURS):
                looked = look_at(check)
                assert (looked.verdict, looked.findings) == (Verdict.KEPT, ())
