"""Screens of legal process: plain forms, no script, one next step at a time."""
