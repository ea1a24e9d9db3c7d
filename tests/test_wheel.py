"""The wheel holds everything that a site needs and nothing else."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import onvif_privacy
from tests.readme import ROOT


def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "onvif_privacy").rglob("*")
        if path.is_file() and path.suffix not in {".pyc", ".pyo"}
    }
    assert package - contents(wheel) == set()


def test_nothing_but_the_package_is_in_the_wheel(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in contents(wheel)}
    assert tops == {"onvif_privacy", f"onvif_privacy-{onvif_privacy.__version__}.dist-info"}


def test_translations_and_types_are_shipped(wheel: Path) -> None:
    names = contents(wheel)
    assert "onvif_privacy/py.typed" in names
    for room in ("core", "cookies", "visits", "statement"):
        assert f"onvif_privacy/{room}/locale/de/LC_MESSAGES/django.mo" in names


def test_metadata_names_licence_extras_and_python(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(f"onvif_privacy-{onvif_privacy.__version__}.dist-info/METADATA").decode()
    for line in ("License-Expression: MIT", "Requires-Python: >=3.11", "Requires-Dist: Django>=5.2"):
        assert line in metadata
    extras = "phone address age pdf tsa redis domains browser tasks bench demo test mariadb firefox docs"
    assert set(re.findall(r"^Provides-Extra: (.+)$", metadata, re.MULTILINE)) == set(extras.split())
