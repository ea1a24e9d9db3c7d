"""Append-only rules held by the database: triggers made from declarations, on SQLite, PostgreSQL and MariaDB.

No migration contains trigger SQL, because SQLite rebuilds tables and drops their triggers without a word. Instead
``pre_migrate`` drops all guards there and ``post_migrate`` creates them everywhere.
"""

from onvif_privacy.core.guards.install import create, drop, expected, present, problems

__all__ = ["create", "drop", "expected", "present", "problems"]
