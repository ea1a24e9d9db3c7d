"""Pages that show customised content: private then, a stranger's otherwise (V13, V18); the person's own page."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Iterator
from functools import cache
from importlib import reload
from itertools import product
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib import admin
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template, TemplateSyntaxError
from django.test import AsyncClient, Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import include, path, reverse

from onvif_privacy.cookies.services import running
from onvif_privacy.core import consent
from onvif_privacy.core.registry import Panel, temporarily
from onvif_privacy.core.testing.factories import SubjectFactory
from onvif_privacy.visits import urls
from onvif_privacy.visits.models import CustomContent, Interest
from onvif_privacy.visits.services import contents, popular, store
from onvif_privacy.visits.services.interests import PURPOSE, changing, profile, showing
from onvif_privacy.visits.services.records import Parcel
from tests import corpora
from tests.core.factories import UserFactory
from tests.visits.factories import AdministratorFactory, RecordFactory, StaffFactory
from tests.visits.interested import AREAS, Choosing, browser, give, kept, scores, visitor

pytestmark = pytest.mark.django_db
PAGE = "/privacy/visits/interests/"
HERE = "/privacy/visits/interests/here/"
LOAD = "{% load privacy_visits %}"

SAYS = {
    "plain": "<h1>plain</h1>",
    "interest": "{% for_interest 'AREA' %}for you{% else_stranger %}for all{% endfor_interest %}",
    "only": "<p>{% for_interest 'AREA' %}<b>for you</b>{% endfor_interest %}</p>",
    "nested": "{% for_interest 'AREA' %}1{% for_interest 'light' %}2{% else_stranger %}3{% endfor_interest %}"
    "{% endfor_interest %}",
    "slot": "{% custom_content 'AREA' %}",
    "shared": "{% custom_content 'front' %}",
    "next": "{% recommended limit=3 as items %}{% for item in items %}<a href='{{ item.path }}'></a>{% endfor %}",
    "marked": "{% subject_area 'AREA' %}marked",
}
# two tags on each of fifty pages, for every area in turn
TEMPLATES = {
    f"{first}-{second}-{area}": LOAD + (SAYS[first] + SAYS[second]).replace("AREA", area)
    for (first, second), area in zip(product(SAYS, list(SAYS)[1:]), list(AREAS) * 14, strict=True)
}
PAGES = list(TEMPLATES)[:50]


def shown(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(Template(TEMPLATES[name]).render(Context({"request": request})))


def lazy(request: HttpRequest) -> HttpResponse:
    text = f"{LOAD}{{% for_interest 'video' lazy %}}for you{{% else_stranger %}}for all{{% endfor_interest %}}"
    return HttpResponse(Template(text).render(Context({"request": request})))


async def in_a_loop(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        Template(LOAD + SAYS["interest"].replace("AREA", "video")).render(Context({"request": request}))
    )


class Urls:
    """A site with the pages, the room's addresses and the admin."""

    def __init__(self) -> None:
        with override_settings(ONVIF_PRIVACY_VISITS_INTERESTS=True):
            reload(urls)
            rooms = [
                path("privacy/visits/", include((list(urls.urlpatterns), urls.app_name))),
                path("privacy/", include("onvif_privacy.urls")),
            ]
        reload(urls)
        self.urlpatterns = [
            *rooms,
            path("admin/", admin.site.urls),
            path("lazy/", lazy),
            path("loop/", in_a_loop),
            path("<str:name>/", shown),
        ]


ADDRESSES = cache(Urls)  # made once: the addresses of the admin take longer than a test


@pytest.fixture
def site() -> Iterator[None]:
    """A site that keeps interests, with content in two slots, and pages that were visited."""
    with kept(), override_settings(ROOT_URLCONF=ADDRESSES()):
        running.install(None)  # what the code declares is the policy
        contents.forget()
        for slot, area, text in [
            ("front", "video", "**Cameras** for you"),
            ("front", "", "Welcome, stranger"),
            ("video", "video", "Only for you"),
        ]:
            CustomContent.objects.create(slot=slot, area=area, text=text)
        now = int(time.time())
        records = [RecordFactory(at=now, route="/video/a/")] * 2 + [RecordFactory(at=now, route="/audio/b/")] * 5
        store.write(Parcel(tuple(records)))
        popular.forget()
        yield
    running.install(None)
    contents.forget()


