"""House advertising (V18): by interest only for who agreed, in its period, never more often a day than it may be."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections import Counter
from collections.abc import Iterator
from importlib import reload
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from onvif_privacy.core import consent
from onvif_privacy.visits import urls
from onvif_privacy.visits.models import AdDay, HouseAd
from onvif_privacy.visits.services import clock
from onvif_privacy.visits.services.advertising import choosing, counting, keeping
from onvif_privacy.visits.services.recorder import Recorder
from onvif_privacy.visits.services.transports import Direct
from tests.visits.advertised import advertised, begin_anew, behind, png, shown, stranger
from tests.visits.factories import HouseAdFactory
from tests.visits.interested import browser, give, visitor

TODAY = dt.date(2026, 3, 10)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site() -> Iterator[None]:
    """A site that keeps interests and shows advertisements."""
    with advertised():
        yield


class TestWhoSeesWhat:
    def test_interest_chooses_for_who_agreed_and_for_nobody_else(self) -> None:
        """The same person with the same profile, by four choices: only the grant that stands shows the area's."""
        HouseAdFactory(area="video", text="Cameras")
        HouseAdFactory(text="For all")
        person, withdrawn = visitor(), visitor(consent.Outcome.GRANTED, consent.Outcome.WITHDRAWN)
        for one in (person, withdrawn):
            give(one, video=50.0)
        neutral = {
            "stranger": Client(),
            "declined": browser(None, interests=False, popularity=False),
            "granted something else": browser(person, interests=False, popularity=True),
            "withdrawn elsewhere": browser(withdrawn, interests=True),
            "interested in nothing": browser(visitor(), interests=True),
        }
        assert "Cameras" in shown(client=browser(person, interests=True))
        found = {shown(client=client) for client in neutral.values()}
        assert len(found) == 1
        assert "For all" in found.pop()

    def test_strongest_interest_that_has_any_left_comes_first_and_says_why(self) -> None:
        HouseAdFactory(area="audio", text="Microphones", cap=1)
        HouseAdFactory(area="video", text="Cameras")
        HouseAdFactory(text="For all")
        person = visitor()
        give(person, audio=50.0, video=45.0)
        client = browser(person, interests=True)
        shown(client=client)  # the process asks for some of the number
        behind()
        first, second = shown(client=client), shown(client=client)
        assert "Microphones" in first
        assert "Cameras" in second
        assert reverse("onvif_privacy_visits:interests") in second
        assert "chosen by your interests" not in shown()

    def test_page_is_private_only_while_the_slot_goes_by_interest(self) -> None:
        HouseAdFactory(slot="plain")
        HouseAdFactory(slot="chosen", area="video")
        for client in (Client(), browser(visitor(), interests=True)):
            assert "Cookie" not in client.get("/plain/", secure=True).get("Vary", "")
            answer = client.get("/chosen/", secure=True)
            assert "private" in answer["Cache-Control"]
            assert "Cookie" in answer["Vary"]

    def test_off_there_is_nothing_and_nothing_is_asked(self, settings: Any) -> None:
        HouseAdFactory()
        settings.ONVIF_PRIVACY_VISITS_ADVERTISING = False
        with CaptureQueriesContext(connection) as queries:
            assert shown() == ""
            behind()
        assert len(queries) == 0
        reload(urls)
        assert not [one for one in urls.urlpatterns if "ads" in str(one.pattern)]

    def test_strangers_page_costs_no_query_once_the_process_has_its_copy(self) -> None:
        HouseAdFactory()
        HouseAdFactory(cap=1_000)
        shown()
        behind()
        with CaptureQueriesContext(connection) as queries:
            assert {"Offer" in shown() for _time in range(10)} == {True}
        assert len(queries) == 0

    def test_without_the_database_the_place_stays_empty_and_the_page_goes_out(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*arguments: Any) -> None:
            raise DatabaseError("away")

        HouseAdFactory()
        with monkeypatch.context() as patch:
            patch.setattr(HouseAd.objects, "using", away)
            assert shown() == ""
        begin_anew()
        assert "Offer" in shown()

    def test_a_template_of_the_site_that_fails_costs_nothing_but_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*arguments: Any) -> None:
            raise RuntimeError("planted")

        HouseAdFactory()
        monkeypatch.setattr(choosing, "render_to_string", broken)
        assert shown() == ""


