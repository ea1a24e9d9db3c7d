"""factory-boy factories: the demo fills the site with them, and so do tests.

Each makes the smallest valid object. Random values come from factory-boy's own generator, so that one seed
(`factory.random.reseed_random`) always gives the same site.
"""

# factory-boy declares its types for the factories themselves, not yet for what they are declared with (3.3)
# mypy: disable-error-code="attr-defined, no-untyped-call, untyped-decorator"

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import factory
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.text import slugify

from onvif_privacy.community.models import LinkedSite, SiteStatus
from onvif_privacy.community.services import notices
from onvif_privacy.community.services.posting import ANYWAY, TOKEN, PostRefused, check_post
from onvif_privacy.visits.models import CustomContent, HouseAd
from onvif_privacy.visits.services.advertising import keeping
from standards.models import (
    Article,
    Board,
    Document,
    Event,
    Item,
    News,
    Order,
    OrderLine,
    Post,
    Product,
    Profile,
    Topic,
)


def days_before(days: int) -> Any:
    """The date so many days ago."""
    return timezone.localdate() - timedelta(days=days)


class UserFactory(factory.django.DjangoModelFactory[User]):
    """Somebody who can sign in, without a password until one is set."""

    class Meta:
        model = User
        django_get_or_create = ("username",)

    username = factory.Faker("user_name")
    first_name = factory.Faker("first_name")
    last_name = factory.Faker("last_name")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")


class ProfileFactory(factory.django.DjangoModelFactory[Profile]):
    """A standard."""

    class Meta:
        model = Profile

    slug = factory.LazyAttribute(lambda profile: slugify(profile.title))
    title = factory.Sequence(lambda number: f"Profile {number}")
    edition = "1.0"
    summary = "What two products promise each other."
    illustration = "sensor"
    position = factory.Sequence(int)


class NewsFactory(factory.django.DjangoModelFactory[News]):
    """A piece of news; `days_ago` dates it."""

    class Meta:
        model = News

    class Params:
        days_ago = 0

    slug = factory.LazyAttribute(lambda news: slugify(news.title))
    kind = News.Kind.ANNOUNCEMENT
    title = factory.Sequence(lambda number: f"News {number}")
    summary = "What has happened."
    body = "What has happened, at length."
    illustration = "building"
    published_on = factory.LazyAttribute(lambda news: days_before(news.days_ago))


class ProductFactory(factory.django.DjangoModelFactory[Product]):
    """A conformant product; `profiles` takes a list."""

    class Meta:
        model = Product
        skip_postgeneration_save = True

    slug = factory.LazyAttribute(lambda product: slugify(f"{product.maker} {product.name}"))
    kind = Product.Kind.CAMERA
    name = factory.Sequence(lambda number: f"Product {number}")
    maker = "Northlight Optics"
    summary = "A product."
    firmware = factory.Faker("numerify", text="%.#.##")
    declared_on = factory.Faker("date_between", start_date="-3y", end_date="-2d")

    @factory.post_generation
    def profiles(self: Any, create: bool, extracted: list[Profile] | None, **kwargs: object) -> None:
        """Attach the given profiles."""
        if create and extracted:
            self.profiles.set(extracted)


class ArticleFactory(factory.django.DjangoModelFactory[Article]):
    """An article of the knowledge base; `days_ago` dates it."""

    class Meta:
        model = Article

    class Params:
        days_ago = 0

    slug = factory.LazyAttribute(lambda article: slugify(article.title))
    topic = Article.Topic.START
    title = factory.Sequence(lambda number: f"Article {number}")
    summary = "What it answers."
    body = "The answer."
    updated_on = factory.LazyAttribute(lambda article: days_before(article.days_ago))


class ItemFactory(factory.django.DjangoModelFactory[Item]):
    """Something the shop sells."""

    class Meta:
        model = Item

    slug = factory.LazyAttribute(lambda item: slugify(item.title))
    kind = Item.Kind.PUBLICATION
    title = factory.Sequence(lambda number: f"Item {number}")
    summary = "What you get."
    price = "12.00"
    illustration = "book"
    position = factory.Sequence(int)


