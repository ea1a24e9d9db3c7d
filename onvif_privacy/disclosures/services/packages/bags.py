"""A strict reader of BagIt bags (RFC 8493 and the drafts before it, 0.93 to 0.97), in a folder or in a tar.

Shares no code with the writer. It holds no file in memory but those at the top that speak about the others.
"""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Final

from onvif_privacy.disclosures.services.packages.manifests import (
    MANIFEST,
    declared,
    fetched,
    info_problems,
    listed,
)

ALGORITHMS: Final = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
MOST_TAG_BYTES: Final = 16 * 1024 * 1024
_CHUNK: Final = 1024 * 1024


@dataclass
class Bag:
    """What stands in a bag: digests and size of every file, the content of the tag files at its top.

    ``broken`` says what could not be read as a bag at all.
    """

    sizes: dict[str, int] = field(default_factory=dict)
    digests: dict[str, dict[str, str]] = field(default_factory=dict)
    tags: dict[str, bytes] = field(default_factory=dict)
    has_data: bool = False
    broken: list[str] = field(default_factory=list)

    def take(self, path: str, file: IO[bytes], algorithms: Sequence[str]) -> None:
        """Read one file."""
        if path in self.sizes:
            self.broken.append(f"{path} stands there twice")
        sums = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
        kept = None if "/" in path or not path.endswith(".txt") else bytearray()
        size = 0
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            for one in sums.values():
                one.update(chunk)
            if kept is not None:
                kept += chunk[: MOST_TAG_BYTES + 1 - len(kept)]
        self.sizes[path], self.digests[path] = size, {name: one.hexdigest() for name, one in sums.items()}
        self.has_data = self.has_data or path.startswith("data/")
        if kept is not None:
            self.tags[path] = bytes(kept)
            if len(kept) > MOST_TAG_BYTES:
                self.broken.append(f"{path} is too large")


def bag_in_folder(folder: Path) -> Bag:
    """Read a bag that lies unpacked. Links and what is no ordinary file are not followed but named as broken."""
    named = {match[2] for path in folder.glob("*manifest-*.txt") if (match := MANIFEST.fullmatch(path.name))}
    algorithms = [name for name in ALGORITHMS if name in named]
    bag = Bag(has_data=(folder / "data").is_dir())
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            bag.broken.append(f"{name} is no ordinary file")
        elif path.is_file():
            with path.open("rb") as file:
                bag.take(name, file, algorithms)
    return bag


class _Stream(io.RawIOBase):
    """A file to read from pieces of bytes."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._piece, self._at = iter(pieces), b"", 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        found = bytearray()
        while len(found) < size:
            if self._at == len(self._piece):
                piece = next(self._pieces, None)
                if piece is None:
                    break
                self._piece, self._at = piece, 0
            taken = self._piece[self._at : self._at + size - len(found)]
            found += taken
            self._at += len(taken)
        return bytes(found)


def bag_in_archive(pieces: Iterable[bytes], *, algorithms: Sequence[str] = ("sha256",)) -> Bag:
    """Read a bag from the bytes of a tar, once and front to back, with one folder at its top."""
    bag, roots = Bag(), set[str]()
    try:
        with tarfile.open(fileobj=_Stream(pieces), mode="r|", format=tarfile.USTAR_FORMAT) as archive:
            for member in archive:
                root, _slash, path = member.name.partition("/")
                roots.add(root)
                if member.isdir():
                    bag.has_data = bag.has_data or path == "data"
                elif not member.isreg() or not path or ".." in PurePosixPath(path).parts or path.startswith("/"):
                    bag.broken.append(f"{member.name} is no ordinary file of a bag")
                elif file := archive.extractfile(member):
                    bag.take(path, file, algorithms)
    except (tarfile.TarError, UnicodeError, EOFError) as error:
        bag.broken.append(f"the archive cannot be read ({type(error).__name__})")
    if len(roots) != 1:
        bag.broken.append("an archive holds one folder, which is the bag")
    return bag


def problems(bag: Bag) -> list[str]:
    """Name everything for which a bag is not valid; empty for one that is."""
    found = list(bag.broken)
    version, encoding, why = declared(bag.tags.get("bagit.txt"))
    found += why
    if not bag.has_data:
        found.append("there is no folder data")
    if version is not None:
        found += _manifest_problems(bag, version, encoding)
        found += fetched(bag.tags.get("fetch.txt"), encoding)
        info = "bag-info.txt" if version >= (0, 96) else "package-info.txt"
        payload = [size for path, size in bag.sizes.items() if path.startswith("data/")]
        found += info_problems(bag.tags.get(info), encoding, version, f"{sum(payload)}.{len(payload)}")
    return found


def _manifest_problems(bag: Bag, version: tuple[int, int], encoding: str) -> Iterator[str]:
    payload = {path for path in bag.sizes if path.startswith("data/")}
    listings: list[set[str]] = []
    for name in sorted(bag.tags):
        match = MANIFEST.fullmatch(name)
        if match is None:
            continue
        is_payload, algorithm = not match[1], match[2]
        if algorithm not in ALGORITHMS:
            yield f"{name}: {algorithm} is no checksum we know"
            continue
        entries, why = listed(bag.tags[name], encoding, version)
        yield from (f"{name}: {one}" for one in why)
        yield from (f"{name}: {one}" for one in _entry_problems(bag, entries, algorithm, is_payload))
        if is_payload:
            listings.append(set(entries))
        elif version >= (1, 0):
            manifests = {one for one in bag.tags if one.startswith("manifest-")}
            yield from (f"{name}: {one} is not listed" for one in sorted(manifests - set(entries)))
    if not listings:
        yield "there is no payload manifest"
        return
    # Since 1.0 every manifest lists every file of the payload, before that one of them did.
    complete = set.intersection(*listings) if version >= (1, 0) else set.union(*listings)
    yield from (f"{path} is in no manifest, or not in all" for path in sorted(payload - complete))


def _entry_problems(bag: Bag, entries: dict[str, str], algorithm: str, is_payload: bool) -> Iterator[str]:
    for path, digest in entries.items():
        is_outside = path.startswith(("/", "~")) or ".." in path.split("/") or re.match(r"[A-Za-z]:|\\|%\w+%\\", path)
        if is_outside or path.startswith("data/") != is_payload or (MANIFEST.fullmatch(path) or ["", ""])[1] == "tag":
            yield f"{path} does not belong here"
        elif path not in bag.sizes:
            yield f"{path} is missing"
        elif bag.digests[path].get(algorithm) != digest:
            yield f"{path} is not what the manifest says"
