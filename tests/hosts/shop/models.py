"""Customers and what they order."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Delivery(models.Model):
    """A way to deliver; the first comes from a migration, as reference data does."""

    name = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    """Something ordered by a user."""

    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT)
    total = models.DecimalField(max_digits=8, decimal_places=2)

    def __str__(self) -> str:
        return f"{self.total}"
