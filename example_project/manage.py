#!/usr/bin/env python
"""Runs the commands of the example site; ``manage.py demo`` is the one to begin with."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Make the local secrets if the demo asks for them, then hand over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["demo"]:
        # before Django: settings without a secret key do not load
        from config.local import LocalFileError, ensure_env_file

        try:
            ensure_env_file()
        except LocalFileError as error:
            sys.exit(f"demo: {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
