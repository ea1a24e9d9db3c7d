"""The periods a report can be asked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST_DAYS = 3_660


class Choice(models.TextChoices):
    """What the period picker offers."""

    TODAY = "today", _("Today")
    WEEK = "7", _("7 days")
    MONTH = "30", _("30 days")
    QUARTER = "90", _("90 days")
    YEAR = "365", _("Year")
    OWN = "own", _("Own period")


@dataclass(frozen=True)
class Period:
    """Days from ``first`` to ``last``, both included."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        """Number of days; at least 1."""
        return (self.last - self.first).days + 1

    @property
    def previous(self) -> Period:
        """The period of the same length just before."""
        end = self.first - dt.timedelta(days=1)
        return Period(end - dt.timedelta(days=self.days - 1), end)

    def every_day(self) -> list[dt.date]:
        """Each day, in order."""
        return [self.first + dt.timedelta(days=number) for number in range(self.days)]

    @classmethod
    def ending(cls, today: dt.date, choice: Choice) -> Period:
        """The chosen period that ends today; ``OWN`` is read as 30 days here."""
        days = {Choice.TODAY: 1, Choice.OWN: 30}.get(choice) or int(choice.value)
        return cls(today - dt.timedelta(days=days - 1), today)
