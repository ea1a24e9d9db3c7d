"""Declarations that make the rooms one house: guarded tables, who holds copies, what waits for staff, links."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils.functional import Promise as LazyText

from onvif_privacy.core.registry.base import DeclarationError, NotDeclared, Registry


@dataclass(frozen=True)
class Guard:
    """Asks the database to hold a rule on a table.

    ``insert_only`` refuses UPDATE and DELETE; ``releasable`` the same, but a row may be deleted once a `Release`
    names it; ``deletable`` refuses UPDATE only; ``fill_once`` lets ``columns`` go from NULL to a value and changes
    nothing else; ``when`` refuses the ``events`` for which ``condition`` (one SQL expression over NEW and OLD, the
    same on all engines; ``DAYS(a, b)`` counts the days from one date column to another) is true.
    """

    model: str
    kind: Literal["insert_only", "releasable", "deletable", "fill_once", "when"]
    columns: tuple[str, ...] = ()
    condition: str = ""
    events: tuple[Literal["INSERT", "UPDATE", "DELETE"], ...] = ("INSERT", "UPDATE")
    name: str = ""

    @property
    def slug(self) -> str:
        """Unique name: the model, the kind and, for several conditions on one table, a name."""
        return ":".join(part for part in (self.model, self.kind, self.name) if part)


@dataclass(frozen=True)
class Held:
    """A sealed copy of some fields, outside the live rows: whose record it is, and until when it is kept.

    ``wait`` asks eraser and retention to leave these rows to their next run, because the copy is being taken; a
    provider says so for an hour at most. ``listable`` copies are named to the person, in "my privacy" and in receipts.
    """

    reference: str
    until: datetime
    wait: bool = False
    listable: bool = True


@dataclass(frozen=True)
class HoldProvider:
    """Knows which copies are held. ``covering`` gets a subject, the label of a model and names of its fields."""

    slug: str
    covering: Callable[[Any, str, Sequence[str]], Iterable[Held]]


@dataclass(frozen=True)
class Waiting:
    """One line of the staff home page "waiting for me"; shown while ``count`` is above zero.

    ``count`` receives the request. ``address`` is a URL name; ``permission`` is ``app_label.codename``, empty for
    all staff.
    """

    slug: str
    label: str | LazyText
    count: Callable[[HttpRequest], int]
    address: str
    permission: str = ""


@dataclass(frozen=True)
class FooterLink:
    """One link that every visitor needs; left out where its URL name does not resolve."""

    slug: str
    label: str | LazyText
    url_name: str
    order: int = 100
    attributes: Mapping[str, str] = field(default_factory=dict)


guards: Registry[Guard] = Registry(Guard, "guard", lambda item: item.slug)
TOOLS = ("tell", "links")


@dataclass(frozen=True)
class Needs:
    """Switches on a tool of the kernel, for ``by`` (a room or an app of the site): its job, its pages, its screens.

    ``tell`` is `contacts.tell`; ``links`` is the redirector. Raises DeclarationError for any other.
    """

    tool: str
    by: str

    def __post_init__(self) -> None:
        if self.tool not in TOOLS:
            raise DeclarationError(f"There is no tool {self.tool!r}. Tools: {', '.join(TOOLS)}.")


needs: Registry[Needs] = Registry(Needs, "need", lambda item: f"{item.tool}:{item.by}")


def needed(tool: str) -> bool:
    """Whether anything switched the tool on."""
    return any(one.tool == tool for one in needs.all())


def require(tool: str) -> None:
    """Raise NotDeclared, with the line to write, where nothing switched the tool on."""
    if not needed(tool):
        raise NotDeclared(f"Nothing switched this tool on. Write declare(Needs({tool!r}, by=…)) in a privacy.py.")


hold_providers: Registry[HoldProvider] = Registry(HoldProvider, "hold provider", lambda item: item.slug)
waiting: Registry[Waiting] = Registry(Waiting, "waiting line", lambda item: item.slug)
footer_links: Registry[FooterLink] = Registry(FooterLink, "footer link", lambda item: item.slug)
