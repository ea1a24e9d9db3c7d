"""A real Chromium visits a small host site. Run in a process of its own: ``pytest -W default tests/browser``."""
