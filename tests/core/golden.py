"""Made the golden vectors once, with another implementation of RFC 8785: ``python -m tests.core.golden`` prints them.

They are frozen: evidence that exists was hashed in this form. A change of the form needs a new version beside it.
"""

from __future__ import annotations

import json
import random
import unicodedata
from pathlib import Path
from typing import Any

PLACE = Path(__file__).with_name("golden_canonical.json")
WORDS = [
    "",
    "plain",
    'quote " and \\ slash /',
    "Zoë Grüße",
    "日本語",
    "🦉 beyond",
    "\u0001\u001f\t\n\r\b\f",
    "\u2028",
    "\x7f",
]


def value(rng: random.Random, depth: int) -> Any:
    """Return a random value of the canonical subset."""
    kind = rng.randrange(8 if depth else 5)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind in (1, 2):
        return rng.choice([0, 1, -1, 2**53 - 1, -(2**53) + 1, rng.randrange(-(2**53) + 1, 2**53)])
    if kind in (3, 4):
        letters = (chr(rng.choice([65, 233, 0x3B1, 0x4E2D, 0x1F600])) for _ in range(rng.randrange(6)))
        return unicodedata.normalize("NFC", rng.choice(WORDS) + "".join(letters))
    if kind == 5:
        return [value(rng, depth - 1) for _ in range(rng.randrange(5))]
    keys = dict.fromkeys("".join(rng.choices("abcxyz019_", k=rng.randrange(1, 9))) for _ in range(rng.randrange(6)))
    return {key: value(rng, depth - 1) for key in keys}


def vectors(number: int = 200) -> list[dict[str, Any]]:
    """Return that many vectors: a value and the hex of its canonical bytes."""
    import rfc8785

    rng = random.Random(8785)
    made = [{"number": one, "first": value(rng, 3), "then": value(rng, 3)} for one in range(number - 1)]
    return [{"value": one, "canonical": rfc8785.dumps(one).hex()} for one in [*made, {}]]


if __name__ == "__main__":
    print(json.dumps(vectors(), indent=0, ensure_ascii=True))
