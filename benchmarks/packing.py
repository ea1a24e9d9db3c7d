"""What a package of very many rows of one person takes, from the capture to the encrypted file.

It is made in a process of its own, as on a site: there its memory is that of Django, the site and the package, and not
that of making the tables and filling them.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from benchmarks.site import set_up

set_up()

from django.conf import settings  # noqa: E402 - the settings must stand first
from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test.utils import override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402
from tqdm import tqdm  # noqa: E402

from benchmarks.timing import Row  # noqa: E402
from onvif_privacy.core import subjects  # noqa: E402
from onvif_privacy.core.registry import temporarily  # noqa: E402
from onvif_privacy.core.subjects import Strength  # noqa: E402
from onvif_privacy.disclosures.models import Case  # noqa: E402
from onvif_privacy.disclosures.services import building  # noqa: E402
from tests.core.factories import UserFactory  # noqa: E402
from tests.disclosures.factories import House, age_key, regime  # noqa: E402
from tests.disclosures.streaming import peak_mib  # noqa: E402
from tests.store import declarations  # noqa: E402
from tests.store.models import Order  # noqa: E402

AT_ONCE = 2_000
MARK = "kanarienvogel"
NAMES = ("store.order|email|contact", "store.order|name|identity")


@dataclass(frozen=True)
class Task:
    """What the other process needs to know: where everything lies, which case, and who builds and who seals."""

    database: str
    folder: str
    case: uuid.UUID
    builder: int
    sealer: int


@dataclass(frozen=True)
class Made:
    """What it took; ``fields`` are how many values are in the package."""

    seconds: float
    worked: float
    before_mib: int
    peak_mib: int
    fields: int


@contextmanager
def shop(folder: str) -> Iterator[None]:
    """Keep sealed files on a disk, and ask for the orders of a while."""
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    timed = replace(declarations.ORDER, time_field="created_at")
    others = [one for one in declarations.ALL if one is not declarations.ORDER]
    with (
        temporarily(*others, timed),
        override_settings(STORAGES={**settings.STORAGES, "privacy_disclosures": backend}),
    ):
        yield


def made(task: Task) -> Made:
    """Build and seal; in the process that is measured."""
    connection.settings_dict["NAME"] = task.database
    people = get_user_model()._default_manager
    with shop(task.folder):
        case, builder, sealer = Case.objects.get(pk=task.case), people.get(pk=task.builder), people.get(pk=task.sealer)
        before, started, worked = peak_mib(), time.perf_counter(), time.process_time()
        package = building.build(case=case, actor=builder)
        package = building.seal(case=case, package=package, actor=sealer, strength=Strength.RECENT).package
        seconds, worked = time.perf_counter() - started, time.process_time() - worked
        return Made(seconds, worked, before, peak_mib(), sum(package.rows.values()))


def plain_on(folder: Path) -> int:
    """Return in how many files the word stands that every row holds."""
    found = 0
    for file in folder.rglob("*"):
        with file.open("rb") as opened:
            rest = b""
            while piece := opened.read(1 << 20):
                if MARK.encode() in rest + piece:
                    found += 1
                    break
                rest = piece[-len(MARK) :]
    return found


def ordered(number: int) -> object:
    """Let one person order so often; returns who."""
    buyer = UserFactory()
    for start in tqdm(range(0, number, AT_ONCE), desc="orders", disable=None):
        with transaction.atomic():
            Order._base_manager.bulk_create(
                Order(
                    customer=buyer,
                    number=f"N{place}",
                    email=f"{place}@example.org",
                    name=f"{MARK} {place}",
                    voucher=f"V{place}",
                )
                for place in range(start, min(start + AT_ONCE, number))
            )
    return buyer


def measured(number: int) -> list[Row]:
    """Fill the shop, approve a case about all of it, and let another process make the package."""
    house, buyer = House(), ordered(number)
    house.regime = regime("everything", ("identity", "contact"))
    house.key, _secret = age_key(house.authority)
    with tempfile.TemporaryDirectory() as folder:
        with shop(folder):
            since, until = timezone.now() - timedelta(days=9), timezone.now() + timedelta(days=9)
            case = house.approved([subjects.for_user(buyer)], names=NAMES, since=since, until=until)
        task = Task(str(connection.settings_dict["NAME"]), folder, case.pk, house.worker.pk, house.approver.pk)
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            done = pool.submit(made, task).result()
        sizes = [file.stat().st_size for file in Path(folder).rglob("*")]
        if done.fields != len(NAMES) * number:
            raise RuntimeError("The package is not whole.")
        said = (
            f"{done.seconds:.1f} s; CPU {done.worked:.1f} s; peak {done.peak_mib} MiB, {done.before_mib} before; "
            f"files {sum(sizes) / 1e6:.0f} MB, plain in {plain_on(Path(folder))}"
        )
    what = f"package of {number:,} rows, captured, built, looked through, sealed, encrypted"
    return [[what, said, "1,000,000: < 256 MiB, plain in 0", "1"]]
