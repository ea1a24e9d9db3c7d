"""What the database knows of the log of erasures, which lies outside of it and of its backups."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class LogLine(models.Model):
    """One line as it stands, or will stand, in the log: a restored database lacks the newest of them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveBigIntegerField(_("number"), unique=True)
    source = models.UUIDField(unique=True)  # the request or the decision it tells of
    at = models.DateTimeField(_("time"))
    words = models.TextField()

    class Meta:
        verbose_name = _("line of the log of erasures")
        verbose_name_plural = _("lines of the log of erasures")

    def __str__(self) -> str:
        return str(self.number)
