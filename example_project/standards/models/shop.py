"""What the shop sells, and to whom."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Item(models.Model):
    """Something the shop sells."""

    class Kind(models.TextChoices):
        PUBLICATION = "publication", _("Publication")
        TOOL = "tool", _("Tool")
        TRAINING = "training", _("Training")
        EVENT = "event", _("Event")

    slug = models.SlugField(unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("summary"), max_length=300)
    price = models.DecimalField(_("price in euro"), max_digits=8, decimal_places=2)
    illustration = models.CharField(_("illustration"), max_length=20)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "title"]

    def __str__(self) -> str:
        return self.title


def order_number() -> str:
    """A number that cannot be guessed from another one: the page of an order needs no sign-in."""
    return get_random_string(12, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789")


def order_storage() -> Storage:
    """Where files that belong to orders lie; no web server hands them out."""
    return storages["orders"]


class Order(models.Model):
    """What somebody ordered, and where it goes."""

    number = models.CharField(_("number"), max_length=12, unique=True, default=order_number, editable=False)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    name = models.CharField(_("name"), max_length=120)
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    street = models.CharField(_("street and number"), max_length=160)
    postcode = models.CharField(_("postcode"), max_length=20)
    city = models.CharField(_("town or city"), max_length=80)
    country = models.CharField(_("country"), max_length=80)
    invoice_to = models.TextField(_("address on the invoice"), blank=True, max_length=800)
    references = models.JSONField(_("references for the invoice"), default=dict, blank=True)
    purchase_order = models.FileField(_("purchase order"), storage=order_storage, upload_to="%Y", blank=True)
    note = models.TextField(_("note for us"), blank=True, max_length=500)

    lines: RelatedManager[OrderLine]

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.number

    @property
    def total(self) -> Decimal:
        """Sum of all lines in euro."""
        return sum((line.amount for line in self.lines.all()), Decimal())


class OrderLine(models.Model):
    """One row of an order, with title and price as they were that day."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    title = models.CharField(_("title"), max_length=120)
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    price = models.DecimalField(_("price in euro"), max_digits=8, decimal_places=2)

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def amount(self) -> Decimal:
        """Price of the row in euro."""
        return self.price * self.quantity
