"""The database's clock: the one clock that all machines of a site share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, ExpressionWrapper, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now
from django.db.models.sql.compiler import SQLCompiler


class DatabaseNow(Now):
    """The moment of the statement by the database's clock, in UTC on every engine."""

    def as_mysql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        # Django 5.2 to 6.1: Now() is in the zone of the session there, while values are stored in UTC.
        template = "UTC_TIMESTAMP(6)" if settings.USE_TZ else "CURRENT_TIMESTAMP(6)"
        return self.as_sql(compiler, connection, template=template, **extra)


def later(delta: timedelta) -> ExpressionWrapper[CombinedExpression]:
    """Return the database's now plus ``delta``, for an update or a comparison; a negative one is earlier."""
    return ExpressionWrapper(DatabaseNow() + Value(delta), output_field=DateTimeField())
