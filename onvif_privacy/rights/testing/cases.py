"""``RightsTests``: that exports are whole and nobody else's, and that erasures leave nothing and spare the others."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar
from unittest import SkipTest

from django.apps import apps
from django.db import connections
from django.db.models import FileField
from django.test import override_settings
from django.utils import timezone

from onvif_privacy.core.models import Subject
from onvif_privacy.core.personal import gaps
from onvif_privacy.core.registry import Field, Json
from onvif_privacy.core.testing import Sighting
from onvif_privacy.core.testing.spellings import Finder
from onvif_privacy.rights.models import Channel, Kind, Request, State
from onvif_privacy.rights.services import erasure, export, requests
from onvif_privacy.rights.testing.terms import DAY, terms_of
from onvif_privacy.rights.testing.world import World, declared

TURNS = 30  # steps of one erasure, at most
KILLS = (1, 3, 9, 27, 81)  # statements after which a process dies


class Killed(BaseException):
    """A process that dies; no `except Exception` may hold it up."""


def _exported(subject: Subject) -> dict[str, bytes]:
    """Return the parts of somebody's export by name."""
    sink = io.BytesIO()
    export.stream(subject=subject, sink=sink)
    with zipfile.ZipFile(sink) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _models_of(subject: Subject) -> Any:
    return json.loads(_exported(subject)["export.json"])["models"]


def _place(name: str) -> tuple[str, str]:
    """Return model label, in lower case, and field of the canary of this name."""
    label, _dot, field = name.split(" ")[1].rpartition(".")
    return label.lower(), field


def _handed_out(name: str) -> bool:
    """Whether the export should hold a canary: neither a credential nor words that staff look at first."""
    label, field = _place(name)
    one = next(found for found in declared() if found.model.lower() == label).fields[field]
    if isinstance(one, Json):
        leaf = name.split(" ", 3)[3]
        part = one.leaves.get(leaf, one.rest)
        one = part if isinstance(part, Field) else one.rest
    return one.export is True and one.data_class != "credential"


def _expect(holds: object, words: str) -> None:
    if not holds:
        raise AssertionError(words)


