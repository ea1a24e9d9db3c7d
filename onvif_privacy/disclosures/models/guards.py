"""What the database holds by triggers, on all three engines: two sides, frozen scopes, states, dates that never move.

Conditions are SQL over NEW and OLD, put together of constants of this file: no value from outside enters one.
"""

from __future__ import annotations

from collections.abc import Iterator

from onvif_privacy.core.registry import Guard
from onvif_privacy.disclosures.models.cases import STRONG
from onvif_privacy.disclosures.models.states import MOVES, PAIRS, State

WORKING, APPROVING, REVIEWING = "'work'", "'approve'", "'review'"
APP = "onvif_privacy_disclosures"


def _table(name: str) -> str:
    return f"{APP}_{name.lower()}"


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _on_side(actor: str, kind: str, case: str = "NEW.case_id") -> str:
    return (
        f"EXISTS (SELECT 1 FROM {_table('side')} d WHERE d.case_id = {case} AND d.actor_id = {actor} "  # noqa: S608
        f"AND d.kind = {kind})"
    )


def _agreed(action: str, about: str, *, people: int = 1, officer: bool = False) -> str:
    """Return the condition that enough different people have said yes, one of them as officer where asked."""
    rows = f"FROM {_table('approval')} y WHERE y.about = {about} AND y.action = '{action}' AND y.decision = 'yes'"
    enough = f"(SELECT COUNT(DISTINCT y.actor_id) {rows}) >= {people}"
    return f"({enough} AND EXISTS (SELECT 1 {rows} AND y.as_officer))" if officer else f"({enough})"


OPEN_BLOCK = f"EXISTS (SELECT 1 FROM {_table('block')} b WHERE b.case_id = NEW.case_id AND b.closed_at IS NULL)"  # noqa: S608


def _changed(*columns: str) -> str:
    """Return the condition that a column that is never null was changed."""
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


def _unset(*columns: str) -> str:
    """Return the condition that something that was filled is emptied or changed."""
    rules = [f"(OLD.{one} IS NOT NULL AND (NEW.{one} IS NULL OR NEW.{one} <> OLD.{one}))" for one in columns]
    return " OR ".join(rules)


def _when(model: str, name: str, condition: str, *events: str) -> Guard:
    return Guard(f"{APP}.{model}", "when", condition=condition, events=events or ("UPDATE",), name=name)  # type: ignore[arg-type]


def _evidence() -> Iterator[Guard]:
    """R1: what is written once."""
    for model in ("Side", "Step", "Approval", "Document", "AuthenticityCheck", "AccessRecord", "Ceiling"):
        yield Guard(f"{APP}.{model}", "insert_only")
    yield Guard(f"{APP}.RecipientKey", "fill_once", columns=("revoked_at",))
    yield Guard(f"{APP}.Gag", "fill_once", columns=("lifted_on",))
    yield Guard(f"{APP}.HandOver", "fill_once", columns=("recalled_at",))
    yield Guard(f"{APP}.Regime", "fill_once", columns=("confirmed_by", "confirmed_on", "entry"))
    for model in ("Case", "Snapshot", "Package", "DisclosureRecord", "Notice", "Hold", "Review", "Block"):
        yield _when(model, "the end of a row", "1 = 1", "DELETE")
    yield _when(
        "Snapshot", "a change of what was captured", _changed("case_id", "digest") + f" OR {_unset('purged_at')}"
    )


