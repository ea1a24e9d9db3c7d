"""An audit by headers: each planted fault is named and makes the command fail; nothing unseen is called good."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.storage import InMemoryStorage
from django.core.management import CommandError, call_command
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.urls import include, path
from django.utils import timezone

from onvif_privacy.cookies.models import AuditRun, CookieFinding
from onvif_privacy.cookies.services import pictures, retention
from onvif_privacy.cookies.services.auditing.jar import Jar
from onvif_privacy.cookies.services.auditing.keeping import digest
from onvif_privacy.cookies.services.auditing.reading import locations, read
from onvif_privacy.core import ledger
from onvif_privacy.core.crawling import Walk, inside, links
from onvif_privacy.core.models import Decision
from tests.cookies.test_admin import staff
from tests.example_project.test_demo import free_port

pytestmark = [pytest.mark.urls("tests.cookies.test_audit"), pytest.mark.django_db]

SITE = "https://www.example.com"
FAULTS: dict[str, Callable[[HttpRequest, HttpResponse], object]] = {}  # what the pages do wrong in a test
PAGE = """{% load privacy_cookies %}<!doctype html><title>Page</title><body>{% if tag %}{% privacy_cookies %}{% endif %}
<a href="/">Home</a> <a href="/shop/">Shop</a> <a href="/accounts/logout/">Log out</a> <a href="/secret/">Secret</a>
<a href="https://www.example.com/shop/#top">Again</a> <a href="https://elsewhere.example/">Elsewhere</a>"""
ASKED: list[str] = []


def page(request: HttpRequest, more: str = "", tag: bool = True) -> HttpResponse:
    ASKED.append(request.path)
    template = engines["django"].from_string(PAGE + more)
    response = HttpResponse(template.render({"tag": tag}, request))
    response.set_cookie("theme", "quiet", max_age=30 * 86400)
    for plant in FAULTS.values():
        plant(request, response)
    return response


def sitemap(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<urlset><url><loc>{SITE}/hidden/</loc></url></urlset>", content_type="application/xml")


urlpatterns = [
    path("", page),
    path("shop/", page),
    path("hidden/", page),
    path("sitemap.xml", sitemap),
    path("admin/", admin.site.urls),
    path("privacy/", include("onvif_privacy.urls")),
]


@contextmanager
def planted(plant: Callable[[HttpRequest, HttpResponse], object]) -> Iterator[None]:
    FAULTS["here"] = plant
    try:
        yield
    finally:
        FAULTS.clear()


def audit(*options: str, address: str = SITE, engine: str = "in-process") -> tuple[int, str]:
    """Return exit code and output."""
    out = StringIO()
    try:
        call_command("privacy_cookies", "audit", address, "--engine", engine, *options, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def test_a_clean_site_is_as_declared_in_all_four_states(published: Any) -> None:
    ASKED.clear()
    code, said = audit("--pages", "8")
    assert (code, said.splitlines()[-1].partition(":")[0]) == (0, "as declared"), said
    assert {"/", "/shop/", "/hidden/"} <= set(ASKED)
    run = AuditRun.objects.get()
    assert (run.verdict, run.found, run.unseen) == ("good", [], [])
    assert run.policy == published.number
    told = ledger.opened(run.entry)
    assert (told["run"], told["found"]) == (run.pk.hex, digest(run))
    # who accepted is on record, once for each state that began so; who withdrew, too
    assert Decision.objects.filter(outcome="granted").values("subject").distinct().count() == 2
    assert not CookieFinding.objects.filter(source="audit").exists()


def set_widely(request: HttpRequest, response: HttpResponse) -> None:
    response.set_cookie("theme", "quiet", domain="example.com")


def set_for_long(request: HttpRequest, response: HttpResponse) -> None:
    response.set_cookie("theme", "quiet", max_age=400 * 86400)


def set_unknown(request: HttpRequest, response: HttpResponse) -> None:
    response.set_cookie("stranger", "1")


def run_alive(request: HttpRequest, response: HttpResponse) -> None:
    response.content += b'<script data-privacy="statistics" src="/count.js"></script>'


@pytest.mark.parametrize(
    ("plant", "words"),
    [
        (set_widely, "theme: other domain, path or partition than declared. tests/cookies/test_audit.py:"),
        (set_for_long, "theme: lives longer than declared. tests/cookies/test_audit.py:"),
        (set_unknown, "stranger: not declared. tests/cookies/test_audit.py:"),
        (run_alive, "/count.js: is a script that nothing holds back."),
    ],
)
def test_in_process_a_planted_fault_is_named_with_its_line(published: Any, plant: Any, words: str) -> None:
    with planted(plant):
        code, said = audit("--pages", "2", "--states", "undecided")
    assert code == 1
    assert words in said
    assert AuditRun.objects.get().verdict == "broken"
    assert CookieFinding.objects.filter(source="audit").count() == 1


def test_page_without_a_way_to_the_settings_is_named(published: Any) -> None:
    with planted(lambda request, response: request.path == "/shop/" and setattr(response, "content", b"<p>bare")):
        code, said = audit("--pages", "20", "--states", "undecided")
    assert (code, "/shop/: has no way to the cookie settings" in said) == (1, True)


def test_cookie_that_leaves_or_stays_against_the_choice_is_named_by_state(published: Any, settings: Any) -> None:
    settings.ONVIF_PRIVACY_COOKIES_MODE = "report"  # so that nothing is held back and nothing deleted
    assert audit("--states", "accepted", "--pages", "2")[0] == 0
    code, said = audit("--states", "undecided,withdrawn", "--pages", "2", "--json")
    (fault,) = json.loads(said)["found"]
    assert (code, fault["kind"], fault["name"]) == (1, "denied", "theme")
    assert fault["states"] == ["undecided", "withdrawn"]


def test_dead_site_proves_nothing(published: Any, settings: Any) -> None:
    code, said = audit(engine="http", address=f"http://127.0.0.1:{free_port()}/")
    assert (code, "gave no answer" in said) == (3, True)
    with planted(lambda request, response: setattr(response, "status_code", 503)):
        assert audit()[0] == 3
    assert [run.verdict for run in AuditRun.objects.all()] == ["unproven"] * 2


def test_one_page_that_fails_and_a_bar_that_refuses_leave_it_unproven(published: Any, monkeypatch: Any) -> None:
    with planted(lambda request, response: request.path == "/hidden/" and setattr(response, "status_code", 500)):
        code, said = audit("--states", "undecided")
    assert (code, "/hidden/ answered 500." in said) == (3, True)
    monkeypatch.setattr("onvif_privacy.core.limits.allow", lambda *args, **kwargs: False)
    code, said = audit("--states", "accepted")
    assert (code, "“accept” was not taken: 429" in said) == (3, True)


def test_nothing_published_proves_nothing(items: Any) -> None:
    code, said = audit("--states", "undecided", "--pages", "1")
    assert (code, "Nothing is published" in said) == (3, True)
    assert AuditRun.objects.get().pages == 0


@pytest.mark.once
@pytest.mark.parametrize(
    ("options", "address"),
    [
        (["--engine", "wishing"], SITE),
        (["--states", "undecided,drunk"], SITE),
        (["--states", ","], SITE),
        (["--pages", "0"], SITE),
        (["--wait", "-1"], SITE),
        (["--wait", "nan"], SITE),
        (["--screenshots"], SITE),
        ([], "http://www.example.com"),
        ([], "https://user:secret@www.example.com"),
        ([], "file:///etc/passwd"),
        ([], "https://[::1"),
        ([], ""),
    ],
)
def test_wrong_use_is_told_and_leaves_nothing(published: Any, options: list[str], address: str) -> None:
    assert audit(*options, address=address)[0] == 2
    assert not AuditRun.objects.exists()


@pytest.mark.once
def test_screenshots_do_not_land_wherever_the_command_is_run(published: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = ""
    for name in ("", "default"):
        settings.ONVIF_PRIVACY_COOKIES_STORAGE = name
        code, said = audit("--screenshots", engine="browser")
        assert (code, "set ONVIF_PRIVACY_COOKIES_STORAGE" in said) == (2, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.once
def test_over_the_network_headers_tell(live_server: Any, items: Any, publish: Any, settings: Any) -> None:
    settings.ONVIF_PRIVACY_COOKIES_MODE = "report"
    publish()
    with planted(set_unknown):
        code, said = audit("--pages", "2", "--states", "undecided,declined", engine="http", address=live_server.url)
    assert code == 1
    assert "stranger: not declared" in said
    assert "theme: not granted" in said


def test_an_address_of_hostile_words_is_kept_as_words(published: Any) -> None:
    hostile = "e\u0301\u200b\ud800\x00<script>alert(1)</script>" + "x" * 500
    script = f'<script data-privacy src="{hostile}">'.encode(errors="replace")
    with planted(lambda request, response: setattr(response, "content", response.content + script)):
        assert audit("--pages", "1", "--states", "undecided")[0] == 1
    assert "<script>" in AuditRun.objects.get().found[0]["name"]


def test_staff_read_an_audit_in_words_and_change_nothing(django_user_model: Any, published: Any) -> None:
    with planted(set_unknown):
        audit("--pages", "1", "--states", "undecided")
    run, client = AuditRun.objects.get(), staff(django_user_model, "view_auditrun")
    listed = client.get("/admin/onvif_privacy_cookies/auditrun/", secure=True).content.decode()
    assert "something is wrong" in listed
    page = client.get(f"/admin/onvif_privacy_cookies/auditrun/{run.pk}/change/", secure=True).content.decode()
    assert "stranger: not declared" in page
    for action in ("change", "delete"):
        address = f"/admin/onvif_privacy_cookies/auditrun/{run.pk}/{action}/"
        assert client.post(address, {"verdict": "good"}, secure=True).status_code == 403
    assert Client().get("/admin/onvif_privacy_cookies/auditrun/", secure=True).status_code == 302


def test_audits_end_after_two_years(published: Any) -> None:
    audit("--pages", "1", "--states", "undecided")
    assert retention.prune(dry_run=True)["audits"] == 0
    AuditRun.objects.update(ended_at=timezone.now() - timedelta(days=732))
    assert retention.prune()["audits"] == 1
    assert not AuditRun.objects.exists()


@pytest.mark.once
def test_links_stay_inside_and_each_is_walked_once() -> None:
    assert inside("/a/", "../b?x=1#y") == "/b?x=1"
    assert inside("/a/", "https://www.example.com", SITE) == "/"
    assert inside("/a/", "HTTPS://WWW.EXAMPLE.COM/b", SITE) == "/b"
    for out in (
        "//evil.example/",
        "mailto:a@b.example",
        "javascript:alert(1)",
        "http://www.example.com/",
        "https://[::",
    ):
        assert inside("/a/", out, SITE) is None
    assert list(links("/", b'<a class=x href=/1><area href="/2"><a data-href="/3" href="/1">')) == ["/1", "/2", "/1"]
    walk = Walk(["/", "/"], most=3)
    for address in walk:
        walk.add([address + "x", "/"])
    assert list(Walk(["/1", "/2"], most=1)) == ["/1"]
    assert locations("<loc> https://a.example/?a=1&amp;b=2 </loc><loc>") == ["https://a.example/?a=1&b=2"]
    found = read(
        '<section class="privacy-bar"><input type=hidden name=a value=1></section><input type=hidden name=b>', ""
    )
    assert (found.form, found.settings) == ({"a": "1"}, False)


@pytest.mark.once
def test_jar_keeps_what_a_browser_keeps() -> None:
    jar = Jar("www.shop.example", trusted=True)
    lines = [
        "a=1; Path=/x",
        "b=2; Domain=shop.example",
        "c=3; Domain=example",
        "d=4; Domain=evil.example",
        "__Host-e=5",
    ]
    jar.take([*lines, "f=6; Max-Age=0", "g=7"], "/x/y", 0)
    assert set(jar.header("/x/y").split("; ")) == {"a=1", "b=2", "g=7"}
    assert jar.header("/xy") == ""
    jar.take(["b=; Domain=shop.example; Max-Age=0", "a=; Path=/; Max-Age=0"], "/x/y", 0)
    assert {one.name for one in jar.held()} == {"a", "g"}
    plain = Jar("shop.example", trusted=False)
    plain.take(["a=1; Secure"], "/", 0)
    assert plain.held() == []


def test_picture_is_handed_to_who_may_see_versions_and_only_whole(
    django_user_model: Any, published: Any, monkeypatch: Any
) -> None:
    memory = InMemoryStorage()
    monkeypatch.setattr(pictures, "storage", lambda: memory)
    shot = pictures.store(published, pictures.wanted(published)[0], b"picture")
    client = staff(django_user_model, "view_policyversion", "view_policyscreenshot")
    address = f"/admin/onvif_privacy_cookies/policyversion/picture/{shot.pk}/"
    assert client.get(address, secure=True).content == b"picture"
    page = client.get(f"/admin/onvif_privacy_cookies/policyversion/{published.pk}/change/", secure=True)
    assert address in page.content.decode()
    assert Client().get(address, secure=True).status_code == 302
    memory.delete(shot.file)
    assert client.get(address, secure=True).status_code == 404
    django_user_model.objects.get().user_permissions.clear()
    assert client.get(address, secure=True).status_code == 403
