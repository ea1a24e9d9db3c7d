"""``privacy_declare``: drafts the declaration of an app's personal data."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser

from onvif_privacy.core.personal import draft


class Command(BaseCommand):
    """Prints text for the app's ``privacy.py`` and writes nothing."""

    help = "Prints a draft of what an app has not declared yet, to paste into its privacy.py and correct."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("app", nargs="+", metavar="APP", help="Label of an installed app.")

    def handle(self, *args: Any, **options: Any) -> None:
        for label in options["app"]:
            try:
                app = apps.get_app_config(label)
            except LookupError as error:
                raise CommandError(str(error), returncode=2) from None
            text = draft(app)
            if text:
                self.stdout.write(f"# {app.name}/privacy.py\n{text}")
            else:
                self.stderr.write(f"{app.name}: everything is declared.")
