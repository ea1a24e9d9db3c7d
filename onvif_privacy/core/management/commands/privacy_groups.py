"""``privacy_groups``: ready-made groups for the people who work with the rooms."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from onvif_privacy.core.roles import make_groups


class Command(BaseCommand):
    """Makes the groups, or completes them after a room was added. Takes nothing away."""

    help = "Makes the groups Privacy officer, approver, support and auditor, or completes them."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            gained = make_groups()
        except DatabaseError as error:
            raise CommandError(f"Run 'manage.py migrate' first: {error}", returncode=3) from None
        for name, count in gained.items():
            self.stdout.write(f"{name}: {count} permissions added." if count else f"{name}: complete.")
