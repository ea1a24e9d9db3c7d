"""Faults where they can be counted: the n-th statement raises, or a commit fails before or after it took effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import OperationalError, connection


class Fault(OperationalError):
    """The error that was planted; what a lost server looks like."""


@dataclass
class Counting:
    """Counts statements; raises at number ``at`` (1 is the first; 0 never).

    ``lost`` ends the connection as well, as a process that exits does: the server rolls back what was open.
    """

    at: int = 0
    lost: bool = False
    seen: list[str] = field(default_factory=list)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen.append(sql)
        if len(self.seen) == self.at:
            if self.lost:
                connection.connection.close()
            raise Fault(f"planted at statement {self.at}")
        return execute(sql, params, many, context)


@contextmanager
def at_statement(number: int, *, lost: bool = False) -> Iterator[Counting]:
    """Let statement ``number`` on this connection fail before it is sent; yields what was seen."""
    counting = Counting(number, lost)
    with connection.execute_wrapper(counting):
        yield counting


@contextmanager
def at_commit(*, after: bool, number: int = 1) -> Iterator[list[int]]:
    """Let commit ``number`` fail, before or after it took effect; yields how many there were.

    A commit is not a statement: no wrapper sees it.
    """
    original, seen = connection._commit, [0]

    def commit() -> None:
        seen[0] += 1
        if seen[0] != number:
            original()
            return
        if after:
            original()
        else:
            connection._rollback()
        raise Fault(f"planted {'after' if after else 'before'} the commit")

    with ExitStack() as stack:
        connection._commit = commit
        stack.callback(delattr, connection, "_commit")
        yield seen


TABLE = "onvif_privacy_entry"
# What the servers themselves can be made to say; a stand-in where the engine knows no such error.
_SAYS = {
    ("postgresql", "constraint"): "RAISE EXCEPTION 'no' USING ERRCODE = 'check_violation'",
    ("postgresql", "timeout"): "RAISE EXCEPTION 'slow' USING ERRCODE = 'query_canceled'",
    ("postgresql", "full disk"): "RAISE EXCEPTION 'full' USING ERRCODE = 'disk_full'",
    ("mysql", "constraint"): "SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 4025, MESSAGE_TEXT = 'no'",
    ("mysql", "timeout"): "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1205, MESSAGE_TEXT = 'slow'",
    ("mysql", "full disk"): "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114, MESSAGE_TEXT = 'full'",
    ("sqlite", "constraint"): "SELECT RAISE(ABORT, 'no')",
}
WAYS = ("constraint", "timeout", "full disk")


@contextmanager
def refusing_entries(way: str) -> Iterator[None]:
    """Let the database refuse each entry of the ledger: by a constraint, after its patience, or for want of space."""
    vendor, says = connection.vendor, _SAYS.get((connection.vendor, way))
    if says is None:
        with connection.execute_wrapper(_no_entry):
            yield
        return
    function = f"CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {says}; END $$"
    made = {
        "sqlite": [f"CREATE TRIGGER broken BEFORE INSERT ON {TABLE} BEGIN {says}; END"],
        "postgresql": [
            function,
            f"CREATE TRIGGER broken BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION broken()",
        ],
        "mysql": [f"CREATE TRIGGER broken BEFORE INSERT ON {TABLE} FOR EACH ROW BEGIN {says}; END"],
    }[vendor]
    undone = {
        "sqlite": ["DROP TRIGGER broken"],
        "postgresql": [f"DROP TRIGGER broken ON {TABLE}", "DROP FUNCTION broken()"],
        "mysql": ["DROP TRIGGER broken"],
    }[vendor]
    _run(made)
    try:
        yield
    finally:
        _run(undone)


def _run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _no_entry(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if sql.startswith("INSERT INTO") and sql.split()[2].strip('`"') == TABLE:
        raise Fault("the ledger cannot be written")
    return execute(sql, params, many, context)


def statements_of(call: Callable[[], object]) -> int:
    """Run a call undisturbed and return how many statements it took."""
    with at_statement(0) as counting:
        call()
    return len(counting.seen)
