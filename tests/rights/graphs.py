"""Random sites: models that lead to people in every way that a schema can, each column of theirs with a canary."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.utils import timezone

from onvif_privacy.core import subjects
from onvif_privacy.core.fields import EncryptedTextField
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import (
    After,
    Claim,
    Field,
    File,
    Json,
    PersonalData,
    anonymise,
    blank,
    delete,
    keep,
    temporarily,
)
from onvif_privacy.core.testing import Canaries
from onvif_privacy.rights.services import holdings
from onvif_privacy.rights.testing.values import Planter, plain
from tests.core.factories import UserFactory

APP = "store"
USER = settings.AUTH_USER_MODEL
WORK = ("operation",)
ROOTS = ("user", "subject", "subject_id", "two", "member", "guest", "generic")
PLAIN: dict[str, Callable[[], tuple[models.Field[Any, Any], Any]]] = {
    "char": lambda: (models.CharField(max_length=80, blank=True), Field("identity", WORK, blank())),
    "text": lambda: (models.TextField(blank=True), Field("content", WORK, anonymise("–"))),
    "unique": lambda: (models.CharField(max_length=80, unique=True), Field("identity", WORK, anonymise(unique=True))),
    "email": lambda: (models.EmailField(blank=True), Field("contact", WORK, blank())),
    "date": lambda: (models.DateField(null=True), Field("demographic", WORK, blank())),
    "number": lambda: (models.BigIntegerField(null=True), Field("identity", WORK, blank())),
    "file": lambda: (models.FileField(upload_to="graphs", blank=True), File("content", WORK, delete())),
    "said": lambda: (models.TextField(blank=True), Field("support", WORK, blank(), export="review")),
    "kept": lambda: (
        models.CharField(max_length=80, blank=True),
        Field("billing", ("bookkeeping",), keep("bookkeeping", then=blank())),
    ),
    "json": lambda: (
        models.JSONField(default=dict),
        Json({"a.b": Field("content", WORK, delete())}, rest=Field("content", WORK, delete())),
    ),
}


@dataclass
class Made:
    """One model of a graph: the class, its declaration, and how its person is named in a row."""

    model: Any
    declaration: PersonalData
    kind: str
    parent: Made | None = None
    rows: dict[str, Any] = field(default_factory=dict)


def _generic(rows: models.QuerySet[Any], subject: Subject) -> models.QuerySet[Any]:
    """Rows with a generic link to somebody's account."""
    kind = ContentType.objects.get_for_model(get_user_model())
    return rows.filter(content_type=kind, object_id=subject.user_id) if subject.user_id else rows.none()