class OrderFactory(factory.django.DjangoModelFactory[Order]):
    """An order without rows; addresses are of nobody."""

    class Meta:
        model = Order

    name = factory.Faker("name")
    organisation = factory.Faker("company")
    email = factory.Faker("ascii_safe_email")
    street = factory.Faker("street_address")
    postcode = factory.Faker("postcode")
    city = factory.Faker("city")
    country = factory.Faker("country")
    created_at = factory.Faker("date_time_between", start_date="-90d", end_date="-1d", tzinfo=UTC)


class OrderLineFactory(factory.django.DjangoModelFactory[OrderLine]):
    """One row of an order."""

    class Meta:
        model = OrderLine

    order = factory.SubFactory(OrderFactory)
    title = "Item"
    quantity = 1
    price = "12.00"


class BoardFactory(factory.django.DjangoModelFactory[Board]):
    """A message board."""

    class Meta:
        model = Board

    slug = factory.LazyAttribute(lambda board: slugify(board.title))
    title = factory.Sequence(lambda number: f"Board {number}")
    summary = "What it is for."
    position = factory.Sequence(int)


class TopicFactory(factory.django.DjangoModelFactory[Topic]):
    """A topic without posts; `days_ago` dates it."""

    class Meta:
        model = Topic

    class Params:
        days_ago = 0

    board = factory.SubFactory(BoardFactory)
    title = factory.Sequence(lambda number: f"Topic {number}")
    created_at = factory.LazyAttribute(lambda topic: moment_before(topic.days_ago))
    active_at = factory.SelfAttribute("created_at")


def moment_before(days: int) -> datetime:
    """This moment so many days ago."""
    return timezone.now() - timedelta(days=days)


class PostFactory(factory.django.DjangoModelFactory[Post]):
    """A public message, posted through the same door as every other one."""

    class Meta:
        model = Post

    topic = factory.SubFactory(TopicFactory)
    author = factory.SubFactory(UserFactory)
    text = "What somebody wants to say."

    @classmethod
    def _create(cls, model_class: type[Post], *args: Any, **kwargs: Any) -> Post:
        """See the notice, say yes twice where that is asked for, and post."""
        post = model_class(*args, **kwargs)
        data = {"text": post.text, TOKEN: notices.issue(notices.notice("board.post", "en"))}
        try:
            checked = check_post("board.post", data, "en")
        except PostRefused as refusal:
            checked = check_post("board.post", {**data, ANYWAY: refusal.anyway}, "en")
        checked.save(post)
        return post


class EventFactory(factory.django.DjangoModelFactory[Event]):
    """A date in the calendar, `in_days` days ahead."""

    class Meta:
        model = Event

    class Params:
        in_days = 7

    title = factory.Sequence(lambda number: f"Event {number}")
    kind = Event.Kind.MEETING
    place = "Online"
    starts_on = factory.LazyAttribute(lambda event: days_before(-event.in_days))


class DocumentFactory(factory.django.DjangoModelFactory[Document]):
    """A working document; `days_ago` dates it."""

    class Meta:
        model = Document

    class Params:
        days_ago = 0

    number = factory.Sequence(lambda number: f"TC {number}")
    title = factory.Sequence(lambda number: f"Document {number}")
    group = "Plenary"
    state = Document.State.DRAFT
    summary = "What it says."
    dated = factory.LazyAttribute(lambda document: days_before(document.days_ago))


class LinkedSiteFactory(factory.django.DjangoModelFactory[LinkedSite]):
    """A site of somebody else that our pages link to, not yet looked at."""

    class Meta:
        model = LinkedSite

    host = factory.Sequence(lambda number: f"site{number}.example.com")
    status = SiteStatus.UNKNOWN


class CustomContentFactory(factory.django.DjangoModelFactory[CustomContent]):
    """What one slot of the site holds for strangers."""

    class Meta:
        model = CustomContent

    slot = "catalogue"
    text = "Something to read."


class HouseAdFactory(factory.django.DjangoModelFactory[HouseAd]):
    """One of the site's own advertisements, for everybody; ``data`` are the bytes of its picture."""

    class Meta:
        model = HouseAd

    slot = "catalogue"
    text = "Something to buy."
    url = "/shop/"

    @classmethod
    def _create(cls, model_class: type[HouseAd], *args: Any, data: bytes | None = None, **kwargs: Any) -> HouseAd:
        ad = model_class(*args, **kwargs)
        keeping.depict(ad, data)
        keeping.keep(ad)
        return ad
