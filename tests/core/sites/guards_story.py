"""Migrate, alter every guarded table, lose a guard and get it back; prints what was seen as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import django


def story() -> dict[str, Any]:
    """Run it in a process whose settings are `tests.core.sites.altering`."""
    from django.core.checks import run_checks
    from django.core.management import call_command
    from django.db import DatabaseError, connection

    from onvif_privacy.core.guards import expected, present, problems

    seen: dict[str, Any] = {"vendor": connection.vendor}

    def look(moment: str) -> None:
        ids = [message.id for message in run_checks(databases=["default"])]
        seen[moment] = {
            "present": len(present(connection)),
            "equal": set(present(connection)) == set(expected(connection)),
            "E011": ids.count("onvif_privacy.E011"),
            "lost": problems(connection),
        }

    call_command("migrate", "onvif_privacy", verbosity=0)
    look("new")
    call_command("migrate", verbosity=0)
    look("altered")
    table, name = sorted((table, name) for name, table in present(connection).items() if "notice" in name)[0]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
            look("switched off")
            call_command("migrate", verbosity=0)
            look("switched on")
            cursor.execute(f"DROP TRIGGER {name} ON {table}")
        else:
            triggers = sorted(one for one, where in _triggers(cursor, connection.vendor) if where == table)
            cursor.execute(f"DROP TRIGGER {triggers[0]}")
    look("dropped")
    # From a shell, where migrate asks the system checks first.
    subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity=0"], check=True)
    look("back")
    with connection.cursor() as cursor:
        columns = "(digest, language, surface, text, first_used_at)"
        cursor.execute(
            f"INSERT INTO onvif_privacy_notice {columns} VALUES ('d', 'en', 'bar', 't', '2026-11-24 00:00:00')"
        )
        try:
            cursor.execute("UPDATE onvif_privacy_notice SET text = 'u'")
        except DatabaseError as error:
            seen["refusal"] = str(error)
    call_command("migrate", "altered", "zero", fake=True, verbosity=0)
    call_command("migrate", "onvif_privacy", "zero", verbosity=0)
    seen["left"] = [one for one in connection.introspection.table_names() if one.startswith(("opg_", "onvif_privacy"))]
    return seen


def _triggers(cursor: Any, vendor: str) -> list[tuple[str, str]]:
    if vendor == "sqlite":
        cursor.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
    else:
        cursor.execute(
            "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()"
        )
    return list(cursor.fetchall())


if __name__ == "__main__":
    django.setup()
    print(json.dumps(story()))