class RightsTests:
    """Mix into ``TransactionTestCase``: ``class ShopRights(RightsTests, TransactionTestCase)``.

    ``factories`` names, by model label, what makes a row where a smallest one cannot be built: anything that takes the
    values of the row as keywords; a model whose person only a function knows is left out unless it is named here.
    ``unproven`` are the columns too small for a canary, and the models left out.
    """

    factories: ClassVar[Mapping[str, Callable[..., Any]]] = {}

    def setUp(self) -> None:
        """Build the world, with files in a folder of its own."""
        super().setUp()  # type: ignore[misc] # of the test case this is mixed into
        folder = tempfile.TemporaryDirectory(prefix="onvif_privacy_")
        self._cleanup(folder.cleanup)
        settings = override_settings(MEDIA_ROOT=folder.name, ONVIF_PRIVACY_RIGHTS_COOLING_HOURS=0)
        settings.enable()
        self._cleanup(settings.disable)
        self.world = World(self.factories).build()

    def _cleanup(self, act: Callable[[], object]) -> None:
        self.addCleanup(act)  # type: ignore[attr-defined]

    @property
    def unproven(self) -> set[str]:
        """Columns too small for a canary, and models left out: nothing is shown of them."""
        return self.world.unproven

    # What is said

    def test_everything_is_declared(self) -> None:
        """Every field of every model is declared, and no delete takes rows along that nobody declared."""
        missing = [f"{one.model}.{one.field}".rstrip(".") for one in gaps()]
        _expect(not missing, f"not declared: {', '.join(missing)}")
        taken = [f"{first} → {second}" for first, second in erasure.cascades()]
        _expect(not taken, f"deleted along, and not declared: {', '.join(taken)}")

    # What is handed out

    def test_export_has_all_of_a(self) -> None:
        """Every canary of A that may be handed out stands in A's export."""
        wanted = {name: word for name, word in self.world.words("A").items() if _handed_out(name)}
        finder, seen = Finder(wanted), set[str]()
        for part in _exported(self.world.people["A"]).values():
            seen |= {name for name, _spelling in finder.look(part)}
        missing = sorted(set(wanted) - seen)
        _expect(not missing, f"missing in the export: {', '.join(missing)}")

    def test_export_has_nothing_of_b(self) -> None:
        """No canary of anybody else stands in A's export."""
        finder = Finder(self.world.words("B") | self.world.words("C"))
        seen = {
            f"{name} in {part}"
            for part, data in _exported(self.world.people["A"]).items()
            for name, _spelling in finder.look(data)
        }
        _expect(not seen, f"of somebody else: {', '.join(sorted(seen))}")

    def test_export_matches_schema(self) -> None:
        """``export.json`` is what its published schema says. Needs the package jsonschema."""
        if find_spec("jsonschema") is None:
            raise SkipTest("jsonschema is not installed")
        jsonschema = import_module("jsonschema")
        document = json.loads(_exported(self.world.people["A"])["export.json"])
        jsonschema.validate(document, export.schema(), cls=jsonschema.Draft202012Validator)

    # What is erased

    def erase(self, who: str) -> Request:
        """Erase a person as the room does, step by step; fails where it does not end."""
        subject = self.world.people[who]
        request = requests.open(kind=Kind.ERASE, channel=Channel.ACCOUNT, key=f"kit-{subject.pk.hex}", subject=subject)
        for _turn in range(TURNS):
            request.refresh_from_db()
            if erasure.step(request=request) is None:
                break
        request.refresh_from_db()
        _expect(request.state == State.DONE, f"the erasure ended as {request.state}")
        return request

    def _receipt(self, request: Request) -> dict[str, Any]:
        found = erasure.receipt(request=request)
        if found is None:
            raise AssertionError("The erasure has no receipt.")
        return found.body

    def _kept(self, request: Request) -> set[tuple[str, str]]:
        return {(one["model"].lower(), field) for one in self._receipt(request)["kept"] for field in one["fields"]}

    def _left(self, request: Request) -> list[str]:
        """Return where canaries of A still stand, but for fields in their own rows that the receipt says are kept."""
        kept, mine = self._kept(request), set(self.world.words("A"))
        seen = [one for one in self.world.canaries.sweep() if one.name in mine]
        return [str(one) for one in seen if not (_place(one.name) in kept and self._is_home(one))]

    def _is_home(self, sighting: Sighting) -> bool:
        """Whether a canary stands where it was planted: in its own column, or in the file that the column names."""
        label, name = _place(sighting.name)
        model = apps.get_model(label)
        column = model._meta.get_field(name)
        if sighting.place.endswith(f"{model._meta.db_table}.{column.column}"):
            return True
        if not isinstance(column, FileField):
            return False
        stored = model._base_manager.values_list(name, flat=True)
        return any(sighting.place.endswith(self.world.canaries.hidden(one)) for one in stored if one)

    def test_erasure_leaves_nothing_of_a(self) -> None:
        """After the erasure a sweep of everything the site keeps finds nothing of A but what the receipt lists."""
        with self.world.canaries.listening():
            request = self.erase("A")
        left = self._left(request)
        _expect(not left, "\n".join(left))

    def test_erasure_spares_b(self) -> None:
        """What the site holds of the others is what it held before."""
        before = {who: _models_of(self.world.people[who]) for who in ("B", "C")}
        self.erase("A")
        for who, held in before.items():
            _expect(_models_of(self.world.people[who]) == held, f"the erasure of A changed what is held of {who}")

    def test_erasure_survives_a_kill(self) -> None:
        """A process that dies at any statement leaves an erasure that is taken up again and ends whole."""
        for number in KILLS:
            try:
                with _dying_after(number):
                    self.erase("A")
            except Killed:
                found = Request.objects.filter(subject=self.world.people["A"], kind=Kind.ERASE).first()
                _expect(found is None or found.state != State.DONE, "said to be done by a process that died")
        left = self._left(self.erase("A"))
        _expect(not left, "\n".join(left))

    def test_kept_fields_are_in_the_receipt(self) -> None:
        """Each field that still stands in its row after the erasure is in the receipt, with purpose, basis and end."""
        request = self.erase("A")
        for one in self._receipt(request)["kept"]:
            _expect(one["purpose"] and one["basis"], f"kept without a reason: {one['model']}")
        standing = {_place(one.name) for one in self.world.canaries.sweep() if one.name in self.world.words("A")}
        missing = sorted(".".join(place) for place in standing - self._kept(request))
        _expect(not missing, f"kept, and not in the receipt: {', '.join(missing)}")

    # What ends by itself

    def test_retention_ends_each_term(self) -> None:
        """Fields that are kept for a number of days stand until the last of them, and are gone a day later.

        What consent keeps, what lasts as long as another row, and what counts from a sealed date is left out.
        """
        words, now = self.world.canaries.words, timezone.now()
        for term in terms_of(declared()):
            before = term.standing(words)
            term.begin(now)
            term.run(now + timedelta(days=term.days) - DAY)
            early = sorted(before - term.standing(words))
            _expect(not early, f"{term.declaration.model} ends before its {term.days} days: {', '.join(early)}")
            term.run(now + timedelta(days=term.days) + DAY)
            late = sorted(term.standing(words))
            _expect(not late, f"{term.declaration.model} stands after its {term.days} days: {', '.join(late)}")


class _dying_after:  # a verb: `with _dying_after(3):`
    """Let the process die at the n-th statement of any database."""

    def __init__(self, number: int) -> None:
        self._left = number
        self._wrappers: list[Any] = []

    def _statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            raise Killed
        return execute(sql, params, many, context)

    def __enter__(self) -> None:
        for connection in connections.all():
            wrapper = connection.execute_wrapper(self._statement)
            wrapper.__enter__()
            self._wrappers.append(wrapper)

    def __exit__(self, *error: object) -> None:
        for wrapper in reversed(self._wrappers):
            wrapper.__exit__(*error)
