"""What belongs to this machine alone: where its files are, and the secrets that the demo makes on its first run.

Nothing here needs Django, because settings need these secrets before Django can load them.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
EXAMPLE_FILE = BASE_DIR / ".env.example"
ENV_FILE = Path(os.environ.get("ENV_FILE", BASE_DIR / ".env"))
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))

ACCOUNTS = ("administrator", "officer", "approver", "customer")


class LocalFileError(Exception):
    """A file of this machine cannot be written; the message says which, and what to do."""


def password_name(account: str) -> str:
    """Name under which the first password of an account is kept."""
    return f"DEMO_PASSWORD_{account.upper()}"


def ensure_env_file() -> None:
    """Make ``.env`` from ``.env.example`` if there is none, and add the secrets it lacks.

    What is there stays as it is. Readable by its owner only. Raises LocalFileError where the place is not writable.
    """
    try:
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        if not ENV_FILE.exists():
            _write(EXAMPLE_FILE.read_text(encoding="utf-8") + "\n# secrets of this machine, made by the demo\n")
        _add("SECRET_KEY", lambda: secrets.token_urlsafe(48))
        _add("ONVIF_PRIVACY_KEYS", _key_ring)
        for account in ACCOUNTS:
            _add(password_name(account), lambda: secrets.token_urlsafe(12))
    except OSError as error:
        raise LocalFileError(
            f"cannot write {error.filename} ({error.strerror}). "
            "Make the folder writable, or name others with ENV_FILE and VAR_DIR."
        ) from None
    except subprocess.CalledProcessError as error:
        raise LocalFileError(f"privacy_keys init says: {error.stderr.strip().splitlines()[-1]}") from None


def _add(name: str, make: Callable[[], str]) -> None:
    """Add ``name=value`` unless the file or the environment has it."""
    text = ENV_FILE.read_text(encoding="utf-8")
    if name not in os.environ and not re.search(rf"^(export )?{name}=", text, re.MULTILINE):
        _write(text.rstrip("\n") + f"\n{name}={make()}\n")


def _write(text: str) -> None:
    with open(os.open(ENV_FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _key_ring() -> str:
    """Ask the command that the documentation tells people to use; a process of its own, as Django is not loaded yet."""
    command = [sys.executable, str(BASE_DIR / "manage.py"), "privacy_keys", "init", "--env"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return answer.stdout.strip().partition("=")[2]
