"""Initial values of a form that come from what somebody saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID


class Filled(dict[str, Any]):
    """Initial values by form field; ``addresses`` are the ids of the saved ones by block."""

    def __init__(self, *args: Any, addresses: Mapping[str, UUID] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.addresses = dict(addresses or {})
