"""A shop made with django-oscar: its basket, its pages and its dashboard are as before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosts.looking import Visitor, outside_tags
from tests.hosts.making import Copies, Host, add_superuser, copies, served
from tests.newsite import Site

# what "Building your own shop" in Oscar's documentation adds to the settings of a new project
SETTINGS = """
from oscar import INSTALLED_APPS as OSCAR_APPS
from oscar.defaults import *

DEBUG = False
ALLOWED_HOSTS = ["localhost"]
SITE_ID = 1
INSTALLED_APPS = [*OSCAR_APPS, "sorl.thumbnail"]
MIDDLEWARE += [
    "oscar.apps.basket.middleware.BasketMiddleware",
    "django.contrib.flatpages.middleware.FlatpageFallbackMiddleware",
]
TEMPLATES[0]["DIRS"] = [BASE_DIR / "templates"]
TEMPLATES[0]["OPTIONS"]["context_processors"] += [
    "oscar.apps.search.context_processors.search_form",
    "oscar.apps.checkout.context_processors.checkout",
    "oscar.apps.communication.notifications.context_processors.notifications",
    "oscar.core.context_processors.metadata",
]
AUTHENTICATION_BACKENDS = [
    "oscar.apps.customer.auth_backends.EmailBackend",
    "django.contrib.auth.backends.ModelBackend",
]
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
"""
URLS = """
from django.apps import apps
from django.urls import include

urlpatterns += [path("i18n/", include("django.conf.urls.i18n"))]
urlpatterns += [path("", include(apps.get_app_config("oscar").urls[0]))]
"""
# one product in stock, and the base template in the project, where a shop changes it
CONTENT = """
import oscar, pathlib, shutil
from oscar.test.factories import create_product
create_product(title="Camera", price=7, num_in_stock=3)
target = pathlib.Path("templates/oscar")
target.mkdir(parents=True)
shutil.copy(pathlib.Path(oscar.__file__).parent / "templates" / "oscar" / "base.html", target)
"""
PAGES = ("/", "/catalogue/", "/catalogue/camera_1/", "/basket/", "/search/?q=camera", "/accounts/login/", "/none/")
# not the dashboard's first page: it counts baskets, and tests here make some
STAFF_PAGES = ("/dashboard/catalogue/", "/dashboard/orders/", "/dashboard/users/", "/catalogue/")


def make(site: Site) -> None:
    site.run("django-admin", "startproject", "mysite", ".")
    for name, text in (("settings", SETTINGS), ("urls", URLS)):
        with (site.home / "mysite" / f"{name}.py").open("a") as target:
            target.write(text)
    site.run("python", "manage.py", "migrate", "--verbosity", "0")
    site.run("python", "manage.py", "shell", "-c", CONTENT)
    add_superuser(site)


OSCAR = Host(packages=("django-oscar[sorl-thumbnail]",), make=make, base="templates/oscar/base.html")


@pytest.fixture(scope="module")
def made(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    with served(copies(OSCAR, tmp_path_factory.mktemp("oscar"), wheel)) as running:
        yield running


@pytest.fixture(params=["reporting", "published"])
def ours(made: Copies, request: pytest.FixtureRequest) -> Site:
    site: Site = getattr(made, request.param)
    return site


@pytest.mark.parametrize("page", PAGES)
def test_strangers_get_the_same_bytes_outside_our_tags(made: Copies, ours: Site, page: str) -> None:
    bare, with_us = Visitor(made.bare).ask(page), Visitor(ours).ask(page)
    before, after = outside_tags(bare.body, with_us.body)
    assert before == after
    assert (bare.status, bare.headers) == (with_us.status, with_us.headers)


def test_staff_gets_the_same_bytes_outside_our_tags(made: Copies, ours: Site) -> None:
    visitors = Visitor(made.bare), Visitor(ours)
    for visitor in visitors:
        visitor.sign_in("/dashboard/login/?next=/dashboard/")
    for page in STAFF_PAGES:
        bare, with_us = (visitor.ask(page) for visitor in visitors)
        assert bare.status == with_us.status == 200
        before, after = outside_tags(bare.body, with_us.body)
        assert before == after, page
        assert bare.headers == with_us.headers


def test_no_cookie_is_removed_before_publishing(made: Copies) -> None:
    buyers = Visitor(made.bare), Visitor(made.reporting)
    for buyer in buyers:
        buyer.ask("/catalogue/camera_1/")
        buyer.ask("/basket/add/1/", {"quantity": "1"})
        assert b"Camera" in buyer.ask("/basket/").body
    bare, with_us = (set(buyer.kept) for buyer in buyers)
    assert bare == with_us
    assert {"oscar_open_basket", "oscar_history"} <= with_us


def test_undeclared_cookies_stay_after_publishing_no_longer(made: Copies) -> None:
    buyer = Visitor(made.published)
    buyer.ask("/catalogue/camera_1/")
    assert "oscar_history" not in buyer.kept


def test_checks_of_the_shop_say_what_they_said(made: Copies) -> None:
    said = [site.run("python", "manage.py", "check", "--database", "default") for site in (made.bare, made.published)]
    assert "no issues" in said[0]
    assert said[0] == said[1]