def _scopes() -> Iterator[Guard]:
    """R2 and R12: a frozen scope stays as it is; nothing above the ceiling is granted."""
    frozen = f"EXISTS (SELECT 1 FROM {_table('scope')} s WHERE s.id = {{}}.scope_id AND s.frozen_at IS NOT NULL)"  # noqa: S608
    yield _when("ScopeItem", "a new item of a frozen scope", frozen.format("NEW"), "INSERT")
    yield _when("ScopeItem", "a change of a frozen item", f"{frozen.format('OLD')} OR {frozen.format('NEW')}", "UPDATE")
    yield _when("ScopeItem", "the end of a frozen item", frozen.format("OLD"), "DELETE")
    yield _when("Scope", "a change of a frozen scope", "OLD.frozen_at IS NOT NULL")
    yield _when("Scope", "the end of a frozen scope", "OLD.frozen_at IS NOT NULL", "DELETE")
    yield _when("Scope", "a scope that is born frozen", "NEW.frozen_at IS NOT NULL", "INSERT")
    items = f"FROM {_table('scopeitem')} i WHERE i.scope_id = NEW.id"
    loose = " OR ".join(
        (
            f"EXISTS (SELECT 1 {items} AND i.verdict = '')",
            f"NOT NEW.has_content AND EXISTS (SELECT 1 {items} AND i.verdict = 'granted' AND i.data_class = 'content')",
            f"NOT NEW.has_special AND EXISTS (SELECT 1 {items} AND i.verdict = 'granted' "
            "AND SUBSTR(i.data_class, 1, 8) = 'special:')",
            f"NEW.subject_count < (SELECT COUNT(DISTINCT i.tag) {items} AND i.verdict = 'granted')",
            f"NEW.recipient_key_id IS NULL AND EXISTS (SELECT 1 {items} AND i.verdict = 'granted')",
            f"NOT {_on_side('NEW.prepared_by_id', WORKING)}",
        )
    )
    yield _when("Scope", "a scope that is not whole", f"NEW.frozen_at IS NOT NULL AND ({loose})")
    ceiling = (
        f"NEW.verdict = 'granted' AND NOT EXISTS (SELECT 1 FROM {_table('ceiling')} c "  # noqa: S608
        f"JOIN {_table('scope')} s ON s.regime_id = c.regime_id WHERE s.id = NEW.scope_id AND (c.data_class = "
        "NEW.data_class OR c.data_class = 'special:any' AND SUBSTR(NEW.data_class, 1, 8) = 'special:'))"
    )
    yield _when("ScopeItem", "what is above the ceiling", ceiling, "INSERT", "UPDATE")


def _states() -> Iterator[Guard]:
    """R3, R5, R6: the table of states, each change with its step, and what must be true before it."""
    yield _when(
        "Case",
        "a case that begins elsewhere",
        f"NEW.state <> '{State.RECEIVED.value}' OR NEW.version <> 0 OR NEW.scope_id IS NOT NULL",
        "INSERT",
    )
    pairs = " OR ".join(f"(OLD.state = '{source}' AND NEW.state = '{to}')" for source, to in PAIRS)
    step = (
        f"EXISTS (SELECT 1 FROM {_table('step')} t WHERE t.case_id = NEW.id AND t.number = NEW.version "  # noqa: S608
        "AND NEW.version = OLD.version + 1 AND t.from_state = OLD.state AND t.to_state = NEW.state)"
    )
    yield _when("Case", "a state outside the table", f"NEW.state <> OLD.state AND NOT ({pairs})")
    yield _when("Case", "a state without its step", f"NEW.state <> OLD.state AND NOT {step}")
    yield _when("Case", "another receipt", _changed("received_at", "ref"))
    yield _when(
        "Case",
        "another scope of what was submitted",
        f"({_unset('scope_id')}) AND NEW.state IN ('submitted', 'approved', 'handed_over', 'closed')",
    )
    checks = f"FROM {_table('authenticitycheck')} k WHERE k.case_id = NEW.id"
    strong = f"EXISTS (SELECT 1 {checks} AND k.result = 'pass' AND k.kind IN ({_quoted(STRONG)}))"
    doubt = f"EXISTS (SELECT 1 {checks} AND k.result = 'fail' AND NOT {_agreed('countersign', 'k.id')})"
    known = f"EXISTS (SELECT 1 FROM {_table('authority')} a WHERE a.id = NEW.authority_id AND a.status = 'verified')"  # noqa: S608
    yield _when(
        "Case",
        "what is not verified",
        f"OLD.state = 'received' AND NEW.state = 'verified' AND (NOT {strong} OR {doubt} OR NOT {known})",
    )
    scope = f"FROM {_table('scope')} s WHERE s.id = NEW.scope_id AND s.case_id = NEW.id AND s.frozen_at IS NOT NULL"
    yield _when(
        "Case",
        "what is not frozen",
        f"NEW.state = 'submitted' AND OLD.state <> 'submitted' AND NOT EXISTS (SELECT 1 {scope})",
    )
    votes = (
        f"FROM {_table('approval')} y WHERE y.about = NEW.scope_id AND y.action = 'scope' AND y.decision = 'yes' "
        f"AND y.digest = (SELECT s.digest {scope})"
    )
    needed = f"(SELECT s.approvals_needed {scope})"
    too_few = (
        f"(SELECT COUNT(DISTINCT y.actor_id) {votes}) < {needed} OR NOT EXISTS (SELECT 1 {scope}) "
        f"OR ({needed} > 1 AND NOT EXISTS (SELECT 1 {votes} AND y.as_officer))"
    )
    yield _when("Case", "what too few approved", f"OLD.state = 'submitted' AND NEW.state = 'approved' AND ({too_few})")
    handed = (
        f"EXISTS (SELECT 1 FROM {_table('handover')} h JOIN {_table('package')} p ON p.id = h.package_id "  # noqa: S608
        "WHERE h.case_id = NEW.id AND p.scope_id = NEW.scope_id AND h.recalled_at IS NULL)"
    )
    yield _when(
        "Case", "what was not handed over", f"OLD.state = 'approved' AND NEW.state = 'handed_over' AND NOT {handed}"
    )