def read(client: Client, name: str) -> HttpResponse:
    """Answer of a page, by its name or by its template."""
    if name.startswith(LOAD):
        TEMPLATES["own"], name = name, "own"
    response: Any = client.get(f"/{name}/", secure=True)
    assert response.status_code == 200
    return response


@pytest.mark.once
@pytest.mark.usefixtures("site")
class TestStranger:
    def test_with_the_choice_off_fifty_pages_are_a_strangers_byte_for_byte(self) -> None:
        """V13: of a profile that would change most of them, kept in spite of the refusal."""
        person = visitor()
        give(person, video=50.0, light=49.0)
        off = {
            "stranger": Client(),
            "declined everything": browser(None, interests=False, popularity=False),
            "granted something else": browser(person, interests=False, popularity=True),
            "not decided": browser(person, popularity=True),
        }
        on, differ = browser(person, interests=True), 0
        for name in PAGES:
            found = {read(client, name).content for client in off.values()}
            assert len(found) == 1
            differ += read(on, name).content not in found
        assert len(PAGES) == 50
        assert differ >= 20  # the pages could have differed

    def test_site_without_interests_prints_the_strangers_content_and_marks_nothing(self, settings: Any) -> None:
        person = visitor()
        give(person, video=50.0)
        client, without = browser(person, interests=True), set()
        settings.ONVIF_PRIVACY_VISITS_INTERESTS = False
        for name in [*PAGES, "lazy"]:
            response = read(client, name)
            assert "Cookie" not in response.get("Vary", "")
            assert "private" not in response.get("Cache-Control", "")
            without.add(response.content)
        assert b"for all" in without
        assert not [content for content in without if b"for you" in content or b"Only" in content]

    def test_withdrawn_elsewhere_is_off_though_the_cookie_still_says_yes(self) -> None:
        person = visitor(consent.Outcome.GRANTED, consent.Outcome.WITHDRAWN)
        give(person, video=50.0)
        for name in PAGES[::7]:
            assert read(browser(person, interests=True), name).content == read(Client(), name).content


