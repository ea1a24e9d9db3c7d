"""Writing a package: lines in, bytes of a tar out, in bounded memory."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from onvif_privacy.core.text import clean
from onvif_privacy.disclosures.services.packages.archive import END, Archive
from onvif_privacy.disclosures.services.packages.lines import PART_BYTES, parts
from onvif_privacy.disclosures.services.packages.schema import Schema
from onvif_privacy.disclosures.services.packages.values import encoded
from onvif_privacy.disclosures.services.packages.wording import certification, verify_text

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

Signer = Callable[[bytes], Mapping[str, bytes]]
"""Gets the tag manifest; gives the files of ``signatures/`` by name."""


@dataclass(frozen=True)
class Facts:
    """What a package says about itself. ``reference`` is ``D-2026-0007-1``: the case or agreement, and the number.

    ``no_data`` are granted items of which nothing was held; ``part_rows`` how many rows a part has at most.
    """

    reference: str
    organisation: str
    file_number: str
    captured_at: datetime
    schema: Schema
    no_data: Sequence[Mapping[str, Any]] = ()
    stamped: bool = False
    part_rows: int = 50_000

    def __post_init__(self) -> None:
        if not self.reference.replace("-", "").isalnum() or not self.reference.isascii():
            raise ValueError("The reference of a package is of letters, digits and hyphens.")


def _one_line(words: str) -> str:
    """Return words from outside as the value of a tag: a line end would begin another tag."""
    return clean(" ".join(words.split()), 400)


class Writer:
    """Writes one package. After the last byte ``digest`` (SHA-256 of the tag manifest), ``counts`` and ``rows`` stand.

    ``counts`` holds for each ``(model, field)`` in how many rows it was.
    """

    def __init__(self, facts: Facts, sign: Signer) -> None:
        self.facts = facts
        self.digest = ""
        self.rows = 0
        self.counts: Counter[tuple[str, str]] = Counter()
        self._sign = sign
        self._archive = Archive(facts.reference, facts.captured_at)

    def stream(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the tar. ``lines`` are those of `line`, ordered by model, subject and key; raises NotInSchema."""
        yield from self._records(lines)
        yield from self._about()
        yield from self._tags()
        yield END

    def _records(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        number = 0
        for part in parts(lines, self.facts.schema, most_rows=self.facts.part_rows, most_bytes=PART_BYTES):
            number += 1  # noqa: SIM113 - `enumerate` would keep a part while the next one is filled
            self.rows += part.rows
            self.counts.update({(part.table.label, name): count for name, count in part.counts.items()})
            yield from self._archive.add(f"data/records/part-{number:05}.jsonl", bytes(part.raw))
            yield from self._archive.add(f"data/tables/{part.table.folder}/part-{number:05}.csv", part.csv())
            del part  # so would its name

    def _about(self) -> Iterator[bytes]:
        facts = self.facts
        words = certification(facts.organisation, facts.reference, facts.captured_at, self.rows)
        yield from self._archive.add("data/schema.json", encoded(facts.schema.described) + b"\n")
        yield from self._archive.add("data/no-data.json", encoded(list(facts.no_data)) + b"\n")
        yield from self._archive.add("data/certification.txt", words.encode())

    def _tags(self) -> Iterator[bytes]:
        archive, facts = self._archive, self.facts
        yield from archive.add("VERIFY.txt", verify_text(facts.reference, stamped=facts.stamped).encode())
        yield from archive.add("bagit.txt", BAGIT)
        yield from archive.add("bag-info.txt", self._info())
        yield from archive.add("manifest-sha256.txt", archive.manifest(payload=True))
        tag_manifest = archive.manifest(payload=False)
        self.digest = hashlib.sha256(tag_manifest).hexdigest()
        yield from archive.add("tagmanifest-sha256.txt", tag_manifest)
        for name, content in sorted(self._sign(tag_manifest).items()):
            yield from archive.add(f"signatures/{name}", content)

    def _info(self) -> bytes:
        payload = [size for path, size in self._archive.sizes.items() if path.startswith("data/")]
        tags = {
            "Source-Organization": _one_line(self.facts.organisation),
            "External-Identifier": _one_line(self.facts.file_number),
            "Bagging-Date": self.facts.captured_at.astimezone(UTC).date().isoformat(),
            "Payload-Oxum": f"{sum(payload)}.{len(payload)}",
        }
        return "".join(f"{name}: {value}\n" for name, value in tags.items() if value).encode()
