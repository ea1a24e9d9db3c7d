"""What people saw when they decided can be shown: a version has its screenshots, and they are what was stored.

Looked at where a site has named a storage for them; a site that keeps no pictures claims none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.core.files.storage import InMemoryStorage
from django.db import router

from onvif_privacy.cookies.models import PolicyVersion
from onvif_privacy.cookies.promises.choices import EVIDENCE
from onvif_privacy.cookies.promises.trying import published
from onvif_privacy.cookies.services import pictures
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, check
from onvif_privacy.core.promises.planting import altered


@check(EVIDENCE, kind=Kind.DATABASE)
def version_has_its_screenshots(look: Look) -> Iterable[Finding]:
    """Compare the screenshots of the newest version with what was stored; without each of them unproven."""
    newest = PolicyVersion.objects.using(router.db_for_write(PolicyVersion)).order_by("-number").first()
    if newest is None:
        return
    kept, wanted = pictures.pictures(newest), pictures.wanted(newest)
    for picture in kept.values():
        if pictures.whole(picture) is None:
            yield Finding(f"screenshot {picture}", f"of version {newest.number} is lost or was changed")
    if kept.keys() >= set(wanted):
        look.seen(len(wanted) or 1)  # a site that asks nothing has nothing to show


@contextmanager
def _pictured() -> Iterator[tuple[InMemoryStorage, PolicyVersion]]:
    """Publish, and store a picture of each kind in memory, for the length of the block."""
    memory = InMemoryStorage()
    with altered(pictures, "storage", lambda: memory), published() as using:
        newest = PolicyVersion.objects.using(using).order_by("-number").first()
        if newest is None:
            raise LookupError("nothing was published")
        for shot in pictures.wanted(newest):
            pictures.store(newest, shot, "-".join(shot).encode())
        yield memory, newest


@version_has_its_screenshots.saboteur
@contextmanager
def screenshot_exchanged(plant: Plant) -> Iterator[str]:
    """Put another file in the place of a screenshot."""
    with _pictured() as (memory, newest):
        picture = next(iter(pictures.pictures(newest).values()))
        with memory.open(picture.file, "wb") as file:
            file.write(b"another picture")
        yield "is lost or was changed"


@version_has_its_screenshots.saboteur
@contextmanager
def screenshot_removed(plant: Plant) -> Iterator[str]:
    """Delete the file of a screenshot."""
    with _pictured() as (memory, newest):
        memory.delete(next(iter(pictures.pictures(newest).values())).file)
        yield "is lost or was changed"
