"""Building and sealing a package: captured once, made twice, looked through by a second opinion, signed, encrypted."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core import gate
from onvif_privacy.core.conf import conf as house
from onvif_privacy.disclosures.conf import conf
from onvif_privacy.disclosures.models import (
    Authority,
    Case,
    Package,
    RecipientKey,
    Scope,
    ScopeItem,
    Snapshot,
    State,
)
from onvif_privacy.disclosures.services import (
    approvals,
    compiler,
    files,
    packages,
    reading,
    scopes,
    sealing,
    verifier,
)
from onvif_privacy.disclosures.services.acting import (
    APPROVE,
    WORK,
    allowed,
    locked,
    open_blocks,
    step,
    take_side,
    using,
)
from onvif_privacy.disclosures.services.errors import Conflict, Refused

TRIES: Final = 5
ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
Verdict = ScopeItem.Verdict


def ready(case: Case) -> Scope:
    """Return the approved scope of a locked case; raises Refused for anything that stands against going on."""
    scope = case.scope
    if case.state != State.APPROVED or scope is None:
        raise Refused(_("Not possible: the case is %(state)s.") % {"state": case.get_state_display()})
    if blocks := open_blocks(case):
        named = ", ".join(str(one.get_kind_display()) for one in blocks)
        raise Refused(_("The case is stopped: %(blocks)s.") % {"blocks": named})
    if case.authority.status != Authority.Status.VERIFIED:
        raise Refused(_("The authority is %(status)s.") % {"status": case.authority.get_status_display()})
    return scope


def alive(case: Case) -> Scope:
    """Return the approved scope of a case; takes the case back where what was approved does not hold any more."""
    if approvals.void_if_changed(case):
        raise Conflict(
            _("Something of what was approved has changed, or the approval has run out. It must be approved anew.")
        )
    with locked(case) as found:
        return ready(found)


def _ticket(case: Case, scope: Scope) -> gate.Ticket:
    """Return what the gate asks for: who submitted and who approved exactly this digest."""
    yes = approvals.given(scope.pk, approvals.Action.SCOPE, scope.digest).order_by("at").first()
    if yes is None:
        raise Refused(_("Nobody has approved this."))
    return gate.Ticket(case.ref, scope.digest, (scope.prepared_by, yes.actor))


def _items(scope: Scope) -> list[compiler.Wanted]:
    with reading.opened():
        return compiler.wanted(scopes.items(scope))


def _granted(items: Iterable[compiler.Wanted]) -> list[verifier.Granted]:
    return [
        verifier.Granted(
            one.tag,
            one.choice.model,
            one.choice.field,
            one.choice.data_class,
            one.since,
            one.until,
            bool(one.choice.time_field),
        )
        for one in items
    ]


def captured(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    """Yield the rows of a snapshot."""
    return compiler.read(files.read(snapshot.storage_name, kind="snapshot", owner=snapshot.pk))


def _capture(case: Case, scope: Scope, items: list[compiler.Wanted], actor: Any) -> Snapshot:
    """Return the one snapshot of a scope; made on first need, outside of any transaction."""
    known = Snapshot.objects.using(using()).filter(scope=scope, purged_at__isnull=True).first()
    if known is not None:
        return known
    done, key = compiler.Captured(), uuid.uuid4()
    parts = compiler.capture(case, items, ticket=_ticket(case, scope), actor=actor, done=done)
    try:
        stored = files.save(parts, kind="snapshot", owner=key)
    except gate.PurposeRequired as error:  # a room that asks about tickets itself opens nothing for this one
        raise Refused(_("Something of the scope is not opened: %(why)s") % {"why": error}) from None
    made = Snapshot(
        id=key,
        case=case,
        scope=scope,
        storage_name=stored.name,
        digest=stored.sha256,
        size=stored.size,
        rows=dict(done.rows),
        captured_at=timezone.now().replace(microsecond=0),
    )
    made.save(force_insert=True, using=using())
    return made


@dataclass(frozen=True)
class _Plan:
    """Everything that the bytes of a package follow from."""

    facts: packages.Facts
    names: dict[str, str]
    items: list[compiler.Wanted]


def _plan(case: Case, scope: Scope, number: int, snapshot: Snapshot) -> _Plan:
    rows = list(scopes.items(scope))
    with reading.opened():
        items = compiler.wanted(rows)
        names = {row.tag: str(row.selector) for row in rows if row.verdict == Verdict.GRANTED}
        file_number = str(Case.objects.using(using()).get(pk=case.pk).file_number or "")
        empty = [
            {"subject": names[one.tag], "model": one.choice.model, "field": one.column}
            for one in items
            if not snapshot.rows.get(f"{one.choice.model}.{one.column}")
        ]
    facts = packages.Facts(
        reference=f"{case.ref}-{number}",
        organisation=house.ORGANISATION,
        file_number=file_number,
        captured_at=snapshot.captured_at,
        schema=compiler.schema(items),
        no_data=empty,
        part_rows=conf.PART_ROWS,
    )
    return _Plan(facts, names, items)


def _ordered(snapshot: Snapshot, plan: _Plan) -> Iterator[bytes]:
    return compiler.lines(captured(snapshot), plan.names)


def build(*, case: Case, actor: Any) -> Package:
    """Capture what was approved, once, and work out the package of it. Bytes come into being at the seal only."""
    allowed(actor, WORK)
    scope = alive(case)
    case = Case.objects.using(using()).get(pk=case.pk)
    items = _items(scope)
    with locked(case) as found:
        take_side(found, actor, "work")
    snapshot = _capture(case, scope, items, actor)
    number = Package.objects.using(using()).filter(case=case).count() + 1
    plan = _plan(case, scope, number, snapshot)
    writer = packages.Writer(plan.facts, lambda _manifest: {})
    for _part in writer.stream(_ordered(snapshot, plan)):
        pass
    with locked(case) as found:
        ready(found)
        made = Package(
            case=found,
            scope=scope,
            number=number,
            snapshot=snapshot,
            built_by=actor,
            built_at=timezone.now(),
            manifest_digest=writer.digest,
            rows={f"{model}.{name}": count for (model, name), count in sorted(writer.counts.items())},
        )
        made.save(force_insert=True, using=using())
        step(found, "build", actor=actor, digest=writer.digest, rows=writer.rows)
        return made


def problems(package: Package) -> list[str]:
    """Return what the second opinion finds in the rows of a package; empty when nothing."""
    scope = package.scope
    return list(verifier.problems(captured(package.snapshot), _granted(_items(scope))))


@dataclass(frozen=True)
class Sealed:
    """A sealed package; ``passphrase`` is shown once and never stored, ``key_file`` goes along with the package."""

    package: Package
    passphrase: str = ""


def seal(*, case: Case, package: Package, actor: Any, strength: Any) -> Sealed:
    """Make the package again, have it looked through, sign it and encrypt it to the recipient.

    Raises Refused where the second making differs by a byte, where a row is outside the scope, and for whoever built
    it.
    """
    allowed(actor, APPROVE)
    approvals.recent(strength)
    scope = alive(case)
    if package.built_by_id == actor.pk:
        raise Refused(_("Whoever built a package does not seal it."))
    if package.sealed_at is not None:
        raise Refused(_("It is sealed already."))
    with locked(case) as found:
        take_side(found, actor, "approve")
    if wrong := problems(package):
        raise Refused(_("The package holds what was not granted: %(what)s.") % {"what": wrong[0]})
    plan = _plan(package.case, scope, package.number, package.snapshot)
    signatures: dict[str, bytes] = {}

    def sign(manifest: bytes) -> dict[str, bytes]:
        # before a byte of the signature: what is signed is what was built and looked through
        if hashlib.sha256(manifest).hexdigest() != package.manifest_digest:
            raise Refused(_("Made again, the package is another one."))
        signatures.update(sealing.signatures(manifest))
        return signatures

    key = scope.recipient_key
    if key is None:
        raise Refused(_("Nobody can be handed anything without a key of theirs."))
    once = sealing.one_time_key() if key.method == RecipientKey.Method.PASSPHRASE else None
    writer, whole = packages.Writer(plan.facts, sign), hashlib.sha256()
    parts = sealing.encrypted(writer.stream(_ordered(package.snapshot, plan)), once.public if once else key.public)
    stored = files.save(_along(once, parts), kind="package", owner=package.pk)
    whole.update(stored.sha256.encode())
    try:
        with locked(case) as found:
            ready(found)
            row = Package.objects.using(using()).select_for_update().get(pk=package.pk)
            row.sealed_by, row.sealed_at = actor, timezone.now()
            row.signature = signatures["seal.ed25519"].hex()
            row.storage_name, row.file_digest, row.size = stored.name, stored.sha256, stored.size
            row.save(using=using())
            step(found, "seal", actor=actor, digest=row.manifest_digest)
            return Sealed(row, once.passphrase if once else "")
    except BaseException:
        files.remove(stored.name)
        raise


def _along(once: Any, parts: Iterator[bytes]) -> Iterator[bytes]:
    """Put the file of a one-time key before the package, with its length: one stored file, two for the recipient."""
    key = once.file if once else b""
    yield len(key).to_bytes(4, "big") + key
    yield from parts
