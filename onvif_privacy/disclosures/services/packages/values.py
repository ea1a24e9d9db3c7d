"""One exact form for each value that a column can hold: what stands in JSON Lines and, as text, in CSV."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell must not start with: a spreadsheet would run it. The last four are the full-width forms."""


def instant(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC with microseconds; a naive one is left without zone, since none is known."""
    if moment.tzinfo is None:
        return moment.isoformat(timespec="microseconds")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _exact_mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    found = {str(key): exact(one) for key, one in value.items()}
    if len(found) < len(value):
        raise TypeError("Two keys of a mapping are written alike.")
    return found


def exact(value: object) -> Any:
    """Return a value as JSON holds it without loss; raises TypeError for a type that has no exact form.

    Decimals are text, moments RFC 3339 in UTC, bytes base64, durations seconds as text. Text is not touched.
    """
    if value is None or isinstance(value, bool | str | int):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value / timedelta(microseconds=1) / 1_000_000:.6f}"
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, Mapping):
        return _exact_mapping(value)
    if isinstance(value, list | tuple):
        return [exact(one) for one in value]
    raise TypeError(f"{type(value).__name__} has no exact form.")


def encoded(value: object) -> bytes:
    """Return JSON in UTF-8: keys sorted, no white space; half a character, which UTF-8 cannot hold, as its escape."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "backslashreplace")  # \udXXX: within a JSON string that is the character itself


def cell(value: Any, *, is_text: bool) -> str:
    """Return a JSON value as a cell of CSV; text that a spreadsheet would run gets a leading apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    found = value if isinstance(value, str) else encoded(value).decode()
    return f"'{found}" if is_text and found.startswith(FORMULA) else found
