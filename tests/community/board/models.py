"""A small message board of a host."""

# ruff: noqa: DJ008 - nobody looks at these rows

from __future__ import annotations

from django.db import models


class Post(models.Model):
    title = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    hidden = models.BooleanField(default=False)