class Graph:
    """A random schema, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.seed = seed
        self.made: list[Made] = []
        for number in range(self.chance.randint(3, 6)):
            self.made.append(self._model(number))

    def _columns(self, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return columns and declared fields; those of a row with two people are shared out between them."""
        columns, declared = dict[str, Any](), dict[str, Any]()
        for number, name in enumerate(self.chance.sample(sorted(PLAIN), self.chance.randint(1, 3))):
            columns[f"{self.prefix}f{number}"], one = PLAIN[name]()
            if kind == "two" and isinstance(one, Field):
                one = type(one)(**{**vars(one), "of": self.chance.choice(["sender", "recipient"])})
            declared[f"{self.prefix}f{number}"] = one
        if kind == "subject":
            columns["secret"] = EncryptedTextField(subject="owner", null=True, blank=True)
            erase = self.chance.choice([blank(), keep("bookkeeping", then=blank())])
            declared["secret"] = Field("content", (*WORK, "bookkeeping"), erase)
        return columns, declared

    def _model(self, number: int) -> Made:
        self.prefix = f"m{number}"  # no column of a model clashes with one that it inherits
        possible = [one for one in self.made if one.kind not in ("guest", "generic", "two")]
        kind = self.chance.choice([*ROOTS, "child", "child", "inherits"] if possible else ["user", "subject", "member"])
        parent = self.chance.choice(possible) if kind in ("child", "inherits") else None
        columns, declared = self._columns(kind)
        links, paths, claims = self._links(kind, parent)
        columns |= links
        if kind == "guest":
            columns["mail"], declared["mail"] = models.EmailField(blank=True), Field("contact", WORK, blank())
        name = f"Graph{self.seed}M{number}"
        inner = type("Meta", (), {"app_label": APP})
        body = {"__module__": __name__, "Meta": inner, "made_on": models.DateField(null=True), **columns}
        if kind == "inherits":
            body.pop("made_on")
        model = type(name, ((parent.model if kind == "inherits" and parent else models.Model),), body)
        row = self.chance.choice([None, delete()])
        declaration = PersonalData(
            model=f"{APP}.{name}",
            subjects=paths,
            claims=claims,
            fields=declared,
            terms={"bookkeeping": After("made_on", days=3653)},
            not_personal=tuple(
                one.name for one in (*model._meta.local_fields, *model._meta.many_to_many) if one.name not in declared
            ),
            row=row,
        )
        return Made(model, declaration, kind, parent)

    def _links(self, kind: str, parent: Made | None) -> tuple[dict[str, Any], dict[str, Any], dict[str, Claim]]:
        hidden = self.chance.choice(["+", None])
        end = self.chance.choice([models.CASCADE, models.PROTECT])
        if parent is not None:
            ((role, path),) = parent.declaration.subjects.items()
            if kind == "inherits":
                return {}, {role: path}, {}
            return {"up": models.ForeignKey(parent.model, end, related_name=hidden)}, {role: f"up__{path}"}, {}
        user: Any = lambda: models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")  # noqa: E731
        key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
        return {
            "user": lambda: ({"who": user()}, {"person": "who"}, {}),
            "subject": lambda: (
                {"id": key, "owner": models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+")},
                {"person": "owner"},
                {},
            ),
            "subject_id": lambda: ({"whose": models.UUIDField(null=True)}, {"person": "whose"}, {}),
            "two": lambda: (
                {"sender": user(), "recipient": user()},
                {"sender": "sender", "recipient": "recipient"},
                {},
            ),
            "member": lambda: ({"members": models.ManyToManyField(USER, related_name="+")}, {"person": "members"}, {}),
            "guest": lambda: ({"who": user()}, {"person": "who"}, {"person": Claim("mail")}),
            "generic": lambda: (
                {
                    "content_type": models.ForeignKey(ContentType, models.CASCADE, related_name="+"),
                    "object_id": models.PositiveBigIntegerField(),
                },
                {"person": _generic},
                {},
            ),
        }[kind]()

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Have tables and declarations for the length of the block."""
        try:
            with connection.schema_editor() as editor:
                for one in self.made:
                    editor.create_model(one.model)
            with temporarily(*(one.declaration for one in self.made)):
                yield
        finally:
            with connection.schema_editor() as editor:
                for one in reversed(self.made):
                    editor.delete_model(one.model)
            self.forget()

    def forget(self) -> None:
        """Take the models out of the site again."""
        for name in [name for name in apps.all_models[APP] if f"graph{self.seed}m" in name]:
            del apps.all_models[APP][name]
        apps.clear_cache()
        ContentType.objects.clear_cache()

    @contextmanager
    def installed_with_people(self) -> Iterator[People]:
        """Have tables, declarations and people for the length of the block."""
        with self.installed():
            yield People(self).build()


@dataclass
class People:
    """A, B and C on a random site, a row in every model about each of A and B, and rows that they share."""

    graph: Graph
    canaries: Canaries = field(default_factory=Canaries)
    subjects: dict[str, Subject] = field(default_factory=dict)
    _number: int = 0

    def build(self) -> People:
        """Make everybody and everything."""
        for who in "ABC":
            self.subjects[who] = subjects.for_user(UserFactory())
        for one in self.graph.made:
            for who in "AB":
                one.rows[who] = self.row(one, who)
            if one.kind == "two":
                self.row(one, "A", "B")
                self.row(one, "B", "A")
        return self

    def words(self, who: str) -> dict[str, str]:
        """Return the canaries of one person, by name."""
        return {name: word for name, word in self.canaries.words.items() if name.startswith(f"{who} ")}

    def row(self, one: Made, who: str, other: str = "") -> Any:
        """Make a row about a person; of two people where another is named."""
        self._number += 1
        values: dict[str, Any] = {}
        for column in one.model._meta.concrete_fields:
            if column.auto_created or column.primary_key or column.name in one.declaration.fields:
                continue
            values[column.name] = self._link(one, column, who, other) or plain(column)
        values["made_on"] = timezone.localdate()
        for name, declared in self._fields(one):
            of = getattr(declared, "of", "") or next(iter(one.declaration.subjects), "")
            owner = other if other and of == "recipient" else who
            column = one.model._meta.get_field(name)
            values[name] = Planter(self.canaries, owner, set()).canary(column, declared, self._number)
        made = one.model.objects.create(**values)
        if one.kind == "member" or any(part.name == "members" for part in one.model._meta.many_to_many):
            made.members.add(self.subjects[who].user)
        if one.kind == "guest":
            holdings.claim(self.subjects[who], kind="email", value=values["mail"])
        return made

    def _fields(self, one: Made) -> Iterator[tuple[str, Any]]:
        while True:
            yield from one.declaration.fields.items()
            if one.kind != "inherits" or one.parent is None:
                return
            one = one.parent

    def _link(self, one: Made, column: models.Field[Any, Any], who: str, other: str) -> Any:
        me = self.subjects[who]
        made: dict[str, Callable[[], Any]] = {
            "who": lambda: None if one.kind == "guest" else me.user,
            "sender": lambda: me.user,
            "recipient": lambda: self.subjects[other or who].user,
            "owner": lambda: me,
            "whose": lambda: me.pk,
            "content_type": lambda: ContentType.objects.get_for_model(get_user_model()),
            "object_id": lambda: me.user_id,
            "up": lambda: self._parent(one, who),
        }
        return made[column.name]() if column.name in made else None

    def _parent(self, one: Made, who: str) -> Any:
        while one.kind == "inherits" and one.parent is not None:
            one = one.parent
        assert one.parent is not None
        return one.parent.rows[who]


__all__ = ["Graph", "Made", "People"]
