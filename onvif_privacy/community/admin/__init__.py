"""Screens for staff."""
