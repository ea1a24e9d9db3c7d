"""From networks to domains: reverse look-ups behind the pages, one for each network a day, two seconds at most.

Only the registrable domain is kept: ``203-0-113-0.dynamic.example.net`` becomes ``example.net``. It is found by the
list of public suffixes that comes with ``tldextract``; nothing is fetched. Suffixes that companies registered for
their customers (the list's private part) are not used: under them a name may be one customer's, or one machine's.
"""

from __future__ import annotations

import datetime as dt
import queue
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from django.db import router, transaction
from django.db.models import F, Q

from onvif_privacy.visits.models import Domain, DomainDay, NetworkDay
from onvif_privacy.visits.services import clock, dictionary, sql

TIMEOUT_SECONDS = 2.0
AT_ONCE = 8
SETTLED = 500
NAME_LENGTH = 253


@lru_cache(maxsize=1)
def _extract() -> Any:
    import tldextract  # the extra ``domains``; a check says so where it is missing

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=False)


def registrable(name: str) -> str:
    """Return the registrable domain of a host name, IDNA encoded in lower case; empty where it has none.

    A name whose top-level domain is not on the list follows the list's rule ``*``: its last label is the suffix.
    """
    try:
        host = name.strip().lower().rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    labels = host.split(".")
    if len(host) > NAME_LENGTH or not all(labels) or _is_address(host):
        return ""
    suffix = str(_extract()(host).suffix) or labels[-1]
    size = suffix.count(".") + 2
    return ".".join(labels[-size:]) if len(labels) >= size else ""


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def look_up(networks: Iterable[str]) -> dict[str, str]:
    """Return the registrable domain of each network's first address, all at once; empty where none came in time.

    The system's resolver cannot be told a time, so each question has a thread of its own that nobody waits for longer.
    """
    answers: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
    found = dict.fromkeys(networks, "")
    for network in found:
        threading.Thread(target=_ask, args=(network, answers), daemon=True, name="onvif_privacy.domains").start()
    end = time.monotonic() + TIMEOUT_SECONDS
    for _answer in range(len(found)):
        try:
            network, name = answers.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        found[network] = registrable(name)
    return found


def _ask(network: str, answers: queue.SimpleQueue[tuple[str, str]]) -> None:
    try:
        name = socket.gethostbyaddr(network)[0]
    except (OSError, UnicodeError):
        name = ""
    answers.put((network, name))


def resolve() -> bool:
    """Look up some networks that wait, outside any transaction; gives whether there may be more."""
    using = router.db_for_write(NetworkDay)
    rows = NetworkDay.objects.using(using)
    claimed = {}
    for row in rows.filter(asked=False).order_by("day", "pk")[:AT_ONCE]:
        if rows.filter(pk=row.pk, asked=False).update(asked=True):  # whoever changes it looks it up
            claimed[row.pk] = row.network
    if not claimed:
        return False
    domains = look_up(claimed.values())
    numbers = dictionary.numbers(Domain, {(name,) for name in domains.values()}, using)
    for key, network in claimed.items():
        rows.filter(pk=key).update(domain=numbers[(domains[network],)])
    return len(claimed) == AT_ONCE


def settle() -> bool:
    """Add visits of networks whose domain is known to the counts, and forget networks of days that are over.

    Networks that nobody could look up by the end of the next day are counted without a name. Gives whether there may
    be more.
    """
    using, today = router.db_for_write(NetworkDay), clock.today()
    rows = NetworkDay.objects.using(using)
    unknown = dictionary.numbers(Domain, {("",)}, using)[("",)]
    late = Q(domain=None, day__lt=today - dt.timedelta(days=1))
    with transaction.atomic(using=using):
        waiting = list(rows.select_for_update().filter(Q(domain__isnull=False) | late, visits__gt=0)[:SETTLED])
        sums: Counter[tuple[dt.date, int]] = Counter()
        for row in waiting:
            sums[row.day, row.domain_id or unknown] += row.visits
        sql.add_up(DomainDay, ("day", "domain"), ("visits",), [(*key, sums[key]) for key in sums], using)
        for row in waiting:
            rows.filter(pk=row.pk).update(visits=F("visits") - row.visits)
        rows.filter(day__lt=today, visits=0).delete()
    return len(waiting) == SETTLED


def expire() -> None:
    """Delete networks that nobody looked up for three days, for example because that was switched off."""
    rows = NetworkDay.objects.using(router.db_for_write(NetworkDay))
    rows.filter(day__lt=clock.today() - dt.timedelta(days=3)).delete()


def store(networks: Mapping[tuple[dt.date, str], int], using: str) -> None:
    """Add visits by network, which wait for their domain. Call it inside the batch's transaction."""
    rows = [(day, network, number) for (day, network), number in networks.items()]
    sql.add_up(NetworkDay, ("day", "network"), ("visits",), rows, using)
