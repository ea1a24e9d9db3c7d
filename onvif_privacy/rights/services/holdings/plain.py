"""Values in types that JSON keeps."""

from __future__ import annotations

import base64
import math
import uuid
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.duration import duration_iso_string

SAFE_INTEGER = 2**53  # what every reader of JSON keeps exact
ALREADY: Final = frozenset({str, bool, type(None)})  # types that are plain as they are; no subclass of them


def plain(value: Any) -> Any:
    """Return a value in types that JSON keeps: never ``str(object)``.

    Decimals, integers from 2⁵³ on and floats that are no numbers become text, times ISO 8601 with offset, bytes base64.
    Raises TypeError for what has no such form, because a guess would be no export.
    """
    if value is None or isinstance(value, (bool, str)):
        return str(value) if isinstance(value, str) else value  # a lazy text or a choice becomes its words
    if isinstance(value, int):
        return int(value) if abs(value) < SAFE_INTEGER else str(int(value))
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    if isinstance(value, datetime):
        return (value if timezone.is_aware(value) else timezone.make_aware(value)).isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, (Decimal, uuid.UUID)):
        return str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one) for one in value]
    return _of_the_site(value)


def _of_the_site(value: Any) -> Any:
    if isinstance(value, FieldFile):
        return value.name or None
    for name in ("ip_address", "IPv4Address", "IPv6Address"):
        if type(value).__name__ == name:
            return str(value)
    if hasattr(value, "lower") and hasattr(value, "upper") and hasattr(value, "bounds"):  # ranges of PostgreSQL
        return {"lower": plain(value.lower), "upper": plain(value.upper), "bounds": value.bounds}
    raise TypeError(f"{type(value).__name__} has no form in an export; a field of the site needs value_to_string().")