@pytest.mark.usefixtures("site")
class TestPages:
    def test_customised_pages_are_private_and_others_as_cacheable_as_before(self) -> None:
        person = visitor()
        give(person, video=50.0)
        for client in (browser(person, interests=True), Client()):
            for name in ("interest-only-access", "plain-shared-light", "plain-next-light", "plain-interest-video"):
                response = read(client, next(page for page in TEMPLATES if page.startswith(name.rsplit("-", 1)[0])))
                assert "private" in response["Cache-Control"]
                assert "Cookie" in response["Vary"]
        for text in (
            SAYS["plain"],
            "{% subject_area 'video' %}",
            "{% custom_content 'nothing-here' %}",
            "{% popular_pages as x %}",
        ):
            response = read(Client(), LOAD + text)
            assert "Cache-Control" not in response
            assert "Cookie" not in response.get("Vary", "")

    def test_whoever_is_interested_sees_their_content_and_reads_on_there(self) -> None:
        person = visitor()
        give(person, video=50.0)
        client = browser(person, interests=True)
        page = read(client, LOAD + SAYS["interest"].replace("AREA", "video") + SAYS["shared"] + SAYS["next"])
        assert "for you" in page.content.decode()
        assert "<strong>Cameras</strong> for you" in page.content.decode()

    def test_recommended_pages_are_those_of_the_interest_then_the_popular_ones(self, settings: Any) -> None:
        person = visitor()
        give(person, video=50.0)
        request = RequestFactory().get("/")
        for choice, expected in (
            (Choosing(person, PURPOSE), ["/video/a/", "/audio/b/"]),
            (Choosing(None), ["/audio/b/", "/video/a/"]),
        ):
            request = RequestFactory().get("/")
            request.privacy = choice  # type: ignore[attr-defined]
            text = Template(
                LOAD + "{% recommended limit=2 as items %}{% for one in items %}{{ one.path }} {% endfor %}"
            )
            assert text.render(Context({"request": request})).split() == expected
        request = RequestFactory().get("/audio/b/")
        request.privacy = Choosing(None)  # type: ignore[attr-defined]
        assert text.render(Context({"request": request})).split() == ["/video/a/"]

    def test_tags_cost_a_stranger_no_query_and_who_agrees_one(self) -> None:
        person = visitor()
        give(person, video=50.0)
        text = LOAD + "".join(SAYS.values()).replace("AREA", "video") * 2
        asked = []
        for client in (Client(), browser(person, interests=True)):
            read(client, text)  # the copies of the process
            with CaptureQueriesContext(connection) as queries:
                read(client, text)
            asked.append(len(queries))
        assert asked == [0, 1]

    def test_lazy_page_is_the_same_for_everybody_and_asks_once(self) -> None:
        person = visitor()
        give(person, video=50.0)
        pages = {read(client, "lazy").content for client in (Client(), browser(person, interests=True))}
        assert len(pages) == 1
        (page,) = pages
        assert b"<template>for you</template>for all</div>" in page
        assert "Cache-Control" not in read(browser(person, interests=True), "lazy")
        answer: Any = browser(person, interests=True).get(HERE, {"area": ["video", "audio", "No"]}, secure=True)
        assert answer.json() == {"interested": ["video"]}
        assert {"private", "no-store"} <= {part.strip() for part in answer["Cache-Control"].split(",")}
        with CaptureQueriesContext(connection) as queries:
            assert Client().get(HERE, {"area": ["video"]}, secure=True).json() == {"interested": []}
        assert len(queries) == 0

    def test_in_an_event_loop_and_without_the_database_everybody_is_a_stranger(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person = visitor()
        give(person, video=50.0)
        client = browser(person, interests=True)

        def away(*arguments: Any) -> None:
            raise DatabaseError("away")

        with monkeypatch.context() as patch:
            patch.setattr(profile, "read", away)
            page = read(client, LOAD + SAYS["interest"].replace("AREA", "video"))
        assert page.content.decode() == "for all"
        apart = AsyncClient()
        apart.cookies = client.cookies
        answer: Any = async_to_sync(apart.get)("/loop/", secure=True)
        assert answer.content.decode() == "for all"

    @pytest.mark.parametrize("words", ["", "'a' 'b'", "'a' lazy 'b'", "'a' 'lazy'"])
    def test_wrong_use_of_the_tag_is_told_the_author(self, words: str) -> None:
        with pytest.raises(TemplateSyntaxError, match="for_interest takes"):
            Template(f"{LOAD}{{% for_interest {words} %}}{{% endfor_interest %}}")


@pytest.mark.usefixtures("site")
class TestOwnPage:
    def test_person_sees_scores_rule_and_what_follows(self) -> None:
        person = visitor()
        give(person, video=9.0, access=4.0)
        changing.correct(person.pk, "audio", False)
        page = browser(person, interests=True).get(PAGE, secure=True)
        text = page.content.decode()
        for words in (
            "Score 9.0",
            "Score 4.0",
            "after 14 days",
            "at least 3 and at least 1.5 times",
            "Your mean is 3.2",
        ):
            assert words in text
        assert text.count("You see content on this.") == 1
        assert "You said that this does not interest you" in text
        assert {"private", "no-store"} <= {part.strip() for part in page["Cache-Control"].split(",")}
        assert "noindex" in page["X-Robots-Tag"]
        assert reverse("onvif_privacy_cookies:choice") in text

    def test_areas_are_corrected_and_all_is_deleted_by_plain_forms(self) -> None:
        person, other = visitor(), visitor()
        for one in (person, other):
            give(one, video=9.0)
        client = browser(person, interests=True)
        for act, area, own in (("no", "video", False), ("yes", "light", True), ("visits", "light", None)):
            answer = client.post(PAGE, {"act": act, "area": area}, secure=True)
            assert (answer.status_code, answer["Location"]) == (303, f"{PAGE}?said={act}")
            assert Interest.objects.get(visitor=person.pk, area__slug=area).own is own
            assert b'role="status"' in client.get(answer["Location"], secure=True).content
        client.post(PAGE, {"act": "reset"}, secure=True)
        assert (scores(person), scores(other)) == ({}, {"video": 9.0})

    def test_switching_off_deletes_the_profile_and_takes_the_choice_back(
        self, django_capture_on_commit_callbacks: Any
    ) -> None:
        person = visitor()
        give(person, video=9.0)
        client = browser(person, interests=True, popularity=True)
        fields = {"action": "withdraw", "purpose": "interests", "surface": "page", "next": PAGE}
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(
                "/privacy/cookies/choice/", fields, secure=True, headers={"sec-fetch-site": "same-origin"}
            )
        assert (answer.status_code, answer["Location"]) == (303, PAGE)
        assert scores(person) == {}
        text = client.get(PAGE, secure=True).content.decode()
        assert "Nothing is remembered of what interests you" in text
        assert "csrfmiddlewaretoken" not in text

    def test_nobody_changes_a_profile_without_the_forms_token_or_the_grant(self) -> None:
        person = visitor()
        give(person, video=9.0)
        strict = browser(person, interests=True)
        strict.handler.enforce_csrf_checks = True
        assert strict.post(PAGE, {"act": "reset"}, secure=True).status_code == 403
        assert browser(person, popularity=True).post(PAGE, {"act": "reset"}, secure=True).status_code == 303
        assert browser(person, interests=True).get(PAGE, {"act": "reset"}, secure=True).status_code == 200
        assert scores(person) == {"video": 9.0}

    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"act": "yes"},
            {"act": "yes", "area": "health"},
            {"act": "yes", "area": "unknown"},
            {"act": "no", "area": "video\0"},
            {"act": "no", "area": "x" * 10_000},
            {"act": "<script>", "area": "video"},
        ],
    )
    def test_forms_that_nobody_made_change_nothing(self, fields: dict[str, str]) -> None:
        person = visitor()
        give(person, video=9.0)
        answer = browser(person, interests=True).post(PAGE, fields, secure=True)
        assert answer.status_code == 400
        assert scores(person) == {"video": 9.0}

    def test_hostile_areas_in_the_script_s_question_are_left_out(self) -> None:
        client = browser(visitor(), interests=True)
        for text in ("\0", "ä", "<script>", "a" * 9_999, "../..", "%00"):
            assert client.get(HERE, {"area": [text] * 200}, secure=True).json() == {"interested": []}

    def test_my_privacy_has_a_panel_for_browsers_and_accounts(self) -> None:
        person = visitor()
        give(person, video=9.0)
        with temporarily(Panel(PURPOSE, 45, "Interests", "onvif_privacy/visits/interests_panel.html", showing.panel)):
            client = browser(person, interests=True)
            for _who in ("browser", "account"):
                text = client.get("/privacy/me/", secure=True).content.decode()
                assert "In this browser you see content on:" in text
                assert "<li>Video</li>" in text
                assert PAGE in text
                client.force_login(UserFactory())

    def test_without_interests_there_is_no_page(self, settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_INTERESTS = False
        reload(urls)
        assert not [one for one in urls.urlpatterns if "interests" in str(one.pattern)]


@pytest.mark.usefixtures("site")
class TestContent:
    @pytest.mark.parametrize(
        ("first", "last", "shown"),
        [(None, None, True), (-1, 1, True), (0, 0, True), (1, None, False), (None, -1, False)],
    )
    def test_period_holds_to_the_day(self, first: int | None, last: int | None, shown: bool) -> None:
        """V18: content is seen from its first day to its last."""
        today = dt.datetime.now(dt.UTC).date()
        days = [None if one is None else today + dt.timedelta(days=one) for one in (first, last)]
        CustomContent.objects.create(slot="own", text="Now", first=days[0], last=days[1])
        contents.forget()
        assert ("Now" in read(Client(), LOAD + "{% custom_content 'own' %}").content.decode()) is shown

    def test_strongest_interest_that_has_content_wins(self) -> None:
        person = visitor()
        give(person, audio=50.0, video=45.0)
        assert b"Cameras" in read(browser(person, interests=True), LOAD + SAYS["shared"]).content
        assert b"Welcome" in read(browser(visitor(), interests=True), LOAD + SAYS["shared"]).content

    def test_text_adds_no_element_but_those_of_the_house(self) -> None:
        CustomContent.objects.create(
            slot="bad", text="<script>x</script> ![p](https://a.example/p.png) [l](javascript:x)"
        )
        contents.forget()
        page = read(Client(), LOAD + "{% custom_content 'bad' %}").content.decode()
        for part in ("<script", "<img", 'href="javascript'):
            assert part not in page

    def test_template_of_the_site_is_shown_and_a_broken_one_costs_nothing_but_itself(self) -> None:
        CustomContent.objects.create(slot="file", template="visits/custom.html")
        CustomContent.objects.create(slot="gone", template="visits/gone.html")
        contents.forget()
        page = read(Client(), LOAD + "{% custom_content 'file' %}|{% custom_content 'gone' %}").content.decode()
        assert page == "<p>From a template, on /</p>\n|" or page.startswith("<p>From a template, on ")
        assert page.endswith("|")

    @pytest.mark.parametrize(
        "values", [{}, {"text": "a", "template": "b"}, {"text": "a", "first": "2026-02-02", "last": "2026-02-01"}]
    )
    def test_database_refuses_what_cannot_be_shown(self, values: dict[str, str]) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            CustomContent.objects.create(slot="x", **values)

    def test_staff_write_content_and_look_at_it_as_others_see_it(self) -> None:
        client = Client()
        client.force_login(AdministratorFactory())
        form = {"slot": "side", "area": "audio", "text": "*Microphones*", "template": "", "first": "", "last": ""}
        add = reverse("admin:onvif_privacy_visits_customcontent_add")
        assert client.post(add, form, secure=True).status_code == 302
        row = CustomContent.objects.get(slot="side")
        preview = reverse("admin:onvif_privacy_visits_customcontent_preview", args=["side"])
        change = client.get(reverse("admin:onvif_privacy_visits_customcontent_change", args=[row.pk]), secure=True)
        assert preview in change.content.decode()
        assert "<em>Microphones</em>" in client.get(preview, {"area": "audio"}, secure=True).content.decode()
        assert "the place stays empty" in client.get(preview, secure=True).content.decode()
        assert (
            "side"
            in client.get(reverse("admin:onvif_privacy_visits_customcontent_changelist"), secure=True).content.decode()
        )

    @pytest.mark.parametrize(
        "wrong",
        [
            {"area": "health"},
            {"area": "nowhere"},
            {"slot": "No Slot"},
            {"text": "", "template": "../../settings.py"},
            {"text": "", "template": "visits/\0.html"},
            {"text": ""},
            {"text": "both", "template": "visits/custom.html"},
            {"first": "2026-03-02", "last": "2026-03-01"},
        ],
    )
    def test_wrong_content_is_refused_with_words(self, wrong: dict[str, str]) -> None:
        client = Client()
        client.force_login(AdministratorFactory())
        form = {"slot": "side", "area": "", "text": "a", "template": "", "first": "", "last": "", **wrong}
        answer = client.post(reverse("admin:onvif_privacy_visits_customcontent_add"), form, secure=True)
        assert answer.status_code == 200
        assert "errorlist" in answer.content.decode()
        assert not CustomContent.objects.filter(slot="side").exists()

    def test_screens_are_closed_to_others_and_where_interests_are_off(self, settings: Any) -> None:
        pages = [
            reverse("admin:onvif_privacy_visits_customcontent_changelist"),
            reverse("admin:onvif_privacy_visits_customcontent_add"),
            reverse("admin:onvif_privacy_visits_customcontent_preview", args=["front"]),
        ]
        client = Client()
        client.force_login(StaffFactory())
        assert [client.get(page, secure=True).status_code for page in pages] == [403] * 3
        client.force_login(AdministratorFactory())
        settings.ONVIF_PRIVACY_VISITS_INTERESTS = False
        assert [client.get(page, secure=True).status_code for page in pages] == [403] * 3
        assert "customcontent" not in client.get(reverse("admin:index"), secure=True).content.decode()

    def test_hostile_texts_are_kept_and_shown_harmlessly(self) -> None:
        client, add = Client(), reverse("admin:onvif_privacy_visits_customcontent_add")
        client.force_login(AdministratorFactory())
        for number, raw in enumerate(corpora.texts("naughty-strings")[::12]):
            text = raw.encode("utf-8", "replace").decode()
            form = {"slot": f"s{number}", "area": "", "text": text or "x", "template": "", "first": "", "last": ""}
            assert client.post(add, form, secure=True).status_code in (200, 302)
            page = read(Client(), f"{LOAD}{{% custom_content 's{number}' %}}").content.decode()
            assert not re.search("<(script|img|iframe|svg|style)", page, re.IGNORECASE)
            wrong = {"slot": f"{text[:60]} ", "area": text[:60], "text": "", "template": text[:300], "first": text}
            assert client.post(add, {**wrong, "last": ""}, secure=True).status_code == 200


def test_subject_without_a_choice_is_nobody() -> None:
    request = RequestFactory().get("/")
    request.privacy = Choosing(SubjectFactory(), "popularity")  # type: ignore[attr-defined]
    with kept():
        assert profile.visitor_here(request) is None
