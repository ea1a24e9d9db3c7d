"""The kernel's own promises: evidence stands, decisions follow from acts, keys are usable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connections, router, transaction
from django.test import override_settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import ledger
from onvif_privacy.core.consent.reading import unreconciled, without_standing
from onvif_privacy.core.guards import create, drop, expected, problems
from onvif_privacy.core.keys import KeyRingError, destroy, ring
from onvif_privacy.core.ledger.forgetting import unexplained
from onvif_privacy.core.models import Entry, Standing, SubjectKey
from onvif_privacy.core.promises.by_hand import by_hand, one_decision
from onvif_privacy.core.promises.looking import Look, Plant
from onvif_privacy.core.promises.shapes import Clause, Finding, Kind, Promise, check
from onvif_privacy.core.registry import Basis, Purpose, declare, purposes, temporarily

SCOPE = Clause("scope", _("What this statement covers"))
SECURITY = Clause("security", _("Security of your information"))
CHOICE = Clause("cookies_choice", _("Accepting or declining cookies"))

RECORDED = Promise(
    "security.decisions_recorded", SECURITY, _("Each decision has its evidence, and nobody changed one.")
)
APPEND_ONLY = Promise("security.append_only", SECURITY, _("The database refuses to change or remove evidence."))
KEYS = Promise("security.keys", SECURITY, _("The site holds the keys that its stored values name."))
NOT_BY_DEFAULT = Promise(
    "cookies_choice.not_by_default", CHOICE, _("Nothing that needs consent is on before a choice.")
)

declare(SCOPE, SECURITY, CHOICE, RECORDED, APPEND_ONLY, KEYS, NOT_BY_DEFAULT)


@check(RECORDED, kind=Kind.LEDGER, empty=True)
def standings_follow_from_decisions(look: Look) -> Iterable[Finding]:
    """Compare each standing with its decisions."""
    look.seen(Standing.objects.using(router.db_for_write(Standing)).count())
    for row in unreconciled()[:20]:
        yield Finding(f"standing {row.pk}", "differs from the decisions it should follow from")
    for decision in without_standing()[:20]:
        yield Finding(f"decision {decision.pk}", "has lost its standing, so a default would hold again")


@standings_follow_from_decisions.saboteur
@contextmanager
def standing_changedby_hand(plant: Plant) -> Iterator[str]:
    """Turn a refusal into a grant by SQL."""
    granted = "UPDATE onvif_privacy_standing SET outcome = 'granted'"
    with one_decision() as decision, by_hand(granted, decision.standing.pk):
        yield "differs from the decisions"


@standings_follow_from_decisions.saboteur
@contextmanager
def standing_removedby_hand(plant: Plant) -> Iterator[str]:
    """Remove a refusal by SQL."""
    with one_decision() as decision, by_hand("DELETE FROM onvif_privacy_standing", decision.standing.pk):
        yield "has lost its standing"


@check(RECORDED, kind=Kind.LEDGER, empty=True)
def ledger_is_whole(look: Look) -> Iterable[Finding]:
    """Check every entry and seal of the ledger, and what the tables beside it say."""
    look.seen(Entry.objects.using(router.db_for_write(Entry)).count())
    for problem in ledger.problems():
        yield Finding(problem.place, problem.kind)


@ledger_is_whole.saboteur
@contextmanager
def entry_changedby_hand(plant: Plant) -> Iterator[str]:
    """Change the kind of an entry by SQL."""
    renamed = "UPDATE onvif_privacy_entry SET kind = 'nothing.happened'"
    with one_decision() as decision, by_hand(renamed, decision.entry_id):
        yield "entry changed"


@check(RECORDED, kind=Kind.LEDGER, empty=True)
def missing_secrets_are_explained(look: Look) -> Iterable[Finding]:
    """Look for evidence that can no longer be opened and that neither its term nor an entry explains."""
    look.seen(Entry.objects.using(router.db_for_write(Entry)).count())
    for what, entry in unexplained():
        yield Finding(f"entry {entry}", what)


@missing_secrets_are_explained.saboteur
@contextmanager
def secret_removedby_hand(plant: Plant) -> Iterator[str]:
    """Remove the secret of a decision by SQL."""
    remove = "DELETE FROM onvif_privacy_entrysecret"
    with one_decision() as decision, by_hand(remove, decision.entry_id, key="entry_id"):
        yield "has lost its secret before its term"


@missing_secrets_are_explained.saboteur
@contextmanager
def evidence_key_destroyed(plant: Plant) -> Iterator[str]:
    """Destroy the key that the evidence of a decision is sealed under."""
    with one_decision() as decision, transaction.atomic(using=router.db_for_write(SubjectKey)):
        destroy(decision.subject_id, "evidence")
        yield "has lost the key of its secret"
        transaction.set_rollback(True, using=router.db_for_write(SubjectKey))


@check(APPEND_ONLY, kind=Kind.DATABASE)
def guards_stand_in_the_database(look: Look) -> Iterable[Finding]:
    """Compare the triggers in the database with those that are declared."""
    connection = connections[router.db_for_write(Entry)]
    look.seen(len(expected(connection)))
    for table in problems(connection):
        yield Finding(table, "has lost its append-only guard")


@guards_stand_in_the_database.saboteur
@contextmanager
def guard_dropped(plant: Plant) -> Iterator[str]:
    """Drop the guards, and put them back where they were wanted."""
    using = router.db_for_write(Entry)
    drop(using)
    try:
        yield "has lost its append-only guard"
    finally:
        create(using)


@check(KEYS, kind=Kind.STATIC)
def ring_holds_the_keys_in_use(look: Look) -> Iterable[Finding]:
    """Load the key ring and look for every key id that unsealed entries name."""
    try:
        held = {key.id for key in ring().keys}
    except KeyRingError as error:
        yield Finding("ONVIF_PRIVACY_KEYS", str(error))
        return
    look.seen(len(held))
    entries = Entry.objects.using(router.db_for_write(Entry)).filter(seal__isnull=True).order_by()
    for key_id in set(entries.values_list("mac_key", flat=True).distinct()) - held:
        yield Finding("ONVIF_PRIVACY_KEYS", f"key {key_id} is named by the ledger and missing")


@ring_holds_the_keys_in_use.saboteur
@contextmanager
def ring_without_a_key(plant: Plant) -> Iterator[str]:
    """Take the signing key out of the ring."""
    entries = [entry for entry in plant.settings.ONVIF_PRIVACY_KEYS if entry["use"] != "sign"]
    with override_settings(ONVIF_PRIVACY_KEYS=entries):
        yield "no active key for 'sign'"


@check(NOT_BY_DEFAULT, kind=Kind.STATIC)
def no_purpose_is_presumed(look: Look) -> Iterable[Finding]:
    """Look at each purpose that rests on consent."""
    for purpose in purposes.all():
        look.seen()
        if purpose.default and purpose.basis.asks:
            yield Finding(purposes.where(purpose.slug), f"purpose {purpose.slug} is on before a choice")


@no_purpose_is_presumed.saboteur
@contextmanager
def purpose_on_by_default(plant: Plant) -> Iterator[str]:
    """Declare a consent purpose that is on."""
    eager = Purpose("eager", label="Eager", text="Eager.", basis=Basis.CONSENT, clause="cookies_choice", default=True)
    with temporarily(eager):
        yield "purpose eager is on before a choice"
