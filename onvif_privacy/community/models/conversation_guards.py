"""What the database itself holds about private conversations, by triggers, alike on all three engines."""

# ruff: noqa: S608 - the conditions are made of names of our own tables

from __future__ import annotations

from typing import Any

from onvif_privacy.community.models.conversations import MOST_PARTICIPANTS
from onvif_privacy.community.models.openings import MOST_OPENED, MOST_REPORTED
from onvif_privacy.core.registry import Guard

APP = "onvif_privacy_community"
PARTICIPANT, MESSAGE, REPORTED, OPENING = (
    f"{APP}_{name}" for name in ("participant", "conversationmessage", "reportedmessage", "opening")
)


def _when(model: str, name: str, condition: str, *events: Any) -> Guard:
    return Guard(f"{APP}.{model}", "when", condition=condition, events=events, name=name)


def _other(column: str, *fixed: str) -> str:
    """Return the condition that more changes than that a sealed column is emptied."""
    changed = " OR ".join(f"NEW.{one} <> OLD.{one}" for one in ("id", *fixed))
    return f"{changed} OR (NEW.{column} IS NOT NULL AND (OLD.{column} IS NULL OR NEW.{column} <> OLD.{column}))"


def _takes_part(person: str, conversation: str, more: str = "") -> str:
    return (
        f"EXISTS (SELECT 1 FROM {PARTICIPANT} p WHERE p.conversation_id = {conversation} "
        f"AND p.subject_id = {person}{more})"
    )


_OPENED = (
    f"EXISTS (SELECT 1 FROM {OPENING} o WHERE o.id = NEW.opening_id AND o.approved_at IS NOT NULL "
    "AND NEW.at >= o.approved_at AND NEW.at <= o.expires_at "
    "AND (o.basis = 'ticket' OR NEW.reader_id IN (o.requested_by_id, o.approved_by_id)) "
    f"AND NOT {_takes_part('NEW.reader_id', 'o.conversation_id')} "
    # how much a legal case opens, its own scope says
    f"AND (o.basis = 'ticket' OR (SELECT COUNT(*) FROM {APP}_openinguse u WHERE u.opening_id = o.id) < {MOST_OPENED}) "
    "AND ((o.basis = 'report' AND NEW.message_id IS NULL) "
    f"OR (o.basis = 'ticket' AND EXISTS (SELECT 1 FROM {MESSAGE} m WHERE m.id = NEW.message_id "
    "AND m.conversation_id = o.conversation_id)) "
    f"OR (o.period_from IS NULL AND EXISTS (SELECT 1 FROM {REPORTED} r WHERE r.report_id = o.report_id "
    "AND r.message_id = NEW.message_id)) "
    f"OR (o.period_from IS NOT NULL AND EXISTS (SELECT 1 FROM {MESSAGE} m WHERE m.id = NEW.message_id "
    "AND m.conversation_id = o.conversation_id AND m.sent_at >= o.period_from AND m.sent_at <= o.period_to))))"
)

GUARDS: tuple[Guard, ...] = (
    _when(
        "Participant",
        "too many people",
        f"NEW.left_at IS NULL AND (SELECT COUNT(*) FROM {PARTICIPANT} p WHERE p.conversation_id = "
        f"NEW.conversation_id AND p.left_at IS NULL AND p.id <> NEW.id) >= {MOST_PARTICIPANTS}",
        "INSERT",
        "UPDATE",
    ),
    _when(
        "Participant",
        "another person",
        "NEW.conversation_id <> OLD.conversation_id OR NEW.subject_id <> OLD.subject_id",
        "UPDATE",
    ),
    _when(
        "ConversationMessage",
        "an author who does not take part",
        f"NOT {_takes_part('NEW.author_id', 'NEW.conversation_id', ' AND p.left_at IS NULL')}",
        "INSERT",
    ),
    _when(
        "ConversationMessage",
        "other words",
        _other("body", "conversation_id", "number", "author_id", "sent_at"),
        "UPDATE",
    ),
    _when("ConversationMessage", "the end of a message", "", "DELETE"),
    _when(
        "Report",
        "a reporter who does not take part",
        f"NOT {_takes_part('NEW.reporter_id', 'NEW.conversation_id')}",
        "INSERT",
    ),
    _when(
        "Report",
        "another report",
        _other("words", "conversation_id", "reporter_id", "kind", "reported_at"),
        "UPDATE",
    ),
    _when(
        "ReportedMessage",
        "a message of elsewhere",
        f"NOT EXISTS (SELECT 1 FROM {MESSAGE} m JOIN {APP}_report t ON t.conversation_id = m.conversation_id "
        "WHERE m.id = NEW.message_id AND t.id = NEW.report_id AND m.author_id = NEW.author_id) "
        f"OR (SELECT COUNT(*) FROM {REPORTED} r WHERE r.report_id = NEW.report_id) >= {MOST_REPORTED}",
        "INSERT",
    ),
    _when(
        "ReportedMessage", "another copy", _other("copy", "report_id", "message_id", "author_id", "digest"), "UPDATE"
    ),
    _when("ReportedMessage", "the end of a copy", "", "DELETE"),
    Guard(
        f"{APP}.Opening",
        "fill_once",
        columns=("approved_by", "approved_at", "expires_at", "declined_at", "notify_at", "notified_at"),
    ),
    _when(
        "Opening",
        "an opening that nobody approved",
        "NEW.approved_at IS NOT NULL OR (NEW.basis <> 'ticket' AND NOT EXISTS (SELECT 1 "
        f"FROM {APP}_report t WHERE t.id = NEW.report_id AND t.conversation_id = NEW.conversation_id))",
        "INSERT",
    ),
    _when(
        "Opening",
        "somebody who takes part",
        f"{_takes_part('NEW.requested_by_id', 'NEW.conversation_id')} "
        f"OR {_takes_part('NEW.approved_by_id', 'NEW.conversation_id')}",
        "INSERT",
        "UPDATE",
    ),
    Guard(f"{APP}.OpeningUse", "insert_only"),
    _when(
        "OpeningUse",
        "what is not opened",
        f"NOT {_OPENED}",
        "INSERT",
    ),
)
