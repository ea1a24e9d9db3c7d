"""Files that only we hand out: which storages are private, in every room, and bytes made while they are stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.core.files import Parts, handed_out_by

FILES = "django.core.files.storage.FileSystemStorage"


@given(parts=st.lists(st.binary(max_size=9)), size=st.integers(1, 7))
def test_parts_read_in_any_size_are_the_parts(parts: list[bytes], size: int) -> None:
    assert b"".join(Parts(parts).chunks()) == Parts(parts).read() == b"".join(parts)
    read, source = [], Parts(parts)
    while piece := source.read(size):
        read.append(piece)
    assert b"".join(read) == b"".join(parts)
    assert all(len(piece) == size for piece in read[:-1])


def test_a_folder_below_that_of_the_web_server_is_handed_out(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.STATIC_ROOT = tmp_path / "media", ""
    places = {"inside": tmp_path / "media" / "deep", "beside": tmp_path / "media-of-others"}
    settings.STORAGES = settings.STORAGES | {
        name: {"BACKEND": FILES, "OPTIONS": {"location": str(place)}} for name, place in places.items()
    }
    assert [handed_out_by(name) for name in places] == ["MEDIA_ROOT", ""]
    assert handed_out_by("default") == 'STORAGES["default"]'


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("ONVIF_PRIVACY_RIGHTS_EXPORT_STORAGE", "onvif_privacy_rights.E001"),
        ("ONVIF_PRIVACY_DISCLOSURES_STORAGE", "onvif_privacy_disclosures.E001"),
        ("ONVIF_PRIVACY_ENQUIRIES_STORAGE", "onvif_privacy_enquiries.E001"),
    ],
)
def test_each_room_names_a_storage_that_is_handed_out_or_missing(setting: str, said: str, settings: Any) -> None:
    assert said not in [one.id for one in run_checks()]
    for alias in ("default", "nowhere"):
        setattr(settings, setting, alias)
        found = [one for one in run_checks() if one.id == said]
        assert len(found) == 1
        assert alias in found[0].msg
        assert "STORAGES" in (found[0].hint or "")
