"""The promise that no decision exists without an act: nothing is stored for mere use of the site (clause ``scope``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import connections, router
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import consent, ledger
from onvif_privacy.core.crawling import Walk, first_addresses, links
from onvif_privacy.core.keys import KeyDestroyed
from onvif_privacy.core.models import Decision, EntrySecret, Method, Outcome, Subject
from onvif_privacy.core.promises.by_hand import ASKED, by_hand, one_decision
from onvif_privacy.core.promises.looking import Look, Plant
from onvif_privacy.core.promises.own import SCOPE
from onvif_privacy.core.promises.shapes import Finding, Kind, Promise, check
from onvif_privacy.core.registry import declare, temporarily

NO_PRESUMED = Promise("scope.no_presumed_consent", SCOPE, _("Mere use of the site is never stored as consent."))

declare(NO_PRESUMED)

PAGES = 40
_NEWEST = 1000


@contextmanager
def _written() -> Iterator[list[str]]:
    """Yield what this thread inserts into the table of decisions; other visitors decide in other threads."""
    connection = connections[router.db_for_write(Decision)]
    start, seen = f"INSERT INTO {connection.ops.quote_name(Decision._meta.db_table)}", list[str]()

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(start):
            seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield seen


@check(NO_PRESUMED, kind=Kind.PROBE)
def visiting_decides_nothing(look: Look) -> Iterable[Finding]:
    """Follow the links of the public pages, without and with GPC, and see whether a decision is written."""
    for headers in ({}, {"sec-gpc": "1"}):
        visitor, walk = look.stranger(**headers), Walk(first_addresses(), most=PAGES)
        for address in walk:
            with _written() as seen:
                response = look.get(address, visitor)
            if seen:
                yield Finding(address, "a GET wrote a decision" + (" for a signal" if headers else ""))
            walk.add(links(address, getattr(response, "content", b"")))  # a streamed page is not read


def _grant(**kwargs: object) -> None:
    subject = Subject.objects.create()
    consent.decide(
        subject=subject,
        purpose=ASKED.slug,
        outcome=Outcome.GRANTED,
        method=Method.ACCEPT_ALL,
        key=subject.reference,
        notice=consent.notice(text="By using this site you agree.", language="en", surface="page"),
    )


@visiting_decides_nothing.saboteur
@contextmanager
def decision_written_by_a_get(plant: Plant) -> Iterator[str]:
    """Write a grant whenever a page was served."""
    request_finished.connect(_grant)
    try:
        with temporarily(ASKED):
            yield "a GET wrote a decision"
    finally:
        request_finished.disconnect(_grant)


@visiting_decides_nothing.saboteur
@contextmanager
def decision_written_for_a_signal(plant: Plant) -> Iterator[str]:
    """Write a decision for whoever sends GPC with a page."""

    def note(environ: dict[str, str], **kwargs: object) -> None:
        if environ.get("HTTP_SEC_GPC"):
            _grant()

    request_started.connect(note)
    try:
        with temporarily(ASKED):
            yield "a GET wrote a decision for a signal"
    finally:
        request_started.disconnect(note)


def _without_act() -> Q:
    """Return the condition that nobody acted: granted by a signal, taken over from nobody, or entered by nobody."""
    granted = Q(outcome=Outcome.GRANTED)
    nobody = Q(method__in=[Method.SIGNAL, Method.DECLINE_ALL])
    return (
        (granted & nobody) | Q(method=Method.MERGE, source__isnull=True) | (granted & Q(method=Method.STAFF, actor=""))
    )


def _says_otherwise(decision: Decision) -> bool:
    """Whether the entry of a decision speaks of another one. What can no longer be opened says nothing."""
    try:
        told = ledger.opened(decision.entry)
    except (KeyDestroyed, EntrySecret.DoesNotExist):
        return False
    shown = (decision.pk.hex, decision.purpose, decision.outcome, decision.method, decision.notice_id)
    return shown != tuple(told.get(name) for name in ("decision", "purpose", "outcome", "method", "notice"))


@check(NO_PRESUMED, kind=Kind.LEDGER, empty=True)
def an_act_stands_behind_each_decision(look: Look) -> Iterable[Finding]:
    """Look at how each decision came about, and compare the newest thousand with what their entries say."""
    rows = Decision.objects.using(router.db_for_write(Decision))
    look.seen(rows.count())
    for decision in rows.filter(_without_act())[:20]:
        yield Finding(f"decision {decision.pk}", "has no act behind it")
    for decision in rows.select_related("entry__secret").order_by("-decided_at")[:_NEWEST]:
        if _says_otherwise(decision):
            yield Finding(f"decision {decision.pk}", "is not what its entry says")


@an_act_stands_behind_each_decision.saboteur
@contextmanager
def grant_from_nowhere(plant: Plant) -> Iterator[str]:
    """Let a decision have been taken over from nobody, by SQL."""
    merged = "UPDATE onvif_privacy_decision SET method = 'merge'"
    with one_decision() as decision, by_hand(merged, decision.pk):
        yield "has no act behind it"


@an_act_stands_behind_each_decision.saboteur
@contextmanager
def refusal_called_otherwise(plant: Plant) -> Iterator[str]:
    """Turn a refusal into an objection by SQL."""
    objected = "UPDATE onvif_privacy_decision SET outcome = 'objected'"
    with one_decision() as decision, by_hand(objected, decision.pk):
        yield "is not what its entry says"
