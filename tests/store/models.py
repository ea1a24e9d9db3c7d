"""A small store."""

# ruff: noqa: DJ008 - nobody looks at these rows

from __future__ import annotations

from django.conf import settings
from django.db import models


class Category(models.Model):
    title = models.CharField(max_length=50)
    position = models.PositiveSmallIntegerField(default=0)


class Order(models.Model):
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    number = models.CharField(max_length=20, unique=True)
    email = models.EmailField()
    name = models.CharField(max_length=100)
    birth_date = models.DateField(null=True)
    voucher = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    invoiced_on = models.DateField(null=True)
    invoice = models.FileField(upload_to="invoices", blank=True)
    meta = models.JSONField(default=dict)


class Line(models.Model):
    order = models.ForeignKey(Order, models.CASCADE)
    category = models.ForeignKey(Category, models.PROTECT, null=True)
    quantity = models.PositiveSmallIntegerField(default=1)
    engraving_text = models.CharField(max_length=100, blank=True)
