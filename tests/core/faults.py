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
    """Counts statements; raises at number ``at`` (1 is the first; 0 never)."""

    at: int = 0
    seen: list[str] = field(default_factory=list)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen.append(sql)
        if len(self.seen) == self.at:
            raise Fault(f"planted at statement {self.at}")
        return execute(sql, params, many, context)


@contextmanager
def at_statement(number: int) -> Iterator[Counting]:
    """Let statement ``number`` on this connection fail before it is sent; yields what was seen."""
    counting = Counting(number)
    with connection.execute_wrapper(counting):
        yield counting


@contextmanager
def at_commit(*, after: bool) -> Iterator[None]:
    """Let the next commit fail, before or after it took effect. A commit is not a statement: no wrapper sees it."""
    original, left = connection._commit, [1]

    def commit() -> None:
        if not left:
            original()
            return
        left.pop()
        if after:
            original()
        else:
            connection._rollback()
        raise Fault(f"planted {'after' if after else 'before'} the commit")

    with ExitStack() as stack:
        connection._commit = commit
        stack.callback(delattr, connection, "_commit")
        yield


def statements_of(call: Callable[[], object]) -> int:
    """Run a call undisturbed and return how many statements it took."""
    with at_statement(0) as counting:
        call()
    return len(counting.seen)