class TestPeriodAndTurns:
    @pytest.mark.parametrize(
        ("first", "last", "seen"),
        [(None, None, True), (-1, 1, True), (0, 0, True), (1, None, False), (None, -1, False)],
    )
    def test_period_holds_to_the_day(self, first: int | None, last: int | None, seen: bool) -> None:
        """V18."""
        days = [None if one is None else clock.today() + dt.timedelta(days=one) for one in (first, last)]
        HouseAdFactory(first=days[0], last=days[1])
        assert ("Offer" in shown()) is seen

    def test_turns_follow_the_weights_and_are_the_same_for_every_process(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ads = [HouseAdFactory(weight=weight, ref=f"ad-{weight}") for weight in (1, 2, 5)]
        seen: Counter[int] = Counter()
        for minute in range(1_500):
            monkeypatch.setattr(choosing.time, "time", lambda minute=minute: minute * choosing.TURN_SECONDS + 7.0)
            found = choosing.choose("side", stranger)
            assert found is not None
            seen[found.weight] += 1
            if minute % 500 == 0:
                counting.forget()
                assert choosing.choose("side", stranger) == found  # another process, another second
        for ad in ads:
            assert seen[ad.weight] / 1_500 == pytest.approx(ad.weight / 8, abs=0.05)

    def test_preview_shares_are_those_of_the_weights(self) -> None:
        for weight in (1, 3):
            HouseAdFactory(weight=weight)
        found = choosing.candidates("side", stranger, clock.today())
        assert sorted(share for _ad, share in found) == [25, 75]


class TestNumberOfADay:
    @pytest.mark.parametrize("cap", [1, 7, 25, pytest.param(250, marks=pytest.mark.full)])
    def test_processes_together_never_show_more(self, cap: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """V18: five processes by turns, one of them killed now and then, until nothing is left."""
        ad = HouseAdFactory(cap=cap)
        desks = [counting._Desk() for _process in range(5)]
        choosing.running("side", clock.today())
        served, lost = 0, 0
        for step in range(6 * cap + 100):
            desk = desks[step % 5]
            monkeypatch.setattr(counting, "_desk", desk)
            served += choosing.choose("side", stranger) is not None
            if step % 3 == 0:
                counting.settle(give_back=step % 30 == 0)
            if step % 61 == 60:  # killed: what it took is gone, and what it showed since it wrote last
                lost += sum(desk.left.values()) + sum(desk.shown.values())
                desks[step % 5] = counting._Desk()
        for desk in desks:
            monkeypatch.setattr(counting, "_desk", desk)
            counting.settle(give_back=True)
        row = AdDay.objects.get(ad=ad)
        assert served <= cap
        assert row.taken <= cap
        assert row.shown <= served
        if not lost:
            assert (served, row.shown, row.taken) == (cap, cap, cap)

    def test_number_begins_anew_each_day(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ad = HouseAdFactory(cap=1)
        for day in range(3):
            monkeypatch.setattr(clock, "today", lambda day=day: TODAY + dt.timedelta(days=day))
            found = []
            for _time in range(4):
                found.append(choosing.choose("side", stranger))
                behind()
            assert found.count(ad) == 1
        assert list(AdDay.objects.order_by("day").values_list("shown", flat=True)) == [1, 1, 1]

    def test_a_lower_number_holds_as_soon_as_it_is_known(self) -> None:
        ad = HouseAdFactory(cap=1_000)
        choosing.choose("side", stranger)
        behind()
        assert choosing.choose("side", stranger) == ad
        ad.cap = 1
        keeping.keep(ad)
        choosing.running("side", clock.today())
        counting.settle(give_back=True)
        for _time in range(5):
            assert choosing.choose("side", stranger) is None
            behind()

    def test_what_cannot_be_written_is_kept_and_written_later(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ad = HouseAdFactory()
        for _time in range(3):
            choosing.choose("side", stranger)

        def away(*arguments: Any) -> None:
            raise DatabaseError("away")

        with monkeypatch.context() as patch:
            patch.setattr(counting, "_add", away)
            with pytest.raises(DatabaseError):
                counting.settle(give_back=False)
        choosing.choose("side", stranger)
        counting.settle(give_back=False)
        assert AdDay.objects.get(ad=ad).shown == 4

    def test_deleted_meanwhile_is_forgotten(self) -> None:
        ad = HouseAdFactory()
        choosing.choose("side", stranger)
        ad.delete()
        counting.settle(give_back=True)
        assert not AdDay.objects.exists()

    def test_pages_of_many_threads_are_all_counted(self) -> None:
        ad, day = HouseAdFactory(), clock.today()
        threads = [
            threading.Thread(target=lambda: [counting.take(ad, day) for _time in range(2_000)]) for _one in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        counting.settle(give_back=False)
        assert AdDay.objects.get(ad=ad).shown == 16_000

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="a system without forks")
    def test_a_forked_child_counts_nothing_of_its_parent(self) -> None:
        choosing_ad = HouseAdFactory()
        counting.take(choosing_ad, clock.today())
        child = os.fork()
        if not child:
            os._exit(len(counting._desk.shown))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert sum(counting._desk.shown.values()) == 1

    def test_a_recorder_that_ends_writes_what_was_shown(self) -> None:
        ad, done = HouseAdFactory(), []
        choosing.choose("side", stranger)
        mine = Recorder(Direct(), ending=[lambda: done.append(counting.settle(give_back=True))])
        mine._finish()
        assert done
        assert AdDay.objects.get(ad=ad).shown == 1

    def test_database_refuses_what_makes_no_sense(self) -> None:
        for wrong in (
            {"text": ""},
            {"weight": 0},
            {"weight": 101},
            {"cap": 0},
            {"first": TODAY, "last": dt.date(2026, 1, 1)},
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                HouseAdFactory(**wrong)
        with pytest.raises(DatabaseError), transaction.atomic():
            HouseAdFactory(data=png(), alt="")
