"""Rules of legal process."""