def _acts() -> Iterator[Guard]:
    """R4 and R5: nobody acts on two sides, and nothing happens outside the table."""
    yield _when(
        "Step",
        "an act of the other side",
        f"NEW.kind IN ('work', 'approve') AND NOT {_on_side('NEW.actor_id', 'NEW.kind')}",
        "INSERT",
    )
    lines = ["NEW.action = 'receive' AND NEW.from_state = '' AND NEW.to_state = 'received' AND NEW.number = 1"]
    for one in MOVES:
        to = f"NEW.to_state = '{one.to}'" if one.to else "NEW.to_state = NEW.from_state"
        lines.append(
            f"NEW.action = '{one.action}' AND NEW.kind IN ({_quoted(one.parts)}) "
            f"AND NEW.from_state IN ({_quoted(one.sources)}) AND {to}"
        )
    yield _when("Step", "an act outside the table", f"NOT ({' OR '.join(f'({line})' for line in lines)})", "INSERT")
    current = (
        f"EXISTS (SELECT 1 FROM {_table('case')} c JOIN {_table('scope')} s ON s.id = c.scope_id "  # noqa: S608
        "WHERE c.id = NEW.case_id AND s.id = NEW.about AND s.digest = NEW.digest AND c.state = 'submitted')"
    )
    yield _when("Approval", "a yes of the other side", f"NOT {_on_side('NEW.actor_id', APPROVING)}", "INSERT")
    yield _when("Approval", "a yes to something else", f"NEW.action = 'scope' AND NOT {current}", "INSERT")
    reviews = f"NEW.at IS NOT NULL AND NOT {_on_side('NEW.reviewer_id', REVIEWING)}"
    yield _when("Review", "a review by one of the sides", reviews, "INSERT", "UPDATE")
    yield _when("Review", "a second review", "OLD.at IS NOT NULL")
    freed = _agreed("clear_fraud", "NEW.id", people=2, officer=True)
    ended = _agreed("close_block", "NEW.id", people=1)
    early = _agreed("close_block", "NEW.id", people=2, officer=True)
    closing = (
        f"NEW.closed_at IS NOT NULL AND (NEW.kind = 'fraud' AND NOT {freed} "
        f"OR NEW.kind = 'objection' AND (NEW.document_id IS NULL OR NOT {ended}) "
        f"OR NEW.kind IN ('notice_window', 'authority_window') AND NEW.closed_by_id IS NOT NULL AND NOT {early})"
    )
    yield _when("Block", "a change of what has ended", "OLD.closed_at IS NOT NULL")
    yield _when("Block", "its end", f"NEW.kind <> OLD.kind OR NEW.case_id <> OLD.case_id OR ({closing})")
    yield _when("Block", "a block that is born ended", "NEW.closed_at IS NOT NULL", "INSERT")


def _bytes() -> Iterator[Guard]:
    """R7 and R8: a package of what was approved, sealed by somebody else, handed over while nothing stops it."""
    approved = (
        f"EXISTS (SELECT 1 FROM {_table('case')} c WHERE c.id = NEW.case_id AND c.state = 'approved' "  # noqa: S608
        "AND c.scope_id = NEW.scope_id)"
    )
    yield _when(
        "Package",
        "what was not approved",
        f"NEW.sealed_at IS NOT NULL OR NOT {_on_side('NEW.built_by_id', WORKING)} OR NOT {approved} OR {OPEN_BLOCK}",
        "INSERT",
    )
    yield _when(
        "Package",
        "a seal that may not be",
        f"OLD.sealed_at IS NULL AND NEW.sealed_at IS NOT NULL AND (NOT {_on_side('NEW.sealed_by_id', APPROVING)} "
        f"OR NOT {approved} OR {OPEN_BLOCK})",
    )
    fixed = _changed("case_id", "scope_id", "number", "snapshot_id", "built_by_id", "manifest_digest")
    sealed = f"OLD.sealed_at IS NOT NULL AND ({_changed('signature', 'file_digest')})"
    yield _when(
        "Package", "another content", f"{fixed} OR {_unset('sealed_at', 'sealed_by_id', 'purged_at')} OR {sealed}"
    )
    later = _agreed("postpone_purge", "NEW.id", people=2, officer=True)
    yield _when(
        "Package",
        "a later end",
        f"OLD.purge_on IS NOT NULL AND (NEW.purge_on IS NULL OR NEW.purge_on > OLD.purge_on AND NOT {later})",
    )
    ready = (
        f"EXISTS (SELECT 1 FROM {_table('package')} p JOIN {_table('case')} c ON c.id = p.case_id "  # noqa: S608
        f"JOIN {_table('scope')} s ON s.id = p.scope_id JOIN {_table('recipientkey')} r ON r.id = s.recipient_key_id "
        "WHERE p.id = NEW.package_id AND c.id = NEW.case_id AND c.state = 'approved' AND c.scope_id = p.scope_id "
        "AND p.sealed_at IS NOT NULL AND p.purged_at IS NULL AND s.recipient_key_id = NEW.recipient_key_id "
        "AND r.revoked_at IS NULL)"
    )
    yield _when(
        "HandOver",
        "what is not ready",
        f"NOT {ready} OR {OPEN_BLOCK} OR NOT {_on_side('NEW.released_by_id', APPROVING)}",
        "INSERT",
    )


