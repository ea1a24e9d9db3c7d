"""Screenshots as proof of what a version showed, in each language, window, colour scheme and state."""

from __future__ import annotations

import hashlib
import json
from typing import NamedTuple

from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import router
from django.utils import timezone

from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.models import PolicyScreenshot, PolicyVersion
from onvif_privacy.cookies.services.declared import NECESSARY

VIEWPORTS = {"360x780": (360, 780), "1440x900": (1440, 900)}
State, Colours = PolicyScreenshot.State, PolicyScreenshot.Colours


class Shot(NamedTuple):
    """What one picture shows."""

    language: str
    viewport: str
    colours: str
    state: str


def storage() -> Storage:
    """Return where the pictures lie."""
    return storages[conf.STORAGE]


def has_no_place() -> bool:
    """Say whether no storage is named, or files would land in whatever folder a command is run from."""
    if not conf.STORAGE:
        return True
    found = storage()
    return isinstance(found, FileSystemStorage) and not str(found.base_location)


def whole(picture: PolicyScreenshot) -> bytes | None:
    """Return the bytes of a picture; None where the storage has lost them, or they are not what was stored."""
    try:
        with storage().open(picture.file) as file:
            content = bytes(file.read())
    except (OSError, SuspiciousOperation):
        return None
    return content if hashlib.sha256(content).hexdigest() == picture.digest else None


def wanted(version: PolicyVersion) -> list[Shot]:
    """Return what belongs to a version: each published language × window × colour scheme × state. One query.

    Nothing where only necessary cookies are declared: then nobody is asked.
    """
    if all(group["slug"] == NECESSARY for group in json.loads(version.snapshot)["groups"]):
        return []
    languages = sorted(version.texts.values_list("language", flat=True))
    return [
        Shot(language, viewport, colours, state)
        for language in languages
        for viewport in VIEWPORTS
        for colours in Colours.values
        for state in State.values
    ]


def pictures(version: PolicyVersion) -> dict[Shot, PolicyScreenshot]:
    """Return the newest picture of each kind. One query."""
    rows = version.screenshots.using(router.db_for_write(PolicyScreenshot)).order_by("taken_at")
    return {Shot(row.language, row.viewport, row.colours, row.state): row for row in rows}


def missing(version: PolicyVersion) -> list[Shot]:
    """Return what has no whole picture yet. Reads the files."""
    kept = pictures(version)
    return [shot for shot in wanted(version) if shot not in kept or whole(kept[shot]) is None]


def store(version: PolicyVersion, shot: Shot, content: bytes) -> PolicyScreenshot:
    """Keep one picture: the file first, then its row; a picture that is kept already is not kept twice."""
    digest = hashlib.sha256(content).hexdigest()
    same = version.screenshots.filter(**shot._asdict(), digest=digest).first()
    if same is not None and whole(same) is not None:
        return same
    name = f"onvif_privacy/cookies/policy-{version.number}/{'-'.join(shot)}-{digest[:12]}.png"
    if same is not None:  # lost or changed: the same picture goes back to its place
        storage().delete(same.file)
        if storage().save(same.file, ContentFile(content)) != same.file:
            raise OSError("The storage gave a screenshot another name than before.")
        return same
    picture = PolicyScreenshot(
        version=version,
        **shot._asdict(),
        file=storage().save(name, ContentFile(content)),
        digest=digest,
        taken_at=timezone.now(),
    )
    picture.save()
    return picture
