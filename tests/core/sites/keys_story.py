"""Decide, read evidence and destroy a key on a site with two databases; prints what was seen as JSON."""

from __future__ import annotations

import json
from typing import Any

import django


def story() -> dict[str, Any]:
    """Run it in a process whose settings are `tests.core.sites.two_databases`."""
    from django.core.management import call_command
    from django.db import connections

    from onvif_privacy.core import consent, keys, ledger, subjects
    from onvif_privacy.core.models import Decision, SubjectKey
    from onvif_privacy.core.registry import Basis, Purpose, temporarily

    for alias in ("default", "keys"):
        call_command("migrate", database=alias, verbosity=0)
    seen: dict[str, Any] = {
        alias: sorted(
            name for name in connections[alias].introspection.table_names() if name.startswith("onvif_privacy_")
        )
        for alias in ("default", "keys")
    }
    purpose = Purpose("news", label="N", text="N", basis=Basis.CONSENT, clause="use")
    with temporarily(purpose):
        subject, notice = subjects.visitor(), consent.notice(text="May we?", language="en", surface="bar")
        granted, method = consent.Outcome.GRANTED, consent.Method.CHOSEN
        consent.decide(subject=subject, purpose="news", outcome=granted, method=method, key="k", notice=notice)
        seen["may"] = consent.may(subject, "news")
    seen["keys"] = SubjectKey.objects.using("keys").count()
    seen["opened"] = ledger.opened(Decision.objects.get().entry)["outcome"]
    keys.destroy(subject.pk, "evidence")
    try:
        ledger.opened(Decision.objects.get().entry)
    except keys.KeyDestroyed:
        seen["after"] = "destroyed"
    return seen


if __name__ == "__main__":
    django.setup()
    print(json.dumps(story()))