def _dates() -> Iterator[Guard]:
    """R9 and R10: silence rests on a document and ends; no date of a person moves later without a new one."""
    order = f"EXISTS (SELECT 1 FROM {_table('document')} d WHERE d.id = NEW.document_id AND d.case_id = NEW.case_id AND d.kind = 'gag')"  # noqa: S608, E501
    yield _when(
        "Gag",
        "silence without end",
        f"NOT {order} OR (NEW.review_by IS NOT NULL AND DAYS(NEW.since, NEW.review_by) > 90) "
        f"OR (NEW.extends_id IS NOT NULL AND NOT {_agreed('extend_gag', 'NEW.extends_id')})",
        "INSERT",
    )
    silence = (
        f"EXISTS (SELECT 1 FROM {_table('gag')} g WHERE g.case_id = {{case}} AND g.lifted_on IS NULL "  # noqa: S608
        "AND (g.until >= NEW.{date} OR g.review_by >= NEW.{date}))"
    )
    moved = " OR ".join(
        f"(OLD.{date} IS NOT NULL AND NEW.state = 'waiting' AND (NEW.{date} IS NULL OR NEW.{date} > OLD.{date}) "
        f"AND NOT {silence.format(case='NEW.case_id', date=date)})"
        for date in ("earliest_on", "review_by")
    )
    yield _when("Notice", "a later date", moved)
    yield _when(
        "Notice", "what was sent", f"OLD.state = 'sent' AND ({_changed('state')}) OR {_changed('case_id', 'tag')}"
    )
    yield _when(
        "Notice",
        "telling nobody, by one person",
        f"NEW.state = 'not_needed' AND NOT {_agreed('not_notify', 'NEW.id', people=2)}",
        "INSERT",
        "UPDATE",
    )
    case = f"(SELECT h.case_id FROM {_table('handover')} h WHERE h.id = NEW.hand_over_id)"  # noqa: S608
    fixed = _changed("hand_over_id", "reference", "party_class", "party_name", "ground", "day")
    yield _when(
        "DisclosureRecord",
        "another line",
        f"{fixed} OR (NEW.subject_id IS NOT NULL AND (OLD.subject_id IS NULL OR NEW.subject_id <> OLD.subject_id)) "
        "OR (OLD.visible_from IS NOT NULL AND (NEW.visible_from IS NULL OR NEW.visible_from > OLD.visible_from) "
        f"AND NOT {silence.format(case=case, date='visible_from')})",
    )
    allowed = (
        f"NEW.renewals > OLD.renewals AND (NEW.renewals <= (SELECT r.preserve_renewals FROM {_table('case')} c "  # noqa: S608
        f"JOIN {_table('regime')} r ON r.id = c.regime_id WHERE c.id = NEW.case_id) "
        f"OR {_agreed('extend_hold', 'NEW.id', people=2, officer=True)})"
    )
    yield _when(
        "Hold",
        "a longer hold",
        f"{_changed('case_id', 'kind', 'since')} OR {_unset('ended_at', 'captured_at')} "
        f"OR (NEW.until > OLD.until AND NOT ({allowed}))",
    )


def guards() -> Iterator[Guard]:
    """Yield every guard of the room."""
    yield from _evidence()
    yield from _scopes()
    yield from _states()
    yield from _acts()
    yield from _bytes()
    yield from _dates()
