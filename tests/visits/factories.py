"""The smallest valid objects of the room."""

from __future__ import annotations

import datetime as dt
from typing import Any

import factory
from django.contrib.auth import get_user_model

from onvif_privacy.visits import models
from onvif_privacy.visits.services import dictionary
from onvif_privacy.visits.services.advertising import keeping
from onvif_privacy.visits.services.records import Record

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


class RecordFactory(factory.Factory[Record]):
    class Meta:
        model = Record

    at = 1_764_000_000
    site = ""
    route = "/"
    path = ""
    method = "GET"
    status = 200
    referrer = ""
    agent = CHROME
    network = "192.0.2.0"
    visitor = ""


class PageFactory(factory.django.DjangoModelFactory[models.Page]):
    class Meta:
        model = models.Page

    route = factory.Sequence(lambda number: f"/page-{number}/")
    digest = factory.LazyAttribute(lambda page: dictionary.digest(("", page.route, getattr(page, "path", ""))))


class PageDayFactory(factory.django.DjangoModelFactory[models.PageDay]):
    class Meta:
        model = models.PageDay

    page = factory.SubFactory(PageFactory)
    day = dt.date(2026, 3, 1)
    visits = 1


class HouseAdFactory(factory.django.DjangoModelFactory[models.HouseAd]):
    """One of the site's own, for everybody, without a picture."""

    class Meta:
        model = models.HouseAd

    slot = "side"
    text = factory.Sequence("Offer {}".format)
    url = "/shop/"

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> models.HouseAd:
        data = kwargs.pop("data", None)
        ad: models.HouseAd = model_class(*args, **kwargs)
        keeping.depict(ad, data)
        keeping.keep(ad)
        return ad


class UserFactory(factory.django.DjangoModelFactory[Any]):
    class Meta:
        model = get_user_model()

    username = factory.Sequence(lambda number: f"user-{number}")


class StaffFactory(UserFactory):
    is_staff = True


class AdministratorFactory(StaffFactory):
    is_superuser = True
