"""What the database holds about partners: two sides, frozen terms, caps in every window, receipts."""

from __future__ import annotations

from collections.abc import Iterator

from onvif_privacy.core.registry import Guard

APP = "onvif_privacy_disclosures"
NOTICE_DAYS = 14
MOST_DAYS = 1096  # three years

_TERMS = (
    "party_id",
    "service",
    "document_digest",
    "secrecy_page",
    "valid_from",
    "valid_until",
    "transfer_basis",
    "leaves_area",
    "cap_each",
    "cap_day",
    "cap_month",
    "approvals_needed",
    "digest",
)


def _when(model: str, name: str, condition: str, *events: str) -> Guard:
    return Guard(f"{APP}.{model}", "when", condition=condition, events=events or ("UPDATE",), name=name)  # type: ignore[arg-type]


def _on_side(kind: str, agreement: str, actor: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM {APP}_agreementside d WHERE d.agreement_id = {agreement} "  # noqa: S608 - our own names
        f"AND d.actor_id = {actor} AND d.kind = '{kind}')"
    )


def partner_guards() -> Iterator[Guard]:
    """Yield every guard about partners, and that of reports."""
    for model in ("AgreementSide", "AgreementApproval"):
        yield Guard(f"{APP}.{model}", "insert_only")
    for model in ("Agreement", "PartnerHandOver", "PartnerHolding", "Recall"):
        yield _when(model, "the end of a row", "1 = 1", "DELETE")
    yield from _agreements()
    yield from _hand_overs()
    yield _when("ReportRelease", "a change of what was published", "OLD.published_at IS NOT NULL", "UPDATE", "DELETE")
    yield _when("ReportRelease", "a report that is born published", "NEW.published_at IS NOT NULL", "INSERT")
    yield Guard(
        f"{APP}.Standing", "fill_once", columns=("confirmed_by", "confirmed_at", "withdrawn_by", "withdrawn_at")
    )
    yield _when("Standing", "a statement that is born confirmed", "NEW.confirmed_at IS NOT NULL", "INSERT")
    yield _when("Standing", "a statement of more than a year", "DAYS(NEW.as_of, NEW.expires_on) > 366", "INSERT")
    yield _when("Recall", "the end of a recall by somebody", "OLD.closed_at IS NOT NULL")


def _agreements() -> Iterator[Guard]:
    yes = (
        f"(SELECT COUNT(DISTINCT y.actor_id) FROM {APP}_agreementapproval y WHERE y.agreement_id = NEW.id "  # noqa: S608
        "AND y.digest = NEW.digest AND y.over_cap = '')"
    )
    pairs = (
        "(OLD.state = 'draft' AND NEW.state = 'submitted') OR (OLD.state = 'submitted' AND NEW.state IN ('draft', "
        "'approved')) OR (OLD.state = 'approved' AND NEW.state = 'draft') "
        "OR (OLD.state <> 'ended' AND NEW.state = 'ended')"
    )
    changed = " OR ".join(f"NEW.{column} <> OLD.{column}" for column in _TERMS)
    yield _when("Agreement", "an agreement that is born approved", "NEW.state <> 'draft'", "INSERT")
    yield _when("Agreement", "this change of state", f"NEW.state <> OLD.state AND NOT ({pairs})")
    yield _when("Agreement", "approval by too few", f"NEW.state = 'approved' AND {yes} < NEW.approvals_needed")
    yield _when(
        "Agreement", "a change of what was submitted", f"OLD.state <> 'draft' AND NEW.state <> 'draft' AND ({changed})"
    )
    yield _when(
        "Agreement", "a longer agreement", f"DAYS(NEW.valid_from, NEW.valid_until) > {MOST_DAYS}", "INSERT", "UPDATE"
    )
    yield _when(
        "AgreementApproval",
        "a yes of the other side",
        f"NOT {_on_side('approve', 'NEW.agreement_id', 'NEW.actor_id')}",
        "INSERT",
    )


def _hand_overs() -> Iterator[Guard]:
    alive = (
        f"EXISTS (SELECT 1 FROM {APP}_agreement a WHERE a.id = NEW.agreement_id AND a.state = 'approved' "  # noqa: S608
        "AND a.suspended_at IS NULL AND a.valid_from <= NEW.day AND a.valid_until >= NEW.day "
        f"AND a.public_since IS NOT NULL AND DAYS(a.public_since, NEW.day) >= {NOTICE_DAYS} "
        "AND NEW.purpose = a.service)"
    )
    yield _when("PartnerHandOver", "what no agreement allows", f"NOT {alive}", "INSERT")

    def over(column: str, days: int) -> str:
        # windows of days hold at least what windows of hours do: today and the days before
        return (
            f"(SELECT COALESCE(SUM(h.people), 0) FROM {APP}_partnerhandover h WHERE h.agreement_id = NEW.agreement_id "  # noqa: S608
            f"AND DAYS(h.day, NEW.day) < {days}) + NEW.people > "
            f"(SELECT a.{column} FROM {APP}_agreement a WHERE a.id = NEW.agreement_id)"
        )

    agreed = (
        f"(SELECT COUNT(DISTINCT y.actor_id) FROM {APP}_agreementapproval y WHERE y.agreement_id = NEW.agreement_id "  # noqa: S608
        "AND y.digest = NEW.over_cap AND y.over_cap <> '' AND y.people >= NEW.people) >= 2"
    )
    each = f"NEW.people > (SELECT a.cap_each FROM {APP}_agreement a WHERE a.id = NEW.agreement_id)"  # noqa: S608
    above = f"({each} OR {over('cap_day', 1)} OR {over('cap_month', 30)})"
    yield _when("PartnerHandOver", "more people than the caps", f"{above} AND NOT ({agreed})", "INSERT")
    fixed = " OR ".join(
        f"NEW.{column} <> OLD.{column}" for column in ("agreement_id", "key", "reference", "purpose", "day", "people")
    )
    yield _when(
        "PartnerHandOver",
        "another hand-over",
        f"{fixed} OR (OLD.file_digest <> '' AND NEW.file_digest <> OLD.file_digest)",
    )
