"""A host's app is declared from what `privacy_declare` prints; what it forgets is reported; no class is touched."""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from textwrap import dedent

import pytest
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import override_settings

from onvif_privacy.core.personal import end_row, gaps, rows_of
from onvif_privacy.core.registry import personal_data, reopened
from onvif_privacy.core.subjects import for_user
from onvif_privacy.core.testing import Canaries, temporarily
from tests.core.factories import UserFactory
from tests.readme import ROOT
from tests.store import declarations as store
from tests.store.models import Line, Order

# What a developer changes in the printed text: old line, new lines.
CHANGES = {
    'declare(exempt("store.Category", because="TODO: nothing in it is about a person"))': [
        'declare(exempt("store.Category", because="kinds of goods"))'
    ],
    '        "name": Field("identity", purposes=("operation",), erase=blank()),': [
        '        "name": Field("identity", purposes=("bookkeeping",), erase=keep("bookkeeping", then=blank())),',
        '        "voucher": Field("identity", purposes=("operation",), erase=anonymise(unique=True)),',
    ],
    '        "invoiced_on": Field("billing", purposes=("operation",), erase=blank()),': [],
    '    not_personal=("id", "number", "voucher", "created_at", "closed_at"),': [
        '    not_personal=("id", "number", "created_at", "closed_at", "invoiced_on"),',
        '    terms={"bookkeeping": After("invoiced_on", days=3653), "operation": After("closed_at", days=730)},',
    ],
    "from onvif_privacy.core.registry import Field, File, Json, PersonalData, blank, declare, delete, exempt": [
        "from onvif_privacy.core.registry import *"
    ],
}


def printed() -> list[str]:
    text = StringIO()
    call_command("privacy_declare", "store", stdout=text)
    return text.getvalue().splitlines()


def changed(lines: list[str]) -> list[str]:
    assert set(CHANGES) <= set(lines), "a line that developers change is not printed any more"
    return [new for line in lines for new in CHANGES.get(line, [line])]


@pytest.mark.django_db(transaction=True)
def test_three_models_are_declared_with_under_ten_lines_changed(tmp_path: Path) -> None:
    before = printed()
    after = changed(before)
    assert sum(line.startswith("+ ") for line in difflib.ndiff(before, after)) < 10
    settings = override_settings(MEDIA_ROOT=str(tmp_path), ONVIF_PRIVACY_COMPLETENESS="error")
    with settings, temporarily(store.BOOKKEEPING), reopened():
        exec(compile("\n".join(after), "privacy.py", "exec"), {"__name__": "store.privacy"})
        assert [gap for gap in gaps() if gap.model.startswith("store.")] == []
        assert [one for one in run_checks(include_deployment_checks=True) if "store." in one.msg] == []
        _end_somebody()


def _end_somebody() -> None:
    """Erase one of two customers by the declaration; a sweep finds what is kept, and nothing else."""
    canaries, people = Canaries(), [UserFactory(), UserFactory()]
    for letter, user in zip("AB", people, strict=True):
        sale = Order.objects.create(
            customer=user,
            number=letter,
            email=canaries.new(f"{letter} mail", "email"),
            name=canaries.new(f"{letter} name"),
            voucher=canaries.new(f"{letter} voucher"),
            meta={"utm": {"source": canaries.new(f"{letter} meta")}},
        )
        sale.invoice.save(f"{letter}.txt", ContentFile(canaries.new(f"{letter} file").encode()))
        Line.objects.create(order=sale, engraving_text=canaries.new(f"{letter} engraving"))
    for label in ("store.order", "store.line"):
        declaration = personal_data.get(label)
        kept = {"name"} if label == "store.order" else set()
        for row in rows_of(declaration, for_user(people[0])):
            end_row(declaration, row, set(declaration.fields) - kept)
    found = {one.name for one in canaries.sweep()}
    assert found == {"A name"} | {name for name in canaries.words if name.startswith("B")}


def test_columns_that_the_house_adds_are_nobody_s_to_declare() -> None:
    from onvif_privacy.core.personal.drafts import draft_model
    from tests.core.hostapp.models import Order as Sealed
    from tests.core.hostapp.models import Parcel, Signup

    for model, ours in ((Sealed, "email_index"), (Parcel, "row_key"), (Signup, "statement")):
        assert ours in {field.name for field in model._meta.concrete_fields}
        assert ours not in draft_model(model)


# A site whose developers forget things

SITE = {
    "settings.py": """
        from tests.projects.core_only import *
        from tests.projects.core_only import INSTALLED_APPS as before
        INSTALLED_APPS = [one for one in before if not one.startswith("tests.")] + ["mine", "other", "third"]
        ROOT_URLCONF = "empty"
        ONVIF_PRIVACY_COMPLETENESS = "error"
    """,
    "bare.py": """
        from settings import *
        INSTALLED_APPS = [one for one in INSTALLED_APPS if not one.startswith("onvif_privacy")]
    """,
    "empty.py": "urlpatterns = []",
    "mine/privacy.py": """
        from onvif_privacy.core.registry import Field, PersonalData, blank, declare
        declare(PersonalData(
            model="mine.Guest", subjects={}, fields={"name": Field("identity", purposes=("operation",), erase=blank())},
            not_personal=("id",),
        ))
    """,
}
MODELS = """
    from django.db import models

    class Guest(models.Model):
        name = models.CharField(max_length=50)
        email = models.EmailField()
"""
CLASSES = (
    "import django; django.setup(); from django.apps import apps; "
    "print([(m._meta.label, m.__mro__, sorted(vars(m)), [f.deconstruct()[1:] for f in m._meta.concrete_fields])"
    " for m in apps.get_models() if m._meta.app_label in ('mine', 'other', 'third')])"
)


def run(folder: Path, *arguments: str, settings: str = "settings") -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(folder), str(ROOT)])
    environment = os.environ | {"PYTHONPATH": paths, "DJANGO_SETTINGS_MODULE": settings}
    environment.pop("DATABASE_URL", None)
    return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)


def test_a_new_email_column_is_reported_wherever_it_appears_and_no_class_is_touched(tmp_path: Path) -> None:
    for name, text in SITE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(dedent(text))
    for app in ("mine", "other", "third"):
        (tmp_path / app).mkdir(exist_ok=True)
        (tmp_path / app / "__init__.py").touch()
        (tmp_path / app / "models.py").write_text(dedent(MODELS))
    bare = run(tmp_path, "-m", "django", "makemigrations", "mine", "other", "third", settings="bare")
    assert bare.returncode == 0, bare.stderr

    report = run(tmp_path, "-m", "django", "check").stderr
    lines = [line.partition("(")[2] for line in report.splitlines() if "onvif_privacy.E02" in line]
    assert sorted(line.partition(" is")[0] for line in lines) == [
        "onvif_privacy.E020) mine.Guest.email",
        "onvif_privacy.E021) other.Guest",
        "onvif_privacy.E021) third.Guest",
    ]

    same = run(tmp_path, "-m", "django", "makemigrations", "--check", "--dry-run", "--skip-checks")
    assert same.returncode == 0, same.stdout
    classes = [run(tmp_path, "-c", CLASSES, settings=one).stdout for one in ("bare", "settings")]
    assert classes[0] == classes[1] != ""
