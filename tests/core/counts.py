"""How often: few in every run, all that is claimed under the marker ``full``."""

from __future__ import annotations

from typing import Any

import pytest


def few_or_all(few: int, all_of_them: int) -> list[Any]:
    """Return two values for ``parametrize``: the count of every run, and the whole one under ``full``."""
    return [pytest.param(few, id=f"{few:,}"), pytest.param(all_of_them, id=f"{all_of_them:,}", marks=pytest.mark.full)]
