"""What ``manage.py demo`` does, step by step.

Each step runs once for each database: `once` remembers it. So a second run repeats nothing, and what visitors and
staff have changed or deleted since stays as they left it.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from standards.models import DemoStep


def once(name: str, step: Callable[[], object]) -> bool:
    """Do a step unless this database has seen it; all of it or nothing. Returns whether it was done now."""
    with transaction.atomic():
        _row, is_new = DemoStep.objects.get_or_create(name=name)
        if is_new:
            step()
    return is_new
