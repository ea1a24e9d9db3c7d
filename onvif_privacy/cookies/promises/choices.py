"""A choice counts: a browser's signal is a refusal, withdrawing deletes, and each grant can be proven."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import router
from django.db.models import Exists, OuterRef, QuerySet
from django.test import override_settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.middleware import GPC_ADDRESS
from onvif_privacy.cookies.models import PolicyVersion
from onvif_privacy.cookies.promises.trying import PROBE, answered, leaving, policy, published, request
from onvif_privacy.cookies.services import expiring, visitor
from onvif_privacy.cookies.services.declared import COOKIE, Item
from onvif_privacy.cookies.services.expiring import Place
from onvif_privacy.cookies.services.visitor import VisitorPrivacy
from onvif_privacy.core import consent
from onvif_privacy.core.consent import ContextRef, State
from onvif_privacy.core.models import Decision, Entry, Method, Outcome, Subject
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.own import CHOICE
from onvif_privacy.core.promises.planting import altered, by_hand, rolled_back
from onvif_privacy.core.registry import Basis, DeviceItem, Purpose, declare, temporarily

SIGNAL = Promise("cookies_choice.signal", CHOICE, _("A browser that sends Sec-GPC: 1 has declined what it covers."))
WITHDRAWN = Promise(
    "cookies_choice.withdrawal", CHOICE, _("Withdrawing deletes a cookie under every path and domain it was declared.")
)
EVIDENCE = Promise(
    "cookies_choice.evidence", CHOICE, _("Each grant has its evidence and names words that were published.")
)

declare(SIGNAL, WITHDRAWN, EVIDENCE)

MOST = 50  # declared cookies that one look tries
LATELY = timedelta(days=3)  # a look comes daily; older grants were looked at before


@check(SIGNAL, kind=Kind.REFUSAL)
def signal_is_a_refusal(look: Look) -> Iterable[Finding]:
    """Ask as a browser that sends the signal: each purpose it covers, and the address that answers for the site."""
    found = policy()
    look.seen()
    if not conf.GPC:
        yield Finding("ONVIF_PRIVACY_COOKIES_GPC", "Sec-GPC is ignored")
        return
    if json.loads(getattr(answered(request(GPC_ADDRESS)), "content", b"") or b"{}").get("gpc") is not True:
        yield Finding(GPC_ADDRESS, "does not say that the signal is honoured")
    silent = VisitorPrivacy(request(**{"sec-gpc": "1"}), found).silent
    for slug in sorted(found.covered):
        look.seen()
        if silent.state(slug) is not State.REFUSED:
            yield Finding(f"purpose {slug}", "is not refused by Sec-GPC: 1")


@signal_is_a_refusal.saboteur
@contextmanager
def signal_switched_off(plant: Plant) -> Iterator[str]:
    """Ignore the signal by setting."""
    with override_settings(ONVIF_PRIVACY_COOKIES_GPC=False):
        yield "Sec-GPC is ignored"


@signal_is_a_refusal.saboteur
@contextmanager
def signal_overlooked(plant: Plant) -> Iterator[str]:
    """Ignore the signal in code."""
    item = _probe(third_party=True, party="probe")
    with temporarily(item), published(), altered(visitor, "signals_gpc", lambda header: False):
        yield "is not refused by Sec-GPC"


def _left_over(item: Item, lines: Iterable[Any], host: str) -> list[str]:
    """Return the declared paths for which no line deletes the item on ``host``."""
    mine = [domain for domain in item.domains if host == domain or host.endswith("." + domain)] or [""]
    deleted = {(line.domain, line.path("/")) for line in lines if line.name == item.name and line.remaining(0) == 0}
    return [path for path in item.paths if any((domain, path) not in deleted for domain in mine)]


@check(WITHDRAWN, kind=Kind.REFUSAL)
def refused_cookies_are_deleted(look: Look) -> Iterable[Finding]:
    """Ask with each optional cookie that nobody allowed and look whether the answer deletes what was declared."""
    found = policy()
    if not found.published or conf.MODE != "enforce":
        return
    look.seen()
    optional = [one for one in found.snapshot.items if one.kind == COOKIE and not one.necessary and "*" not in one.name]
    for item in optional[:MOST]:
        look.seen()
        asked = request(item.paths[0], cookie=f"{item.name}=1")
        host = asked.META["SERVER_NAME"]
        for path in _left_over(item, leaving(answered(asked)), host):
            yield Finding(f"cookie {item.name}", f"is not deleted under the path {path}")


@refused_cookies_are_deleted.saboteur
@contextmanager
def only_the_root_is_deleted(plant: Plant) -> Iterator[str]:
    """Forget the declared paths when deleting."""
    whole = expiring.variants

    def root_only(name: str, item: Item, place: Place, **kwargs: Any) -> list[str]:
        return whole(name, replace(item, paths=("/",)), place, paths=("/",))

    with temporarily(_probe(paths=("/", "/shop"))), published(), altered(expiring, "variants", root_only):
        yield "is not deleted under the path /shop"


def _grants(look: Look) -> QuerySet[Decision]:
    rows = Decision.objects.using(router.db_for_write(Decision))
    since = look.now() - LATELY
    return rows.filter(outcome=Outcome.GRANTED, context_reference__startswith="policy-", decided_at__gte=since)


@check(EVIDENCE, kind=Kind.LEDGER, empty=True)
def grants_are_proven(look: Look) -> Iterable[Finding]:
    """Compare the grants of the last days with the ledger and with the versions that were published."""
    grants = _grants(look).order_by()
    look.seen(grants.count())
    unproven = grants.filter(~Exists(Entry.objects.using(grants.db).filter(pk=OuterRef("entry_id")).order_by()))
    for key in unproven.values_list("pk", flat=True)[:20]:
        yield Finding(f"decision {key}", "is a grant without a ledger entry")
    versions = PolicyVersion.objects.using(router.db_for_write(PolicyVersion)).only("number", "digest")
    known = {version.reference: version.digest for version in versions}
    named = grants.exclude(context_reference="policy-0").values_list("context_reference", "context_digest").distinct()
    for reference, digest in named[:100]:
        if known.get(reference) != digest:
            yield Finding(reference, "is named by a grant and was never published like that")


@contextmanager
def _grant(reference: str, *, guards: bool = True) -> Iterator[tuple[str, Decision]]:
    """Record one grant under a policy of that name, for the length of the block."""
    asked = Purpose("sabotage", label="Sabotage", text="Sabotage.", basis=Basis.CONSENT, clause="cookies_choice")
    using = router.db_for_write(Decision)
    with temporarily(asked), rolled_back(using, guards=guards):
        subject = Subject.objects.create()
        yield (
            using,
            consent.decide(
                subject=subject,
                purpose=asked.slug,
                outcome=Outcome.GRANTED,
                method=Method.ACCEPT_ALL,
                key=subject.reference,
                notice=consent.notice(text="May we?", language="en", surface="bar"),
                context=ContextRef(reference, "0" * 64),
            ),
        )


@grants_are_proven.saboteur
@contextmanager
def grant_under_an_invented_policy(plant: Plant) -> Iterator[str]:
    """Grant under a version that nobody published."""
    with _grant("policy-99999"):
        yield "policy-99999: is named by a grant"


@grants_are_proven.saboteur
@contextmanager
def grant_without_its_entry(plant: Plant) -> Iterator[str]:
    """Remove the ledger entry of a grant by SQL."""
    with _grant("policy-0", guards=False) as (using, decision):
        by_hand(using, "DELETE FROM onvif_privacy_entrysecret WHERE entry_id = %s", decision.entry_id)
        by_hand(using, "DELETE FROM onvif_privacy_entry WHERE id = %s", decision.entry_id)
        yield "without a ledger entry"


def _probe(**fields: Any) -> DeviceItem:
    """Declare one optional cookie."""
    return DeviceItem(PROBE, "marketing", provider="Example", duration=timedelta(days=1), text="Sabotage.", **fields)
