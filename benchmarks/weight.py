"""What a consent bar weighs: ours beside the scripts that are used most, as their packages on npm have them.

Needs npm on the path; each package comes as it was published, and its files are taken as its manual says to load them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.site import Table, print_table, set_up

set_up()

import brotli  # type: ignore[import-untyped]  # noqa: E402 - the settings must stand first

import onvif_privacy  # noqa: E402

STATIC = Path(onvif_privacy.__file__).parent
OURS = STATIC / "cookies/static/onvif_privacy/cookies"
SHARED = STATIC / "core/static/onvif_privacy/privacy.css"
QUALITY = 11  # what servers use for files that are compressed once


class Bar(NamedTuple):
    """The files of a package that every page loads, and those that come with the settings."""

    package: str
    scripts: tuple[str, ...]
    styles: tuple[str, ...]


BARS = [
    Bar("vanilla-cookieconsent", ("dist/cookieconsent.umd.js",), ("dist/cookieconsent.css",)),
    Bar("klaro", ("dist/klaro-no-css.js",), ("dist/klaro.min.css",)),
    Bar(
        "tarteaucitronjs",
        ("tarteaucitron.min.js", "lang/tarteaucitron.en.min.js", "tarteaucitron.services.min.js"),
        ("css/tarteaucitron.min.css",),
    ),
]


def weight(*files: Path) -> int:
    """Return the bytes of some files, each compressed alone."""
    return sum(len(brotli.compress(file.read_bytes(), quality=QUALITY)) for file in files)


def fetched(package: str, folder: Path) -> Path:
    """Fetch a package from npm and unpack it; raises CalledProcessError where npm cannot."""
    npm = shutil.which("npm") or "npm"
    done = subprocess.run([npm, "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603
    target = folder / package
    with tarfile.open(folder / done.stdout.split()[-1]) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def row(name: str, scripts: list[Path], styles: list[Path], ours: int) -> list[str]:
    """One line of the table."""
    whole = weight(*scripts, *styles)
    return [name, f"{weight(*scripts):,}", f"{weight(*styles):,}", f"{whole:,}", f"{whole / ours:.1f}"]


def measure() -> Table:
    """Weigh ours and the others."""
    scripts, styles = [OURS / "gate.js", OURS / "panel.js"], [OURS / "cookies.css", SHARED]
    ours = weight(*scripts, *styles)
    rows = [
        row("onvif_privacy", scripts, styles, ours),
        row("onvif_privacy, who has decided", scripts[:1], styles, ours),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for bar in BARS:
            place = fetched(bar.package, Path(folder))
            version = json.loads((place / "package.json").read_text("utf-8"))["version"]
            files = [[place / name for name in names] for names in (bar.scripts, bar.styles)]
            rows.append(row(f"{bar.package} {version}", *files, ours))
    note = f"Bytes, brotli {QUALITY}, each file compressed alone, as the packages on npm have them."
    return Table("What a bar weighs", ["bar", "scripts", "styles", "together", "ratio"], rows, note)


if __name__ == "__main__":
    print_table(*measure())
