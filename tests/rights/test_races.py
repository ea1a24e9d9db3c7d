"""An erasure, an export and a site that goes on writing, all at once on one person (R24, without disclosures)."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import OperationalError, connection
from pytest_django import Settings

from onvif_privacy.core.keys import KeyDestroyed, SealBroken
from onvif_privacy.core.models import Subject
from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.models import Channel, ExportFile, Kind, Request, State, Step
from onvif_privacy.rights.services import erasure, export, requests
from tests.rights.factories import OLD, STORE, shopper
from tests.store.factories import OrderFactory
from tests.store.models import Order

pytestmark = pytest.mark.django_db(transaction=True)
REFUSED = (requests.NotNow, KeyDestroyed, SealBroken, FileNotFoundError, Request.DoesNotExist)


@pytest.fixture(autouse=True)
def _store(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    with temporarily(*STORE):
        yield


class Race:
    """Three threads on one person; what each saw is kept."""

    def __init__(self, number: int) -> None:
        self.ada = shopper(f"Ada Canary{number}", orders=2)
        self.number, self.user = number, self.ada.user
        self.start = threading.Barrier(3)
        self.rows_done, self.silent, self.wrote = threading.Event(), threading.Event(), 0
        self.copy: bytes | None = None
        self.errors: list[BaseException] = []
        self.wish = requests.open(kind=Kind.EXPORT, channel=Channel.ACCOUNT, key=f"x{number}", subject=self.ada)
        self.end = requests.open(kind=Kind.ERASE, channel=Channel.ACCOUNT, key=f"e{number}", subject=self.ada)

    def erase(self) -> None:
        """Carry the erasure out; the site stops writing before the walk that verifies."""
        for _turn in range(400):
            request = Request.objects.get(pk=self.end.pk)
            if Step.objects.filter(request=request, label="rows", done_at__isnull=False).exists():
                self.rows_done.set()
                assert self.silent.wait(30)  # a row that is on its way would come after the walk that verifies
            try:
                if erasure.step(request=request) is None:
                    return
            except OperationalError:  # two writers met; the next run goes on
                continue

    def take_along(self) -> None:
        """Make the copy and fetch it, or be refused."""
        for _turn in range(50):
            try:
                made = export.build(request=Request.objects.get(pk=self.wish.pk))
                self.copy = b"".join(export.fetch(ExportFile.objects.get(pk=made.pk)))
                return
            except REFUSED:
                return
            except OperationalError:
                continue

    def write(self) -> None:
        """Go on writing rows about the person, as a site does that knows nothing of erasures."""
        while not self.rows_done.is_set() and self.wrote < 40:
            try:
                OrderFactory(
                    customer=self.user,
                    number=f"R{self.number}-{self.wrote}",
                    voucher=f"R{self.number}-{self.wrote}",
                    name=f"Ada Canary{self.number}",
                    invoiced_on=OLD,
                )
                self.wrote += 1
            except OperationalError:
                continue

    def _run(self, act: Any) -> None:
        try:
            self.start.wait(30)
            act()
        except BaseException as error:
            self.errors.append(error)
        finally:
            if act == self.erase:
                self.rows_done.set()
            if act == self.write:
                self.silent.set()
            connection.close()

    def run(self) -> None:
        """Let all three run, and wait for them."""
        threads = [threading.Thread(target=self._run, args=(act,)) for act in (self.erase, self.take_along, self.write)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(120)
        assert self.errors == []


def whole(copy: bytes) -> None:
    """Check that a copy is what its manifest says, to the last row."""
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        assert archive.testzip() is None
        said = json.loads(archive.read("manifest.json"))["body"]
        models = json.loads(archive.read("export.json"))["models"]
        assert {name: len(one["rows"]) for name, one in models.items()} == said["rows"]
        assert set(said["parts"]) == set(archive.namelist()) - {"manifest.json"}


def raced(number: int) -> bool:
    race = Race(number)
    race.run()
    request = Request.objects.get(pk=race.end.pk)
    while request.state != State.DONE and erasure.step(request=request) is not None:
        request.refresh_from_db()
    assert request.state == State.DONE
    assert Subject.objects.get(pk=race.ada.pk).erased_at is not None
    assert not Order.objects.filter(name=f"Ada Canary{number}").exists()
    assert not ExportFile.objects.filter(subject=race.ada, deleted_at=None).exists()
    assert storages["privacy_exports"].listdir("")[1] == []
    if race.copy is not None:
        whole(race.copy)
    with pytest.raises(REFUSED):
        export.build(request=Request.objects.get(pk=race.wish.pk))
    return race.copy is not None


def test_erasing_taking_along_and_writing_at_once_leave_nothing_behind() -> None:
    for number in range(2):
        raced(number)


@pytest.mark.full
def test_five_hundred_races() -> None:
    handed_out = sum(raced(number) for number in range(500))
    assert handed_out < 500  # some were refused
