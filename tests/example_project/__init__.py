"""The example site, run as a stranger would run it: its own process, its own files."""
